@backend
Feature: Out-of-band changes and imports
  Resources are deleted or changed by hand, or exist before the configuration does. The plan shows
  the difference, and applying the configuration restores what is missing.

  Rule: Resources deleted out of band are created again

    @id:lifecycle.disappears.plan
    Scenario Outline: When the <resource> is deleted out of band, the plan is to <plan>
      Given an applied configuration for the event "crl-generation-failure-internal"
      When the <resource> is deleted out of band
      Then the plan is to <plan>

      Examples:
        | resource | plan                                   |
        | target   | create target                          |
        | rule     | create rule, create target             |
        | policy   | create policy                          |
        | queue    | create queue, create policy            |

      @needs_unknown_bus
      Examples:
        | resource | plan                                   |
        | bus      | create bus, create rule, create target |

    @id:lifecycle.disappears.restored
    Scenario Outline: Events are delivered again after a deleted <resource> is restored
      Given an applied configuration for the event "crl-generation-failure-internal"
      When the <resource> is deleted out of band
      And the configuration is applied again
      And the event "crl-generation-failure-internal" is published
      Then the target receives the event
      And the plan is to change nothing

      Examples:
        | resource |
        | target   |
        | rule     |
        | policy   |
        | queue    |

      @needs_unknown_bus
      Examples:
        | resource |
        | bus      |

  Rule: A change made out of band is drift, and applying the configuration reverts it

    @id:lifecycle.disappears.drift
    Scenario Outline: After the out-of-band change "<change>", the plan is to <plan>
      Given an applied configuration for the event "crl-generation-failure-internal"
      When the configuration changes out of band: <change>
      Then the plan is to <plan>

      Examples:
        | change                                                   | plan                       |
        | the rule is disabled                                     | update rule                |
        | the rule gets a description                              | update rule                |
        | the pattern is changed to match "crl-generation-success" | update rule                |
        | the rule excludes replays                                | update rule                |
        | the rule is removed                                      | create rule, create target |
        | the target is removed                                    | create target              |
        | the target gets a constant input                         | update target              |
        | the target gets an input path                            | update target              |
        | the target gets an input transformer                     | update target              |
        | the target allows 2 retries                              | update target              |
        | the target is moved to another queue                     | update target              |
        | the policy of the queue is missing                       | create policy              |
        | the policy of the queue denies EventBridge the action    | create policy              |
        | the policy of the queue grants another rule only         | create policy              |

    @id:lifecycle.disappears.reverted
    Scenario Outline: Events are delivered again after the out-of-band change "<change>" is reverted
      Given an applied configuration for the event "crl-generation-failure-internal"
      When the configuration changes out of band: <change>
      And the configuration is applied again
      And the event "crl-generation-failure-internal" is published
      Then the target receives the event
      And the plan is to change nothing

      Examples:
        | change                                                   |
        | the rule is disabled                                     |
        | the pattern is changed to match "crl-generation-success" |
        | the rule is removed                                      |
        | the target is removed                                    |
        | the target gets a constant input                         |
        | the target is moved to another queue                     |
        | the policy of the queue is missing                       |
        | the policy of the queue denies EventBridge the action    |

  Rule: An existing rule can be imported

    @id:lifecycle.disappears.imported-rule
    Scenario Outline: An imported rule for "<event>" needs no change
      Given a rule created out of band for the event "<event>"
      When the rule is imported
      Then the plan is to change nothing

      Examples:
        | event                                 |
        | ca-creation-success                   |
        | ca-creation-failure                   |
        | certificate-issuance-success          |
        | certificate-issuance-failure          |
        | certificate-revocation-success        |
        | crl-generation-success                |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | crl-generation-failure-internal       |
        | audit-report-generation-success       |
        | audit-report-generation-failure       |

    @id:lifecycle.disappears.imported-changed-rule
    Scenario: An imported rule that was changed out of band is planned as an update
      Given a rule created out of band for the event "ca-creation-success"
      When the rule is changed out of band to match "ca-creation-failure"
      And the rule is imported
      Then the plan is to update rule
