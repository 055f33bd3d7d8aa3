@documented
Feature: CRL generation
  AWS Private CA reports each certificate revocation list (CRL) that it has stored, or failed to
  generate or store, so that a consumer can fix the bucket. While a CRL is retried, its failure
  events repeat.

  Rule: A CRL event names the CA and, after a failure, the reason

    @id:crl-generation.meets-contract
    Scenario Outline: A CRL generation event meets its contract: <event>
      Given the documented event "<event>"
      Then the event meets its contract

      @success
      Examples: the CRL was stored
        | event                  |
        | crl-generation-success |

      @failure
      Examples: the CRL was not generated, or not stored
        | event                                 |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | crl-generation-failure-internal       |

  Rule: A rule for one event receives that event and no other

    @id:crl-generation.reaches-rule @backend
    Scenario Outline: A CRL generation event reaches its rule: <event>
      Given a rule for the event "<event>"
      When the event "<event>" is published
      Then the target receives the event
      And the received event equals the published event except for the stamped fields
      And the received event meets its contract

      @success
      Examples: the CRL was stored
        | event                  |
        | crl-generation-success |

      @failure
      Examples: the CRL was not generated, or not stored
        | event                                 |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | crl-generation-failure-internal       |

    @id:crl-generation.fires-no-other-rule @backend
    Scenario Outline: A CRL generation event does not fire the ten other rules: <event>
      Given a rule for each documented event
      When the event "<event>" is published
      Then only the rule for "<event>" fires

      @success
      Examples: the CRL was stored
        | event                  |
        | crl-generation-success |

      @failure
      Examples: the CRL was not generated, or not stored
        | event                                 |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | crl-generation-failure-internal       |

  Rule: The contract rejects malformed events

    @id:crl-generation.field-removed
    Scenario Outline: A CRL generation event without <path> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is removed
      Then the event violates its contract at "<place>"

      Examples:
        | event                                 | path            | place           |
        | crl-generation-success                | $.detail        | $.detail        |
        | crl-generation-success                | $.detail.result | $.detail.result |
        | crl-generation-success                | $.resources     | $.resources     |
        | crl-generation-success                | $.resources[0]  | $.resources     |
        | crl-generation-failure-s3-permissions | $.detail.reason | $.detail.reason |
        | crl-generation-failure-s3-internal    | $.detail.reason | $.detail.reason |
        | crl-generation-failure-internal       | $.detail.reason | $.detail.reason |

    @id:crl-generation.field-renamed
    Scenario Outline: A CRL generation event with <path> renamed violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is renamed to "<name>"
      Then the event violates its contract at "<path>"

      Examples:
        | event                                 | path            | name             |
        | crl-generation-success                | $.detail        | $.details        |
        | crl-generation-success                | $.detail.result | $.detail.status  |
        | crl-generation-success                | $.detail.result | $.result         |
        | crl-generation-success                | $.resources     | $.resource       |
        | crl-generation-failure-s3-permissions | $.detail.reason | $.detail.message |
        | crl-generation-failure-s3-permissions | $.detail.reason | $.reason         |

    @id:crl-generation.invalid-value
    Scenario Outline: A CRL generation event with <path> set to <value> violates its contract: <event>
      Given the documented event "<event>"
      When "<path>" is set to <value>
      Then the event violates its contract at "<place>"

      Examples:
        | event                                 | path            | value                                                                                               | place           |
        | crl-generation-success                | $.detail        | "success"                                                                                           | $.detail        |
        | crl-generation-success                | $.detail        | an empty list                                                                                       | $.detail        |
        | crl-generation-success                | $.detail        | null                                                                                                | $.detail        |
        | crl-generation-success                | $.detail.result | "failed"                                                                                            | $.detail.result |
        | crl-generation-success                | $.detail.result | "SUCCESS"                                                                                           | $.detail.result |
        | crl-generation-success                | $.detail.result | true                                                                                                | $.detail.result |
        | crl-generation-success                | $.detail.result | an empty string                                                                                     | $.detail.result |
        | crl-generation-success                | $.resources     | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566" | $.resources     |
        | crl-generation-success                | $.resources     | an empty list                                                                                       | $.resources     |
        | crl-generation-success                | $.resources[0]  | 12                                                                                                  | $.resources[0]  |
        | crl-generation-success                | $.resources[0]  | "11223344-1234-1122-2233-112233445566"                                                              | $.resources[0]  |
        | crl-generation-success                | $.resources[0]  | "arn:aws:acm:us-east-1:111122223333:certificate/11223344-1234-1122-2233-112233445566"               | $.resources[0]  |
        | crl-generation-success                | $.detail.reason | "Failed to generate CRL. Internal failure."                                                         | $.detail.reason |
        | crl-generation-success                | $.detail.reason | null                                                                                                | $.detail.reason |
        | crl-generation-success                | $.detail.result | "failure"                                                                                           | $.detail.reason |
        | crl-generation-failure-s3-permissions | $.detail.result | "success"                                                                                           | $.detail.reason |
        | crl-generation-failure-s3-permissions | $.detail.reason | "Access denied"                                                                                     | $.detail.reason |
        | crl-generation-failure-s3-permissions | $.detail.reason | "Failed to write CRL to S3."                                                                        | $.detail.reason |
        | crl-generation-failure-s3-permissions | $.detail.reason | an empty string                                                                                     | $.detail.reason |
        | crl-generation-failure-s3-permissions | $.detail.reason | 7                                                                                                   | $.detail.reason |
