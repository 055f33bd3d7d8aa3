@backend
Feature: Calibration
  A backend that behaves differently from AWS proves nothing about AWS. Before its results count, a
  backend is tested against answers that are known from AWS. calibration/ledgers has a file for
  each product and version: the known differences, the reason for each, and the date until which it is valid.

  Rule: Event patterns match as they do on AWS

    @id:calibration.recorded-patterns
    Scenario Outline: Recorded patterns for "<operator>" match as they do on AWS
      When the recorded patterns for "<operator>" are tested
      Then the backend behaves as AWS does, except for known differences

      Examples:
        | operator           |
        | anything-but       |
        | arrays             |
        | cidr               |
        | engine             |
        | equals-ignore-case |
        | exact              |
        | exists             |
        | null-and-empty     |
        | numeric            |
        | or                 |
        | prefix             |
        | structure          |
        | suffix             |
        | wildcard           |

  Rule: The backend behaves as EventBridge does

    @id:calibration.behaviour
    Scenario Outline: The behaviour "<behaviour>" is the same as on AWS
      When the behaviour "<behaviour>" is tested
      Then the backend behaves as AWS does, except for known differences

      Examples:
        | behaviour              |
        | source-refused         |
        | malformed-detail       |
        | long-detail-type       |
        | required-members       |
        | entry-by-entry         |
        | many-entries           |
        | large-entry            |
        | invalid-pattern        |
        | tested-pattern         |
        | archive-pattern        |
        | long-pattern           |
        | long-rule-name         |
        | long-description       |
        | many-tags              |
        | many-targets           |
        | role-required          |
        | one-input              |
        | rule-with-targets      |
        | bus-with-rules         |
        | unknown-bus            |
        | unknown-rule           |
        | stamps                 |
        | time-kept              |
        | time-stamped           |
        | disabled-rule          |
        | read-only-calls        |
        | no-starvation          |
        | constant-input         |
        | input-path             |
        | input-path-item        |
        | transformer            |
        | transformer-text       |
        | transformer-missing    |
        | transformer-nested     |
        | transformer-reserved   |
        | queue-policy           |
        | queue-policy-action    |
        | queue-policy-source    |
        | queue-policy-deny      |
        | topic-policy           |
        | log-group              |
        | log-policy             |
        | encrypted-queue        |
        | dead-letter-policy     |
        | retry                  |
        | retry-limit            |
        | dead-letter-queue      |
        | dead-letter-attributes |
        | no-permission-no-retry |
        | archive-and-replay     |
        | archive-filter         |
        | archived-once          |
        | replay-name            |
        | replay-rules           |
        | forwarded-stamps       |
        | forwarded-once         |
        | other-account          |
