@backend
Feature: What disappears, and what was there before
  Someone deletes a rule by hand, or has made one before this configuration knew of it. The
  plan shows it, and applying heals it.

  Rule: What is deleted behind the configuration's back is made again

    Scenario Outline: A <resource> that disappears is planned as: <plan>
      Given an applied configuration for the event "crl-generation-failure-internal"
      When the <resource> disappears
      Then the plan is to <plan>

      Examples:
        | resource | plan                                   |
        | target   | create target                          |
        | rule     | create rule, create target             |
        | policy   | create policy                          |
        | queue    | create queue, create policy            |
        | bus      | create bus, create rule, create target |

    Scenario Outline: Events flow again after a lost <resource> is healed
      Given an applied configuration for the event "crl-generation-failure-internal"
      When the <resource> disappears
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
        | bus      |

  Rule: A rule made elsewhere can be taken over

    Scenario Outline: A rule made elsewhere for "<event>" equals its definition once imported
      Given a rule made elsewhere for the event "<event>"
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

    Scenario: A rule that was changed elsewhere is planned as an update once imported
      Given a rule made elsewhere for the event "ca-creation-success"
      When the rule is changed elsewhere to ask for "ca-creation-failure"
      And the rule is imported
      Then the plan is to update rule
