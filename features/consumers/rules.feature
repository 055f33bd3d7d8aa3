@documented
Feature: Rules in infrastructure code
  A rule that never fires is often discovered only in production, because nothing reads it earlier.
  `pca-events check` reads rules in the code that defines them, and never runs that code.

  Rule: A rule fires on the events that its pattern matches, in every supported format

    @id:consumers.rules.fires-on-expected-events
    Scenario Outline: The rule <rule> in <code> fires only on the expected events
      Given the infrastructure code "<code>"
      When its rules are checked
      Then the rule "<rule>" fires only on "<events>"
      And check has no findings for the rule "<rule>"

      Examples:
        | code             | rule                                     | events                                                                                                     |
        | cdk              | IssuanceFailed3B7A21C4                   | certificate-issuance-failure                                                                               |
        | cloudformation   | CrlFailed                                | crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal |
        | cloudformation   | AuditReports                             | audit-report-generation-success, audit-report-generation-failure                                           |
        | json             | crl-failed.json                          | crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal |
        | json             | certificate-not-issued                   | certificate-issuance-failure                                                                               |
        | sam              | OpenTicket/IssuanceFailed                | certificate-issuance-failure                                                                               |
        | sam              | OpenTicket/CreationFailed                | ca-creation-failure                                                                                        |
        | sam              | RenewTrustStore/CrlPublished             | crl-generation-success                                                                                     |
        | serverless       | reportFailure/rule-1                     | certificate-issuance-failure, audit-report-generation-failure                                              |
        | serverless       | Revocations                              | certificate-revocation-success                                                                             |
        | terraform        | failure["audit-report"]                  | audit-report-generation-failure                                                                            |
        | terraform        | failure["creation"]                      | ca-creation-failure                                                                                        |
        | terraform        | failure["crl"]                           | crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal |
        | terraform        | failure["issuance"]                      | certificate-issuance-failure                                                                               |
        | terraform        | issued                                   | certificate-issuance-success                                                                               |
        | terraform_module | module.eventbridge.rules["crl_failed"]   | crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal |
        | terraform_module | module.eventbridge.rules["audit_report"] | audit-report-generation-success, audit-report-generation-failure                                           |
        | terraform_plan   | crl_failed                               | crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal |
