@documented @backend
Feature: Rules that never fire
  Some rules look right but never fire. Each row shows one such condition, the event that its author
  had in mind, and the control event that would have to be sent for the rule to fire.

  Rule: A condition on a value that is never sent never matches

    @id:routing.mistakes.never-fires
    Scenario Outline: A rule where <field> <condition> never fires
      Given a rule for events where
        | field   | condition   |
        | <field> | <condition> |
      When the event "<event>" is published
      Then the target receives nothing unless "<path>" is <value>

      Examples:
        | field         | condition                                   | event                                 | path            | value                                    |
        | source        | is "aws.acmpca"                             | ca-creation-success                   | $.source        | "aws.acmpca"                             |
        | source        | is "acm-pca"                                | certificate-issuance-success          | $.source        | "acm-pca"                                |
        | source        | is "aws.acm"                                | certificate-issuance-success          | $.source        | "aws.acm"                                |
        | source        | is "acm-pca.amazonaws.com"                  | audit-report-generation-success       | $.source        | "acm-pca.amazonaws.com"                  |
        | detail-type   | is "ACM PCA Certificate Issuance"           | certificate-issuance-success          | $.detail-type   | "ACM PCA Certificate Issuance"           |
        | detail-type   | is "Certificate Issuance"                   | certificate-issuance-success          | $.detail-type   | "Certificate Issuance"                   |
        | detail-type   | is "AWS API Call via CloudTrail"            | certificate-issuance-success          | $.detail-type   | "AWS API Call via CloudTrail"            |
        | detail-type   | is "ACM Certificate Approaching Expiration" | certificate-issuance-success          | $.detail-type   | "ACM Certificate Approaching Expiration" |
        | detail.result | is "failed"                                 | certificate-issuance-failure          | $.detail.result | "failed"                                 |
        | detail.result | is "FAILURE"                                | crl-generation-failure-internal       | $.detail.result | "FAILURE"                                |
        | detail.result | is "Success"                                | ca-creation-success                   | $.detail.result | "Success"                                |
        | detail.result | is "error"                                  | audit-report-generation-failure       | $.detail.result | "error"                                  |
        | detail.status | is "failure"                                | ca-creation-failure                   | $.detail.status | "failure"                                |
        | detail.reason | begins with "Access"                        | crl-generation-failure-s3-permissions | $.detail.reason | "Access denied"                          |
        | resources     | is "11223344-1234-1122-2233-112233445566"   | certificate-issuance-success          | $.resources[0]  | "11223344-1234-1122-2233-112233445566"   |
