@documented
Feature: CA creation
  AWS Private CA reports the result of every CreateCertificateAuthority request, so that a
  consumer can install the certificate of a new CA, or investigate a failed creation.

  Rule: A CA creation event names the CA, whatever the result

    @id:ca-creation.meets-contract
    Scenario Outline: A CA creation event meets its contract: <event>
      Given the documented event "<event>"
      Then the event meets its contract

      @success
      Examples: the CA was created
        | event               |
        | ca-creation-success |

      @failure
      Examples: the CA was not created
        | event               |
        | ca-creation-failure |

  Rule: A rule for one event receives that event and no other

    @id:ca-creation.reaches-rule @backend
    Scenario Outline: A CA creation event reaches its rule: <event>
      Given a rule for the event "<event>"
      When the event "<event>" is published
      Then the target receives the event
      And the received event equals the published event except for the stamped fields
      And the received event meets its contract

      @success
      Examples: the CA was created
        | event               |
        | ca-creation-success |

      @failure
      Examples: the CA was not created
        | event               |
        | ca-creation-failure |

    @id:ca-creation.fires-no-other-rule @backend
    Scenario Outline: A CA creation event does not fire the ten other rules: <event>
      Given a rule for each documented event
      When the event "<event>" is published
      Then only the rule for "<event>" fires

      @success
      Examples: the CA was created
        | event               |
        | ca-creation-success |

      @failure
      Examples: the CA was not created
        | event               |
        | ca-creation-failure |

  Rule: The contract rejects malformed events

    @id:ca-creation.field-removed
    Scenario Outline: A CA creation event without <path> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is removed
      Then the event violates its contract at "<place>"

      Examples:
        | event               | path            | place           |
        | ca-creation-success | $.detail        | $.detail        |
        | ca-creation-success | $.detail.result | $.detail.result |
        | ca-creation-success | $.resources     | $.resources     |
        | ca-creation-success | $.resources[0]  | $.resources     |

    @id:ca-creation.field-renamed
    Scenario Outline: A CA creation event with <path> renamed violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is renamed to "<name>"
      Then the event violates its contract at "<path>"

      Examples:
        | event               | path            | name            |
        | ca-creation-success | $.detail        | $.details       |
        | ca-creation-success | $.detail.result | $.detail.status |
        | ca-creation-success | $.detail.result | $.result        |
        | ca-creation-success | $.resources     | $.resource      |

    @id:ca-creation.invalid-value
    Scenario Outline: A CA creation event with <path> set to <value> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is set to <value>
      Then the event violates its contract at "<place>"

      Examples:
        | event               | path            | value                                                                                               | place           |
        | ca-creation-success | $.detail        | "success"                                                                                           | $.detail        |
        | ca-creation-success | $.detail        | an empty list                                                                                       | $.detail        |
        | ca-creation-success | $.detail        | null                                                                                                | $.detail        |
        | ca-creation-success | $.detail.result | "failed"                                                                                            | $.detail.result |
        | ca-creation-success | $.detail.result | "SUCCESS"                                                                                           | $.detail.result |
        | ca-creation-success | $.detail.result | true                                                                                                | $.detail.result |
        | ca-creation-success | $.detail.result | an empty string                                                                                     | $.detail.result |
        | ca-creation-success | $.resources     | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566" | $.resources     |
        | ca-creation-success | $.resources     | an empty list                                                                                       | $.resources     |
        | ca-creation-success | $.resources[0]  | 12                                                                                                  | $.resources[0]  |
        | ca-creation-success | $.resources[0]  | "11223344-1234-1122-2233-112233445566"                                                              | $.resources[0]  |
        | ca-creation-success | $.resources[0]  | "arn:aws:acm:us-east-1:111122223333:certificate/11223344-1234-1122-2233-112233445566"               | $.resources[0]  |
        | ca-creation-success | $.resources[1]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566" | $.resources     |
        | ca-creation-failure | $.detail-type   | "ACM Private CA Certificate Issuance"                                                               | $.resources     |
