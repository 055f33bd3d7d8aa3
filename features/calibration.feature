@backend
Feature: Calibration
  A backend that behaves differently from AWS proves nothing about AWS. Before its results count, a
  backend is tested against answers that are known from AWS. calibration/divergences.toml lists the
  known differences, the reason for each, and the date until which the entry is valid.

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
        | behaviour          |
        | source-refused     |
        | stamps             |
        | time-kept          |
        | disabled-rule      |
        | invalid-pattern    |
        | no-starvation      |
        | dead-letter-queue  |
        | retry              |
        | queue-policy       |
        | transformer        |
        | input-path         |
        | constant-input     |
        | archive-and-replay |
        | long-rule-name     |
        | long-detail-type   |
        | rule-with-targets  |
        | bus-with-rules     |
