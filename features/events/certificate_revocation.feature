@documented
Feature: Certificate revocation
  AWS Private CA reports each certificate that RevokeCertificate has revoked. It sends no event
  for a failed revocation: only the response to the call reports the failure.

  Rule: A revocation event names the CA and the certificate

    @id:certificate-revocation.meets-contract
    Scenario Outline: A revocation event meets its contract: <event>
      Given the documented event "<event>"
      Then the event meets its contract

      @success
      Examples: the certificate was revoked
        | event                          |
        | certificate-revocation-success |

  Rule: A rule for one event receives that event and no other

    @id:certificate-revocation.reaches-rule @backend
    Scenario Outline: A revocation event reaches its rule: <event>
      Given a rule for the event "<event>"
      When the event "<event>" is published
      Then the target receives the event
      And the received event equals the published event except for the stamped fields
      And the received event meets its contract

      @success
      Examples: the certificate was revoked
        | event                          |
        | certificate-revocation-success |

    @id:certificate-revocation.fires-no-other-rule @backend
    Scenario Outline: A revocation event does not fire the ten other rules: <event>
      Given a rule for each documented event
      When the event "<event>" is published
      Then only the rule for "<event>" fires

      @success
      Examples: the certificate was revoked
        | event                          |
        | certificate-revocation-success |

  @never_sent
  Rule: A failed or repeated revocation sends no event

    @id:certificate-revocation.never-sent-violates-contract
    Scenario Outline: The never-sent event "<event>" violates the contract
      Given the event "<event>" that is never sent
      Then the event violates its contract at "$.detail.result"

      Examples:
        | event                         |
        | certificate-revocation-failed |
        | certificate-already-revoked   |

    @id:certificate-revocation.rule-for-never-sent @backend
    Scenario Outline: No documented event fires a rule for the never-sent event "<event>"
      Given a rule for the event "<event>"
      When each documented event is published
      Then the target receives only the control event "<event>"

      Examples:
        | event                         |
        | certificate-revocation-failed |
        | certificate-already-revoked   |

    @id:certificate-revocation.never-sent-fires-no-rule @backend
    Scenario Outline: The never-sent event "<event>" fires none of the eleven rules
      Given a rule for each documented event
      When the event "<event>" is published
      Then no rule fires on it, but each fires on its own event

      Examples:
        | event                         |
        | certificate-revocation-failed |
        | certificate-already-revoked   |

    @id:certificate-revocation.rule-for-any-result @backend
    Scenario: A rule for revocations with any result receives the success event, the only documented one
      Given a rule for events where
        | field       | condition                                  |
        | source      | is "aws.acm-pca"                           |
        | detail-type | is "ACM Private CA Certificate Revocation" |
      When the event "certificate-issuance-failure" is published
      Then the target receives only the control event "certificate-revocation-success"

  Rule: The contract rejects malformed events

    @id:certificate-revocation.field-removed
    Scenario Outline: A revocation event without <path> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is removed
      Then the event violates its contract at "<place>"

      Examples:
        | event                          | path            | place           |
        | certificate-revocation-success | $.detail        | $.detail        |
        | certificate-revocation-success | $.detail.result | $.detail.result |
        | certificate-revocation-success | $.resources     | $.resources     |
        | certificate-revocation-success | $.resources[1]  | $.resources     |

    @id:certificate-revocation.field-renamed
    Scenario Outline: A revocation event with <path> renamed violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is renamed to "<name>"
      Then the event violates its contract at "<path>"

      Examples:
        | event                          | path            | name            |
        | certificate-revocation-success | $.detail        | $.details       |
        | certificate-revocation-success | $.detail.result | $.detail.status |
        | certificate-revocation-success | $.detail.result | $.result        |
        | certificate-revocation-success | $.resources     | $.resource      |

    @id:certificate-revocation.invalid-value
    Scenario Outline: A revocation event with <path> set to <value> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is set to <value>
      Then the event violates its contract at "<place>"

      Examples:
        | event                          | path            | value                                                                                                                                            | place           |
        | certificate-revocation-success | $.detail        | "success"                                                                                                                                        | $.detail        |
        | certificate-revocation-success | $.detail        | an empty list                                                                                                                                    | $.detail        |
        | certificate-revocation-success | $.detail        | null                                                                                                                                             | $.detail        |
        | certificate-revocation-success | $.detail.result | "failed"                                                                                                                                         | $.detail.result |
        | certificate-revocation-success | $.detail.result | "failure"                                                                                                                                        | $.detail.result |
        | certificate-revocation-success | $.detail.result | "SUCCESS"                                                                                                                                        | $.detail.result |
        | certificate-revocation-success | $.detail.result | true                                                                                                                                             | $.detail.result |
        | certificate-revocation-success | $.detail.result | an empty string                                                                                                                                  | $.detail.result |
        | certificate-revocation-success | $.resources     | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"                                              | $.resources     |
        | certificate-revocation-success | $.resources     | an empty list                                                                                                                                    | $.resources     |
        | certificate-revocation-success | $.resources[0]  | 12                                                                                                                                               | $.resources[0]  |
        | certificate-revocation-success | $.resources[0]  | "11223344-1234-1122-2233-112233445566"                                                                                                           | $.resources[0]  |
        | certificate-revocation-success | $.resources[0]  | "arn:aws:acm:us-east-1:111122223333:certificate/11223344-1234-1122-2233-112233445566"                                                            | $.resources[0]  |
        | certificate-revocation-success | $.resources[1]  | "e8cbd2bedb122329f97706bcfec990f8"                                                                                                               | $.resources[1]  |
        | certificate-revocation-success | $.resources[2]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566/certificate/e8cbd2bedb122329f97706bcfec990f8" | $.resources     |

    @id:certificate-revocation.resources-swapped
    Scenario: A revocation event with its resources swapped violates its contract
      Given the documented event "certificate-revocation-success"
      When "$.resources[0]" and "$.resources[1]" are swapped
      Then the event violates its contract at "$.resources[0], $.resources[1]"
