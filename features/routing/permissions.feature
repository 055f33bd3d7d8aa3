@backend @delivers
Feature: Permissions
  EventBridge delivers to a queue, a topic or a log group only if a resource policy allows it. Otherwise
  the event is not delivered, and the sender of the event gets no error.

  Rule: A queue receives events only while its policy allows EventBridge to send

    @id:routing.permissions.repaired @needs_queue_policy
    Scenario Outline: "<event>" arrives only after the policy of the queue is repaired, which <state>
      Given an applied configuration for the event "<event>"
      When the policy of the queue <state> before any event is published
      And the configuration changes: the policy of the queue is as documented
      Then "nothing" arrives before the change and "<event>" after it

      Examples:
        | event                                 | state                                    |
        | ca-creation-failure                   | is missing                               |
        | certificate-issuance-success          | grants another action only               |
        | certificate-revocation-success        | grants another resource only             |
        | crl-generation-success                | grants another service only              |
        | crl-generation-failure-s3-permissions | grants another rule only                 |
        | audit-report-generation-success       | grants the rules of another account only |
        | audit-report-generation-failure       | denies EventBridge the action            |

    @id:routing.permissions.own-account
    Scenario Outline: "<event>" arrives if the policy of the queue grants the rules of its account only
      Given an applied configuration for the event "<event>"
      When the policy of the queue grants the rules of its account only before any event is published
      And the event "<event>" is published
      Then the target receives the event

      Examples:
        | event                          |
        | ca-creation-failure            |
        | certificate-issuance-success   |
        | certificate-revocation-success |
        | crl-generation-success         |

  Rule: The trace of an event names the reason

    @id:routing.permissions.queue-reason @needs_queue_policy @controls
    Scenario Outline: The reason is "<reason>" if the policy of the queue <state>
      Given an applied configuration for the event "ca-creation-failure"
      When the policy of the queue <state> before any event is published
      And the event "ca-creation-failure" is published
      Then the trace of the event contains "NO_PERMISSIONS: the queue's policy does not let events.amazonaws.com call sqs:SendMessage"
      And the trace of the event contains "<reason>"

      Examples:
        | state                                    | reason                                       |
        | is missing                               | no statement allows the action to the caller |
        | grants another action only               | no statement allows the action to the caller |
        | grants another resource only             | which is not the resource                    |
        | grants another service only              | no statement allows the action to the caller |
        | grants another rule only                 | only if ArnLike aws:sourcearn                |
        | grants the rules of another account only | only if ArnLike aws:sourcearn                |
        | denies EventBridge the action            | denies the action                            |

    @id:routing.permissions.topic-reason @needs_queue_policy @controls
    Scenario Outline: A topic receives no event if its policy <state>
      Given an applied configuration for the event "certificate-issuance-failure"
      When the target is moved to a topic before any event is published
      And the policy of the topic <state> before any event is published
      And the event "certificate-issuance-failure" is published
      Then the trace of the event contains "NO_PERMISSIONS: the topic's policy*call sns:Publish*<reason>"

      Examples:
        | state                         | reason                                       |
        | grants another action only    | no statement allows the action to the caller |
        | grants another resource only  | which is not the resource                    |
        | grants another rule only      | only if ArnLike aws:sourcearn                |
        | denies EventBridge the action | denies the action                            |

    @id:routing.permissions.log-group-reason @needs_queue_policy @controls
    Scenario Outline: A log group receives no event if its policy <state>
      Given an applied configuration for the event "crl-generation-failure-internal"
      When the target is moved to a log group before any event is published
      And the policy of the log group <state> before any event is published
      And the event "crl-generation-failure-internal" is published
      Then the trace of the event contains "NO_PERMISSIONS*call logs:CreateLogStream*<reason>"

      Examples:
        | state                         | reason                                       |
        | grants another action only    | no statement allows the action to the caller |
        | grants another resource only  | which is not the resource                    |
        | grants another rule only      | only if ArnLike aws:sourcearn                |
        | denies EventBridge the action | denies the action                            |

    @id:routing.permissions.rule-reason @controls
    Scenario Outline: The trace names the reason why the rule did not fire after the change: <change>
      Given an applied configuration for the event "ca-creation-failure"
      When <change> before any event is published
      And the event "ca-creation-failure" is published
      Then the trace of the event contains "rule rule-under-test: <reason>"

      Examples:
        | change                                                   | reason                                      |
        | the rule is disabled                                     | disabled                                    |
        | the pattern is changed to match "ca-creation-success"    | blocked; *detail.result*"success"*"failure" |
        | the pattern is changed to match "crl-generation-success" | blocked; *detail-type                       |
        | the rule is enabled                                      | matched                                     |

  Rule: Topics and log groups receive events while their policy allows it

    @id:routing.permissions.granted
    Scenario Outline: A <resource> whose policy grants the rules of its account only receives "<event>"
      Given an applied configuration for the event "<event>"
      When the target is moved to a <resource> before any event is published
      And the policy of the <resource> grants the rules of its account only before any event is published
      And the event "<event>" is published
      Then the event arrives at the new target

      Examples:
        | resource  | event                        |
        | topic     | certificate-issuance-failure |
        | topic     | crl-generation-success       |

      @needs_log_group
      Examples:
        | resource  | event                        |
        | log group | certificate-issuance-failure |
        | log group | crl-generation-success       |
