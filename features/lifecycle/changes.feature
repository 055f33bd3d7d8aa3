@backend
Feature: A rule that changes
  A configuration of bus, queue, rule and target is applied, changed and applied again. After
  each apply the backend is read anew: nothing is left to do, and applying again changes nothing.

  Rule: The plan says what a change takes

    Scenario Outline: <change> takes: <plan>
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: <change>
      Then the plan was to <plan>

      Examples:
        | change                                     | plan                                           |
        | nothing                                    | change nothing                                 |
        | the pattern is written in another order    | change nothing                                 |
        | the pattern asks for "ca-creation-failure" | update rule                                    |
        | the rule is described                      | update rule                                    |
        | the rule is disabled                       | update rule                                    |
        | the rule is renamed                        | replace rule, replace target                   |
        | the target gets an input path              | update target                                  |
        | the target gets an input transformer       | update target                                  |
        | the target gets a constant input           | update target                                  |
        | the target is moved to another queue       | create queue-2, create policy-2, update target |
        | the target is moved to a FIFO queue        | create queue-2, create policy-2, update target |
        | the bus gets an archive                    | create archive                                 |
        | the target is removed                      | delete target                                  |
        | the rule is removed                        | delete rule, delete target                     |

    @needs_archive_and_replay
    Scenario: What an archive has kept arrives again when it is replayed
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: the bus gets an archive
      And the archive is replayed
      Then "ca-creation-success" arrived again by replay

  Rule: What arrives changes with the rule, and only then

    Scenario Outline: <change> lets other events through
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: <change>
      Then "<before>" arrived before the change, and "<after>" after it

      Examples:
        | change                                                              | before              | after                                    |
        | nothing                                                             | ca-creation-success | ca-creation-success                      |
        | the pattern asks for "ca-creation-failure"                          | ca-creation-success | ca-creation-failure                      |
        | the pattern asks for "ca-creation-failure" or "ca-creation-success" | ca-creation-success | ca-creation-failure, ca-creation-success |
        | the rule is renamed                                                 | ca-creation-success | ca-creation-success                      |
        | the rule is described                                               | ca-creation-success | ca-creation-success                      |
        | the target is moved to another queue                                | ca-creation-success | ca-creation-success in queue-2           |
        | the target is moved to a FIFO queue                                 | ca-creation-success | ca-creation-success in queue-2           |
        | the target is removed                                               | ca-creation-success | nothing                                  |
        | the rule is removed                                                 | ca-creation-success | nothing                                  |

    Scenario Outline: <change> changes what the target is told
      Given an applied configuration for the event "certificate-issuance-failure"
      When the configuration changes: <change>
      Then the target is told <told>

      Examples:
        | change                               | told                                                                                            |
        | the target gets an input path        | {"result": "failure"}                                                                           |
        | the target gets a constant input     | {"alarm": true}                                                                                 |
        | the target gets an input transformer | {"of": "ACM Private CA Certificate Issuance", "ended": "failure", "at": "2019-11-04T19:57:46Z"} |

  Rule: A rule that is disabled is silent, and speaks again when it is enabled

    @needs_disabled_rule
    Scenario: A disabled rule lets nothing through
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: the rule is disabled
      Then "ca-creation-success" arrived before the change, and "nothing" after it

    @needs_disabled_rule
    Scenario: A rule that is enabled again lets its event through
      Given an applied configuration for the event "ca-creation-success"
      When the configuration changes: the rule is disabled
      And the configuration changes: the rule is enabled
      Then "nothing" arrived before the change, and "ca-creation-success" after it
