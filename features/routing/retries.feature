@backend @controls
Feature: Retries and dead-letter queues
  EventBridge retries a delivery that fails for a reason that may pass, for up to 24 hours and 185 times
  unless the target says less. What is not delivered goes to the dead-letter queue of the target, or is lost.
  The clock of the account is advanced; no scenario waits.

  Rule: A delivery that fails is retried until the target accepts it

    @id:routing.retries.retried @needs_retry
    Scenario Outline: "<event>" arrives at attempt <attempt> after <failures> failed deliveries
      Given an applied configuration for the event "<event>"
      And the number of deliveries that fail is <failures>
      When the event "<event>" is published
      And the clock of the bus advances by 2 hours
      Then the target receives the event at attempt <attempt>
      And the received event meets its contract

      Examples:
        | event                           | failures | attempt |
        | ca-creation-success             | 1        | 2       |
        | ca-creation-failure             | 2        | 3       |
        | certificate-issuance-success    | 3        | 4       |
        | certificate-issuance-failure    | 4        | 5       |
        | certificate-revocation-success  | 5        | 6       |
        | crl-generation-success          | 6        | 7       |
        | crl-generation-failure-internal | 7        | 8       |
        | audit-report-generation-success | 10       | 11      |

    @id:routing.retries.within-limits @needs_retry
    Scenario Outline: The last retry within the limit delivers the event: <limit>
      Given an applied configuration for the event "certificate-issuance-failure"
      And the number of deliveries that fail is 2
      When <limit> before any event is published
      And the event "certificate-issuance-failure" is published
      And the clock of the bus advances by 1 minute
      Then the target receives the event at attempt 3

      Examples:
        | limit                                       |
        | the target allows 2 retries                 |
        | the target allows 185 retries               |
        | the target allows retries for 60 seconds    |
        | the target allows retries for 86400 seconds |

    @id:routing.retries.disturbed
    Scenario Outline: The target receives the event although deliveries <fate>
      Given an applied configuration for the event "crl-generation-success"
      And the number of deliveries that <fate> is 1
      When the event "crl-generation-success" is published
      And the clock of the bus advances by 2 hours
      Then the target receives the event at attempt <attempt>

      Examples:
        | fate                  | attempt |
        | are made twice        | 2       |
        | are delayed by 1 hour | 2       |

  Rule: An event that is not delivered goes to the dead-letter queue when a limit is reached

    @id:routing.retries.exhausted @needs_dead_letter_queue
    Scenario Outline: "<event>" goes to the dead-letter queue when <limit> are exhausted
      Given an applied configuration for the event "<event>"
      And the number of deliveries that fail is 400
      When the target gets a dead-letter queue before any event is published
      And <limit> before any event is published
      And the event "<event>" is published
      And the clock of the bus advances by 24 hours
      Then the dead-letter queue receives the event
      And its attribute EXHAUSTED_RETRY_CONDITION is "<condition>"

      Examples:
        | event                              | limit                                      | condition                |
        | ca-creation-failure                | the target allows 0 retries                | MaximumRetryAttempts     |
        | certificate-issuance-success       | the target allows 2 retries                | MaximumRetryAttempts     |
        | certificate-revocation-success     | the target allows 5 retries                | MaximumRetryAttempts     |
        | crl-generation-failure-s3-internal | the target allows retries for 60 seconds   | MaximumEventAgeInSeconds |
        | audit-report-generation-success    | the target allows retries for 3600 seconds | MaximumEventAgeInSeconds |

    @id:routing.retries.attribute @needs_dead_letter_queue
    Scenario Outline: After two retries, the attribute <attribute> <condition>
      Given an applied configuration for the event "crl-generation-failure-s3-permissions"
      And the number of deliveries that fail is 3
      When the target gets a dead-letter queue before any event is published
      And the target allows 2 retries before any event is published
      And the event "crl-generation-failure-s3-permissions" is published
      And the clock of the bus advances by 1 hour
      Then the dead-letter queue receives the event
      And its attribute <attribute> <condition>

      Examples:
        | attribute                 | condition                                         |
        | RULE_ARN                  | is like "arn:aws:events:*:rule/*/rule-under-test" |
        | TARGET_ARN                | begins with "arn:aws:sqs:"                        |
        | ERROR_CODE                | is "THROTTLING"                                   |
        | ERROR_MESSAGE             | is like "*fault*"                                 |
        | EXHAUSTED_RETRY_CONDITION | is "MaximumRetryAttempts"                         |
        | RETRY_ATTEMPTS            | is "2"                                            |

  Rule: A failure that cannot pass is not retried

    @id:routing.retries.at-once @needs_dead_letter_queue
    Scenario Outline: "<event>" goes to the dead-letter queue at once after the change: <change>
      Given an applied configuration for the event "<event>"
      When the target gets a dead-letter queue before any event is published
      And <change> before any event is published
      And the event "<event>" is published
      Then the dead-letter queue receives the event
      And its attribute ERROR_CODE is "<code>"
      And its attribute RETRY_ATTEMPTS is "0"
      And its attribute EXHAUSTED_RETRY_CONDITION is absent

      Examples:
        | event                           | change                                                | code           |
        | ca-creation-failure             | the policy of the queue is missing                    | NO_PERMISSIONS |
        | certificate-issuance-success    | the policy of the queue denies EventBridge the action | NO_PERMISSIONS |
        | certificate-revocation-success  | the policy of the queue grants another rule only      | NO_PERMISSIONS |
        | crl-generation-success          | the policy of the queue grants another action only    | NO_PERMISSIONS |
        | crl-generation-failure-internal | the target is moved to a queue that does not exist    | NO_RESOURCE    |

    @id:routing.retries.permission-attribute @needs_dead_letter_queue
    Scenario Outline: Without permission, the attribute <attribute> <condition>
      Given an applied configuration for the event "audit-report-generation-success"
      When the target gets a dead-letter queue before any event is published
      And the policy of the queue is missing before any event is published
      And the event "audit-report-generation-success" is published
      Then the dead-letter queue receives the event
      And its attribute <attribute> <condition>

      Examples:
        | attribute     | condition                    |
        | RULE_ARN      | ends with "/rule-under-test" |
        | TARGET_ARN    | begins with "arn:aws:sqs:"   |
        | ERROR_MESSAGE | is like "*sqs:SendMessage*"  |

  Rule: An event is lost without a dead-letter queue that accepts it

    @id:routing.retries.dead-letters-refused @needs_dead_letter_queue
    Scenario Outline: The event is lost if the policy of the dead-letter queue <state>
      Given an applied configuration for the event "certificate-issuance-failure"
      When the target gets a dead-letter queue before any event is published
      And the policy of the dead-letter queue <state> before any event is published
      And the policy of the queue is missing before any event is published
      And the event "certificate-issuance-failure" is published
      Then the dead-letter queue is empty
      And the trace of the event contains "dropped: not accepted by the dead-letter queue"

      Examples:
        | state                         |
        | is missing                    |
        | grants another resource only  |
        | grants another rule only      |
        | denies EventBridge the action |

    @id:routing.retries.lost @needs_queue_policy
    Scenario Outline: Without a dead-letter queue, "<event>" is dropped after the change: <change>
      Given an applied configuration for the event "<event>"
      When <change> before any event is published
      And the event "<event>" is published
      Then the trace of the event contains "<answer>*dropped"

      Examples:
        | event                              | change                                             | answer         |
        | ca-creation-success                | the policy of the queue is missing                 | NO_PERMISSIONS |
        | crl-generation-failure-s3-internal | the target is moved to a queue that does not exist | NO_RESOURCE    |

    @id:routing.retries.not-dead @needs_dead_letter_queue
    Scenario Outline: Nothing goes to the dead-letter queue if "<event>" is delivered at attempt <attempt>
      Given an applied configuration for the event "<event>"
      And the number of deliveries that fail is <failures>
      When the target gets a dead-letter queue before any event is published
      And the event "<event>" is published
      And the clock of the bus advances by 1 hour
      Then the target receives the event at attempt <attempt>
      And the dead-letter queue is empty

      Examples:
        | event                        | failures | attempt |
        | ca-creation-failure          | 0        | 1       |
        | certificate-issuance-success | 1        | 2       |
        | crl-generation-success       | 4        | 5       |
