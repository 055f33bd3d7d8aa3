@documented
Feature: Certificate issuance
  AWS Private CA reports the result of every IssueCertificate request, so that a consumer
  can retrieve the certificate, or investigate a failed issuance.

  Rule: An issuance event names the CA and the certificate, whatever the result

    @id:certificate-issuance.meets-contract
    Scenario Outline: An issuance event meets its contract: <event>
      Given the documented event "<event>"
      Then the event meets its contract

      @success
      Examples: the certificate was issued
        | event                        |
        | certificate-issuance-success |

      @failure
      Examples: the certificate was not issued
        | event                        |
        | certificate-issuance-failure |

  Rule: A rule for one event receives that event and no other

    @id:certificate-issuance.reaches-rule @backend
    Scenario Outline: An issuance event reaches its rule: <event>
      Given a rule for the event "<event>"
      When the event "<event>" is published
      Then the target receives the event
      And the received event equals the published event except for the stamped fields
      And the received event meets its contract

      @success
      Examples: the certificate was issued
        | event                        |
        | certificate-issuance-success |

      @failure
      Examples: the certificate was not issued
        | event                        |
        | certificate-issuance-failure |

    @id:certificate-issuance.fires-no-other-rule @backend
    Scenario Outline: An issuance event does not fire the ten other rules: <event>
      Given a rule for each documented event
      When the event "<event>" is published
      Then only the rule for "<event>" fires

      @success
      Examples: the certificate was issued
        | event                        |
        | certificate-issuance-success |

      @failure
      Examples: the certificate was not issued
        | event                        |
        | certificate-issuance-failure |

  Rule: The contract rejects malformed events

    @id:certificate-issuance.field-removed
    Scenario Outline: An issuance event without <path> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is removed
      Then the event violates its contract at "<place>"

      Examples:
        | event                        | path            | place           |
        | certificate-issuance-success | $.detail        | $.detail        |
        | certificate-issuance-success | $.detail.result | $.detail.result |
        | certificate-issuance-success | $.resources     | $.resources     |
        | certificate-issuance-success | $.resources[1]  | $.resources     |

    @id:certificate-issuance.field-renamed
    Scenario Outline: An issuance event with <path> renamed violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is renamed to "<name>"
      Then the event violates its contract at "<path>"

      Examples:
        | event                        | path            | name            |
        | certificate-issuance-success | $.detail        | $.details       |
        | certificate-issuance-success | $.detail.result | $.detail.status |
        | certificate-issuance-success | $.detail.result | $.result        |
        | certificate-issuance-success | $.resources     | $.resource      |

    @id:certificate-issuance.invalid-value
    Scenario Outline: An issuance event with <path> set to <value> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is set to <value>
      Then the event violates its contract at "<place>"

      Examples:
        | event                        | path            | value                                                                                                                                              | place           |
        | certificate-issuance-success | $.detail        | "success"                                                                                                                                          | $.detail        |
        | certificate-issuance-success | $.detail        | an empty list                                                                                                                                      | $.detail        |
        | certificate-issuance-success | $.detail        | null                                                                                                                                               | $.detail        |
        | certificate-issuance-success | $.detail.result | "failed"                                                                                                                                           | $.detail.result |
        | certificate-issuance-success | $.detail.result | "SUCCESS"                                                                                                                                          | $.detail.result |
        | certificate-issuance-success | $.detail.result | true                                                                                                                                               | $.detail.result |
        | certificate-issuance-success | $.detail.result | an empty string                                                                                                                                    | $.detail.result |
        | certificate-issuance-success | $.resources     | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"                                                | $.resources     |
        | certificate-issuance-success | $.resources     | an empty list                                                                                                                                      | $.resources     |
        | certificate-issuance-success | $.resources[0]  | 12                                                                                                                                                 | $.resources[0]  |
        | certificate-issuance-success | $.resources[0]  | "11223344-1234-1122-2233-112233445566"                                                                                                             | $.resources[0]  |
        | certificate-issuance-success | $.resources[0]  | "arn:aws:acm:us-east-1:111122223333:certificate/11223344-1234-1122-2233-112233445566"                                                              | $.resources[0]  |
        | certificate-issuance-success | $.resources[1]  | "e8cbd2bedb122329f97706bcfec990f8"                                                                                                                 | $.resources[1]  |
        | certificate-issuance-success | $.resources[1]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"                                                | $.resources[1]  |
        | certificate-issuance-success | $.resources[1]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566/certificate/e8cbd2bedb122329f97706bcfec990f8\n" | $.resources[1]  |
        | certificate-issuance-success | $.resources[2]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566/certificate/e8cbd2bedb122329f97706bcfec990f8"   | $.resources     |
        | certificate-issuance-failure | $.detail.result | "FAILED"                                                                                                                                           | $.detail.result |

    @id:certificate-issuance.resources-swapped
    Scenario: An issuance event with its resources swapped violates its contract
      Given the documented event "certificate-issuance-success"
      When "$.resources[0]" and "$.resources[1]" are swapped
      Then the event violates its contract at "$.resources[0], $.resources[1]"
