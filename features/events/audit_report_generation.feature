@documented
Feature: Audit report generation
  AWS Private CA reports the result of every CreateCertificateAuthorityAuditReport request, so
  that a consumer can read the report, or fix the bucket that stores it.

  Rule: An audit report event names the CA by its ARN and the report by its ID

    @id:audit-report-generation.meets-contract
    Scenario Outline: An audit report event meets its contract: <event>
      Given the documented event "<event>"
      Then the event meets its contract

      @success
      Examples: the report was stored
        | event                           |
        | audit-report-generation-success |

      @failure
      Examples: the report was not generated, or not stored
        | event                           |
        | audit-report-generation-failure |

  Rule: A rule for one event receives that event and no other

    @id:audit-report-generation.reaches-rule @backend
    Scenario Outline: An audit report event reaches its rule: <event>
      Given a rule for the event "<event>"
      When the event "<event>" is published
      Then the target receives the event
      And the received event equals the published event except for the stamped fields
      And the received event meets its contract

      @success
      Examples: the report was stored
        | event                           |
        | audit-report-generation-success |

      @failure
      Examples: the report was not generated, or not stored
        | event                           |
        | audit-report-generation-failure |

    @id:audit-report-generation.fires-no-other-rule @backend
    Scenario Outline: An audit report event does not fire the ten other rules: <event>
      Given a rule for each documented event
      When the event "<event>" is published
      Then only the rule for "<event>" fires

      @success
      Examples: the report was stored
        | event                           |
        | audit-report-generation-success |

      @failure
      Examples: the report was not generated, or not stored
        | event                           |
        | audit-report-generation-failure |

  Rule: The contract rejects malformed events

    @id:audit-report-generation.field-removed
    Scenario Outline: An audit report event without <path> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is removed
      Then the event violates its contract at "<place>"

      Examples:
        | event                           | path            | place           |
        | audit-report-generation-success | $.detail        | $.detail        |
        | audit-report-generation-success | $.detail.result | $.detail.result |
        | audit-report-generation-success | $.resources     | $.resources     |
        | audit-report-generation-success | $.resources[1]  | $.resources     |

    @id:audit-report-generation.field-renamed
    Scenario Outline: An audit report event with <path> renamed violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is renamed to "<name>"
      Then the event violates its contract at "<path>"

      Examples:
        | event                           | path            | name            |
        | audit-report-generation-success | $.detail        | $.details       |
        | audit-report-generation-success | $.detail.result | $.detail.status |
        | audit-report-generation-success | $.detail.result | $.result        |
        | audit-report-generation-success | $.resources     | $.resource      |

    @id:audit-report-generation.invalid-value
    Scenario Outline: An audit report event with <path> set to <value> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is set to <value>
      Then the event violates its contract at "<place>"

      Examples:
        | event                           | path            | value                                                                                                                                                 | place           |
        | audit-report-generation-success | $.detail        | "success"                                                                                                                                             | $.detail        |
        | audit-report-generation-success | $.detail        | an empty list                                                                                                                                         | $.detail        |
        | audit-report-generation-success | $.detail        | null                                                                                                                                                  | $.detail        |
        | audit-report-generation-success | $.detail.result | "failed"                                                                                                                                              | $.detail.result |
        | audit-report-generation-success | $.detail.result | "SUCCESS"                                                                                                                                             | $.detail.result |
        | audit-report-generation-success | $.detail.result | true                                                                                                                                                  | $.detail.result |
        | audit-report-generation-success | $.detail.result | an empty string                                                                                                                                       | $.detail.result |
        | audit-report-generation-success | $.resources     | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"                                                   | $.resources     |
        | audit-report-generation-success | $.resources     | an empty list                                                                                                                                         | $.resources     |
        | audit-report-generation-success | $.resources[0]  | 12                                                                                                                                                    | $.resources[0]  |
        | audit-report-generation-success | $.resources[0]  | "11223344-1234-1122-2233-112233445566"                                                                                                                | $.resources[0]  |
        | audit-report-generation-success | $.resources[0]  | "arn:aws:acm:us-east-1:111122223333:certificate/11223344-1234-1122-2233-112233445566"                                                                 | $.resources[0]  |
        | audit-report-generation-success | $.resources[1]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566/audit-report/5f0e2c6a-8d3b-4b7e-9c41-2a6d7f1b3e58" | $.resources[1]  |
        | audit-report-generation-success | $.resources[1]  | "5F0E2C6A-8D3B-4B7E-9C41-2A6D7F1B3E58"                                                                                                                | $.resources[1]  |
        | audit-report-generation-success | $.resources[1]  | an empty string                                                                                                                                       | $.resources[1]  |
        | audit-report-generation-success | $.resources[2]  | "5f0e2c6a-8d3b-4b7e-9c41-2a6d7f1b3e58"                                                                                                                | $.resources     |
        | audit-report-generation-failure | $.detail.result | "error"                                                                                                                                               | $.detail.result |

    @id:audit-report-generation.resources-swapped
    Scenario: An audit report event with its resources swapped violates its contract
      Given the documented event "audit-report-generation-success"
      When "$.resources[0]" and "$.resources[1]" are swapped
      Then the event violates its contract at "$.resources[0], $.resources[1]"
