@backend
Feature: Calibration
  A backend that does otherwise than AWS proves nothing about AWS. Before its verdicts count,
  it is tried on what AWS is known to answer; the ledger in calibration/divergences.toml
  records where it differs, why, and until when that is believed.

  Rule: Event patterns are answered as AWS answered them

    Scenario Outline: Recorded patterns of "<operator>" are answered as on AWS
      When the recorded patterns of "<operator>" are tried
      Then the backend does as AWS does, unless the ledger says otherwise

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

  Rule: What EventBridge does, the backend does too

    Scenario Outline: The behaviour "<behaviour>" is as on AWS
      When the behaviour "<behaviour>" is tried
      Then the backend does as AWS does, unless the ledger says otherwise

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
