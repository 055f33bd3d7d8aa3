@documented @backend
Feature: The event bus confirms the verdicts of check
  `pca-events check` reads a rule and predicts the events on which it fires. These scenarios put the same
  rule on an event bus, publish every documented event there, and compare the result with the prediction.

  Rule: A rule that check reports as never firing receives no documented event

    @id:consumers.verdicts.mistake-never-fires
    Scenario Outline: The mistaken rule in <code> fires on no documented event
      Given the infrastructure code "<code>"
      When its rules are checked and put on the bus
      And each documented event is published
      Then check finds "never-fires"
      And each rule fires exactly on the events that check predicts
      And the rule under test fires on "<event>" with "<path>" set to <value>

      Examples:
        | code                           | event                                 | path            | value                                                            |
        | 01-source-without-dash.tf      | certificate-issuance-success          | $.source        | "aws.acmpca"                                                     |
        | 07-detail-type-by-new-name.tf  | certificate-issuance-failure          | $.detail-type   | "AWS Private CA Certificate Issuance"                            |
        | 16-status-for-result.tf        | audit-report-generation-failure       | $.detail.status | "failure"                                                        |
        | 18-revocation-that-failed.tf   | certificate-revocation-success        | $.detail.result | "failure"                                                        |
        | 19-reason-of-a-success.tf      | crl-generation-success                | $.detail.reason | "Failed to generate CRL. Internal failure."                      |
        | 22-reason-without-full-stop.tf | crl-generation-failure-internal       | $.detail.reason | "Failed to generate CRL. Internal failure"                       |
        | 24-resource-of-acm.tf          | certificate-issuance-success          | $.resources[1]  | "arn:aws:acm:eu-central-1:444455556666:certificate/0123456789ab" |
        | 51-cloudformation-result.yaml  | ca-creation-failure                   | $.detail.result | "failed"                                                         |
        | 53-serverless-detail-type.yml  | ca-creation-success                   | $.detail-type   | "ACM Private CA"                                                 |
        | 97-literal-asterisk.tf         | crl-generation-failure-s3-permissions | $.detail.result | "fail*"                                                          |

    @id:consumers.verdicts.condition-never-fires
    Scenario Outline: A checked rule where <field> <condition> fires on no documented event
      Given a rule for events where
        | field   | condition        |
        | source  | is "aws.acm-pca" |
        | <field> | <condition>      |
      When the rule is checked
      And each documented event is published
      Then check finds "never-fires"
      And each rule fires exactly on the events that check predicts
      And the rule under test fires on "<event>" with "<path>" set to <value>

      Examples:
        | field         | condition            | event                           | path            | value              |
        | detail.result | is a positive number | ca-creation-failure             | $.detail.result | 1                  |
        | detail.result | is like "err*"       | certificate-issuance-failure    | $.detail.result | "error"            |
        | detail-type   | is like "ACM PCA *"  | certificate-issuance-success    | $.detail-type   | "ACM PCA Issuance" |
        | detail.reason | begins with "Access" | crl-generation-failure-internal | $.detail.reason | "Access denied"    |

  Rule: The event bus confirms the findings about rules that fire

    @id:consumers.verdicts.fires-as-predicted
    Scenario Outline: The rule <rule> in <code> fires only on the predicted events
      Given the infrastructure code "<code>"
      When its rules are checked and put on the bus
      And each documented event is published
      Then check finds "<finding>"
      And the rule "<rule>" fires only on "<events>"
      And each rule fires exactly on the events that check predicts

      Examples:
        | code                               | rule                         | finding          | events                                                                                                                                                                                         |
        | 36-failure-alarm-without-result.tf | failure_alarm_without_result | fires-on-success | certificate-issuance-success, certificate-issuance-failure                                                                                                                                     |
        | 90-value-that-is-dead.tf           | dead_value                   | dead-value       | certificate-issuance-failure                                                                                                                                                                   |
        | 91-results-not-told-apart.tf       | deploy                       | no-result-filter | certificate-issuance-success, certificate-issuance-failure                                                                                                                                     |
        | 98-own-account-dead-value.tf       | own_account                  | dead-value       | ca-creation-failure, certificate-issuance-failure, crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal, audit-report-generation-failure |

    @id:consumers.verdicts.condition-fires-as-predicted
    Scenario Outline: A checked rule where <field> <condition> fires only on the predicted events
      Given a rule for events where
        | field   | condition        |
        | source  | is "aws.acm-pca" |
        | <field> | <condition>      |
      When the rule is checked
      And each documented event is published
      Then the rule "rule-under-test" fires only on "<events>"
      And each rule fires exactly on the events that check predicts

      Examples:
        | field         | condition                                | events                                                                                                                                                                                         |
        | detail.result | is "FAILURE" ignoring case               | ca-creation-failure, certificate-issuance-failure, crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal, audit-report-generation-failure |
        | detail.reason | does not begin with "Failed to write"    | crl-generation-failure-internal                                                                                                                                                                |
        | detail.reason | is like "Failed * CRL*Internal failure." | crl-generation-failure-s3-internal, crl-generation-failure-internal                                                                                                                            |
        | detail-type   | ends with "Issuance" or "Revocation"     | certificate-issuance-success, certificate-issuance-failure, certificate-revocation-success                                                                                                     |
        | resources     | is like "*/certificate/*"                | certificate-issuance-success, certificate-issuance-failure, certificate-revocation-success                                                                                                     |

    @id:consumers.verdicts.other-cas
    Scenario Outline: The rule in <code> does not fire for other CAs
      Given the infrastructure code "<code>"
      When its rules are checked and put on the bus
      And the event "crl-generation-failure-internal" is published
      Then check finds "<findings>"
      And the target receives nothing unless "$.resources[0]" is "arn:<partition>:acm-pca:eu-central-1:444455556666:certificate-authority/11223344-1234-1122-2233-112233445566"

      Examples:
        | code                              | findings                 | partition |
        | 39-one-ca.tf                      | only-some                | aws       |
        | 92-partition-of-another-region.tf | contradiction, only-some | aws-cn    |

    @id:consumers.verdicts.cas-in-another-region
    Scenario: A rule for CAs in another Region does not fire here, and check leaves the result open
      Given a rule for events where
        | field     | condition                                   |
        | source    | is "aws.acm-pca"                            |
        | resources | is like "arn:aws:acm-pca:eu-south-2:*:c*/*" |
      When the rule is checked
      And each documented event is published
      Then check finds "only-some"
      And each rule fires exactly on the events that check predicts
      And the rule under test fires on "ca-creation-success" with "$.resources[0]" set to "arn:aws:acm-pca:eu-south-2:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"

    @id:consumers.verdicts.cas-in-this-region
    Scenario: A rule for CAs in this Region fires here, and check leaves the result open
      Given a rule for events where
        | field     | condition                                  |
        | source    | is "aws.acm-pca"                           |
        | resources | is like "arn:aws:acm-pca:us-east-1:*:c*/*" |
      When the rule is checked
      And each documented event is published
      Then check finds "only-some"
      And the target receives all published events
      And each rule fires exactly on the events that check predicts

  Rule: A rule on another bus fires only if the events are forwarded to that bus

    @id:consumers.verdicts.custom-bus @needs_unknown_bus
    Scenario Outline: The rule in <code> does not fire until its bus receives the events
      Given the infrastructure code "<code>"
      And an applied configuration for the event "crl-generation-failure-internal"
      When its rules are checked
      And the rule is moved to another bus before any event is published
      And the configuration changes: the events are forwarded to the other bus
      Then check finds "custom-bus"
      And the event arrives only after the change

      Examples:
        | code                     |
        | 34-custom-bus.tf         |
        | 77-bus-of-the-project.tf |

  Rule: Rules for AWS Private CA and rules for related services do not match each other's events

    @id:consumers.verdicts.related-service-events
    Scenario Outline: A rule for AWS Private CA does not match events from <source>
      Given a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When the rule is checked
      And each event of "<source>" is published
      And each documented event is published
      Then the target receives all published events
      And each rule fires exactly on the events that check predicts

      Examples:
        | source                 |
        | aws.acm                |
        | aws.pca-connector-ad   |
        | aws.pca-connector-scep |

    @id:consumers.verdicts.related-service-rules
    Scenario Outline: A rule for <source> does not match events from AWS Private CA
      Given a rule for events where
        | field  | condition     |
        | source | is "<source>" |
      When the rule is checked
      And each documented event is published
      And each event of "<source>" is published
      Then the target receives all published events
      And each rule fires exactly on the events that check predicts

      Examples:
        | source                 |
        | aws.acm                |
        | aws.pca-connector-ad   |
        | aws.pca-connector-scep |

  Rule: A Classic rule and its migrated subscriber receive the same events

    @id:consumers.verdicts.migrated-subscribers
    Scenario Outline: The rules in <code> receive the same events after migration to subscribers
      Given the infrastructure code "<code>"
      When its rules are checked and put on the bus
      And its rules are migrated
      And each documented event is published
      Then each subscriber receives the events of its Classic rule

      Examples:
        | code                     |
        | cdk                      |
        | cloudformation           |
        | sam                      |
        | terraform                |
        | 90-value-that-is-dead.tf |
