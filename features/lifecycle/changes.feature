@backend
Feature: Changing a rule
  A configuration of bus, queue, rule and target is applied, changed and applied again. After each
  apply, a fresh read of the backend shows that nothing is left to do, and applying again changes nothing.

  Rule: The plan lists the actions that a change needs

    @id:lifecycle.changes.plan
    Scenario Outline: The plan for "<change>" is to <plan>
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: <change>
      Then the plan was to <plan>

      Examples:
        | change                                                | plan                                           |
        | nothing                                               | change nothing                                 |
        | the keys of the pattern are reordered                 | change nothing                                 |
        | the pattern is changed to match "ca-creation-failure" | update rule                                    |
        | the rule gets a description                           | update rule                                    |
        | the rule is disabled                                  | update rule                                    |
        | the rule is renamed                                   | replace rule, replace target                   |
        | the target gets an input path                         | update target                                  |
        | the target gets an input transformer                  | update target                                  |
        | the target gets a constant input                      | update target                                  |
        | the target is moved to another queue                  | create queue-2, create policy-2, update target |
        | the target is moved to a FIFO queue                   | create queue-2, create policy-2, update target |
        | the bus gets an archive                               | create archive                                 |
        | the target is removed                                 | delete target                                  |
        | the rule is removed                                   | delete rule, delete target                     |

    @id:lifecycle.changes.replay @needs_archive_and_replay @delivers
    Scenario: Replaying an archive delivers the archived event again
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: the bus gets an archive
      And the archive is replayed
      Then "ca-creation-success" is delivered again by the replay

  Rule: The delivered events change only when the rule or its target changes

    @id:lifecycle.changes.delivery
    Scenario Outline: Events are delivered before and after the change: <change>
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: <change>
      Then "<before>" arrives before the change and "<after>" after it

      Examples:
        | change                                                                         | before              | after                                    |
        | nothing                                                                        | ca-creation-success | ca-creation-success                      |
        | the pattern is changed to match "ca-creation-failure"                          | ca-creation-success | ca-creation-failure                      |
        | the pattern is changed to match "ca-creation-failure" or "ca-creation-success" | ca-creation-success | ca-creation-failure, ca-creation-success |
        | the rule is renamed                                                            | ca-creation-success | ca-creation-success                      |
        | the rule gets a description                                                    | ca-creation-success | ca-creation-success                      |
        | the target is moved to another queue                                           | ca-creation-success | ca-creation-success in queue-2           |
        | the target is moved to a FIFO queue                                            | ca-creation-success | ca-creation-success in queue-2           |
        | the target is removed                                                          | ca-creation-success | nothing                                  |
        | the rule is removed                                                            | ca-creation-success | nothing                                  |

    @id:lifecycle.changes.target-input
    Scenario Outline: The target receives its input after the change: <change>
      Given an applied configuration for the event "certificate-issuance-failure"
      When the configuration changes: <change>
      Then the target receives the input <input>

      Examples:
        | change                               | input                                                                                           |
        | the target gets an input path        | {"result": "failure"}                                                                           |
        | the target gets a constant input     | {"alarm": true}                                                                                 |

      @needs_time_kept
      Examples:
        | change                               | input                                                                                           |
        | the target gets an input transformer | {"of": "ACM Private CA Certificate Issuance", "ended": "failure", "at": "2019-11-04T19:57:46Z"} |

  Rule: A disabled rule does not fire until it is enabled again

    @id:lifecycle.changes.rule-disabled @needs_disabled_rule
    Scenario: A disabled rule delivers no event
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: the rule is disabled
      Then "ca-creation-success" arrives before the change and "nothing" after it

    @id:lifecycle.changes.rule-enabled @needs_disabled_rule
    Scenario: A rule that is enabled again delivers its event
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: the rule is disabled
      And the configuration changes: the rule is enabled
      Then "nothing" arrives before the change and "ca-creation-success" after it

    @id:lifecycle.changes.rule-disabled-event @needs_disabled_rule
    Scenario Outline: A rule for "<event>" is silent while it is disabled
      Given an applied configuration for the event "<event>"
      When the rule is disabled before any event is published
      And the configuration changes: the rule is enabled
      Then "nothing" arrives before the change and "<event>" after it

      Examples:
        | event                                 |
        | ca-creation-failure                   |
        | certificate-issuance-failure          |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | audit-report-generation-failure       |
