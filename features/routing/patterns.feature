@documented @backend
Feature: Event patterns
  An event pattern selects the events of a rule. Each row shows one condition with an event that it
  matches and an event that it does not match.

  Rule: A condition matches its events and no others

    @id:routing.patterns.condition
    Scenario Outline: A rule where <field> <condition>
      Given a rule for events where
        | field   | condition        |
        | source  | is "aws.acm-pca" |
        | <field> | <condition>      |
      When the event "<other>" is published
      Then the target receives only the control event "<matching>"

      Examples:
        | field         | condition                                                                                                                                           | matching                              | other                                 |
        | detail.result | is "success"                                                                                                                                        | ca-creation-success                   | ca-creation-failure                   |
        | detail.result | is "failure"                                                                                                                                        | certificate-issuance-failure          | certificate-issuance-success          |
        | detail.result | is not "success"                                                                                                                                    | audit-report-generation-failure       | audit-report-generation-success       |
        | detail.result | is "FAILURE" ignoring case                                                                                                                          | ca-creation-failure                   | ca-creation-success                   |
        | detail.reason | exists                                                                                                                                              | crl-generation-failure-internal       | crl-generation-success                |
        | detail.reason | is absent                                                                                                                                           | crl-generation-success                | crl-generation-failure-internal       |
        | detail.reason | begins with "Failed to write"                                                                                                                       | crl-generation-failure-s3-internal    | crl-generation-failure-internal       |
        | detail.reason | ends with "Internal failure."                                                                                                                       | crl-generation-failure-internal       | crl-generation-failure-s3-permissions |
        | detail.reason | is like "*bucket permissions*"                                                                                                                      | crl-generation-failure-s3-permissions | crl-generation-failure-s3-internal    |
        | detail.reason | does not begin with "Failed to write"                                                                                                               | crl-generation-failure-internal       | crl-generation-failure-s3-internal    |
        | detail-type   | is "ACM Private CA Creation" or "ACM Private CA CRL Generation"                                                                                     | crl-generation-success                | certificate-issuance-success          |
        | detail-type   | begins with "ACM Private CA Certificate "                                                                                                           | certificate-revocation-success        | crl-generation-success                |
        | detail-type   | ends with " Generation"                                                                                                                             | audit-report-generation-success       | ca-creation-success                   |
        | detail-type   | is like "ACM Private CA * Generation"                                                                                                               | audit-report-generation-failure       | certificate-issuance-failure          |
        | resources     | is "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566/certificate/e8cbd2bedb122329f97706bcfec990f8" | certificate-issuance-success          | ca-creation-success                   |
        | resources     | is like "*/certificate/*"                                                                                                                           | certificate-revocation-success        | audit-report-generation-success       |
        | resources     | is "5f0e2c6a-8d3b-4b7e-9c41-2a6d7f1b3e58"                                                                                                           | audit-report-generation-failure       | certificate-issuance-failure          |

  Rule: A rule matches only if all its conditions match

    @id:routing.patterns.all-conditions
    Scenario Outline: A rule for one detail-type and result <result> does not match "<other>"
      Given a rule for events where
        | field         | condition                                |
        | source        | is "aws.acm-pca"                         |
        | detail-type   | is "ACM Private CA Certificate Issuance" |
        | detail.result | is "<result>"                            |
      When the event "<other>" is published
      Then the target receives only the control event "certificate-issuance-<result>"

      Examples:
        | result  | other                        |
        | success | certificate-issuance-failure |
        | success | ca-creation-success          |
        | failure | certificate-issuance-success |
        | failure | ca-creation-failure          |
