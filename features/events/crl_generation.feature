@documented
Feature: CRL generation
  AWS Private CA reports each certificate revocation list that it has stored, or could not
  generate or store, so that a consumer can mend the bucket. While a list is retried,
  its failures repeat.

  Rule: A CRL event names the authority, and on a failure the reason

    Scenario Outline: A CRL generation meets its contract: <event>
      Given the documented event "<event>"
      Then the event meets its contract

      @success
      Examples: the list was stored
        | event                  |
        | crl-generation-success |

      @failure
      Examples: the list was not generated, or not stored
        | event                                 |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | crl-generation-failure-internal       |

  Rule: A rule for one outcome catches it and nothing else

    @backend
    Scenario Outline: A CRL generation reaches the rule that asks for it: <event>
      Given a rule for the event "<event>"
      When the event "<event>" is published
      Then the target receives the event
      And the received event equals the published one but for the stamped fields
      And the received event meets its contract

      @success
      Examples: the list was stored
        | event                  |
        | crl-generation-success |

      @failure
      Examples: the list was not generated, or not stored
        | event                                 |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | crl-generation-failure-internal       |

    @backend
    Scenario Outline: A CRL generation fires none of the ten other rules: <event>
      Given a rule for each documented event
      When the event "<event>" is published
      Then only the rule for "<event>" fires

      @success
      Examples: the list was stored
        | event                  |
        | crl-generation-success |

      @failure
      Examples: the list was not generated, or not stored
        | event                                 |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-s3-internal    |
        | crl-generation-failure-internal       |

  Rule: What the contract says holds to the letter

    Scenario Outline: A CRL generation without <path> breaks its contract: <event>
      Given the documented event "<event>"
      When "<path>" is removed
      Then the event breaks its contract at "<place>"

      Examples:
        | event                                 | path            | place           |
        | crl-generation-success                | $.detail        | $.detail        |
        | crl-generation-success                | $.detail.result | $.detail.result |
        | crl-generation-success                | $.resources     | $.resources     |
        | crl-generation-success                | $.resources[0]  | $.resources     |
        | crl-generation-failure-s3-permissions | $.detail.reason | $.detail.reason |
        | crl-generation-failure-s3-internal    | $.detail.reason | $.detail.reason |
        | crl-generation-failure-internal       | $.detail.reason | $.detail.reason |

    Scenario Outline: A CRL generation with <path> under another name breaks its contract: <event>
      Given the documented event "<event>"
      When "<path>" is renamed to "<name>"
      Then the event breaks its contract at "<path>"

      Examples:
        | event                                 | path            | name             |
        | crl-generation-success                | $.detail        | $.details        |
        | crl-generation-success                | $.detail.result | $.detail.status  |
        | crl-generation-success                | $.detail.result | $.result         |
        | crl-generation-success                | $.resources     | $.resource       |
        | crl-generation-failure-s3-permissions | $.detail.reason | $.detail.message |
        | crl-generation-failure-s3-permissions | $.detail.reason | $.reason         |

    Scenario Outline: A CRL generation with <path> set to <value> breaks its contract: <event>
      Given the documented event "<event>"
      When "<path>" is set to <value>
      Then the event breaks its contract at "<place>"

      Examples:
        | event                                 | path            | value                                                                                               | place           |
        | crl-generation-success                | $.detail        | "success"                                                                                           | $.detail        |
        | crl-generation-success                | $.detail        | an empty list                                                                                       | $.detail        |
        | crl-generation-success                | $.detail        | null                                                                                                | $.detail        |
        | crl-generation-success                | $.detail.result | "failed"                                                                                            | $.detail.result |
        | crl-generation-success                | $.detail.result | "SUCCESS"                                                                                           | $.detail.result |
        | crl-generation-success                | $.detail.result | true                                                                                                | $.detail.result |
        | crl-generation-success                | $.detail.result | an empty text                                                                                       | $.detail.result |
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
        | crl-generation-failure-s3-permissions | $.detail.reason | an empty text                                                                                       | $.detail.reason |
        | crl-generation-failure-s3-permissions | $.detail.reason | 7                                                                                                   | $.detail.reason |
