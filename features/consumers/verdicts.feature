@documented @backend
Feature: What check says is what the bus does
  `pca-events check` reads a rule and says on which events it fires. Here the same rule is on an event bus,
  and every documented event is published there: what fires must be what was said.

  Rule: A rule of which check says that it never fires is silent for every documented event

    Scenario Outline: The mistake <code> is silent, whatever is sent
      Given the infrastructure code "<code>"
      When its rules are checked, and put on the bus
      And each documented event is published
      Then check finds "never-fires"
      And each rule fires on what check says, and on nothing else
      And it fires on "<event>" once "<path>" is <value>

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

    Scenario Outline: A checked rule where <field> <condition> is silent, whatever is sent
      Given a rule for events where
        | field   | condition        |
        | source  | is "aws.acm-pca" |
        | <field> | <condition>      |
      When the rule is checked
      And each documented event is published
      Then check finds "never-fires"
      And each rule fires on what check says, and on nothing else
      And it fires on "<event>" once "<path>" is <value>

      Examples:
        | field         | condition            | event                           | path            | value              |
        | detail.result | is a positive number | ca-creation-failure             | $.detail.result | 1                  |
        | detail.result | is like "err*"       | certificate-issuance-failure    | $.detail.result | "error"            |
        | detail-type   | is like "ACM PCA *"  | certificate-issuance-success    | $.detail-type   | "ACM PCA Issuance" |
        | detail.reason | begins with "Access" | crl-generation-failure-internal | $.detail.reason | "Access denied"    |

  Rule: What check finds in a rule that fires is seen on the bus

    Scenario Outline: The rule <rule> of <code> fires on what is said, and no more
      Given the infrastructure code "<code>"
      When its rules are checked, and put on the bus
      And each documented event is published
      Then check finds "<finding>"
      And the rule "<rule>" fires on "<events>" and on nothing else
      And each rule fires on what check says, and on nothing else

      Examples:
        | code                               | rule                         | finding          | events                                                                                                                                                                                         |
        | 36-failure-alarm-without-result.tf | failure_alarm_without_result | fires-on-success | certificate-issuance-success, certificate-issuance-failure                                                                                                                                     |
        | 90-value-that-is-dead.tf           | dead_value                   | dead-value       | certificate-issuance-failure                                                                                                                                                                   |
        | 91-results-not-told-apart.tf       | deploy                       | no-result-filter | certificate-issuance-success, certificate-issuance-failure                                                                                                                                     |
        | 98-own-account-dead-value.tf       | own_account                  | dead-value       | ca-creation-failure, certificate-issuance-failure, crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal, audit-report-generation-failure |

    Scenario Outline: A checked rule where <field> <condition> fires on what is said
      Given a rule for events where
        | field   | condition        |
        | source  | is "aws.acm-pca" |
        | <field> | <condition>      |
      When the rule is checked
      And each documented event is published
      Then the rule "rule-under-test" fires on "<events>" and on nothing else
      And each rule fires on what check says, and on nothing else

      Examples:
        | field         | condition                                | events                                                                                                                                                                                         |
        | detail.result | is "FAILURE" in any case                 | ca-creation-failure, certificate-issuance-failure, crl-generation-failure-s3-permissions, crl-generation-failure-s3-internal, crl-generation-failure-internal, audit-report-generation-failure |
        | detail.reason | does not begin with "Failed to write"    | crl-generation-failure-internal                                                                                                                                                                |
        | detail.reason | is like "Failed * CRL*Internal failure." | crl-generation-failure-s3-internal, crl-generation-failure-internal                                                                                                                            |
        | detail-type   | ends with "Issuance" or "Revocation"     | certificate-issuance-success, certificate-issuance-failure, certificate-revocation-success                                                                                                     |
        | resources     | is like "*/certificate/*"                | certificate-issuance-success, certificate-issuance-failure, certificate-revocation-success                                                                                                     |

    Scenario Outline: The rule of <code> is silent for every other CA
      Given the infrastructure code "<code>"
      When its rules are checked, and put on the bus
      And the event "crl-generation-failure-internal" is published
      Then check finds "<findings>"
      And the target receives nothing, unless "$.resources[0]" is "arn:<partition>:acm-pca:eu-central-1:444455556666:certificate-authority/11223344-1234-1122-2233-112233445566"

      Examples:
        | code                              | findings                 | partition |
        | 39-one-ca.tf                      | only-some                | aws       |
        | 92-partition-of-another-region.tf | contradiction, only-some | aws-cn    |

    Scenario: A rule for the CAs of another Region is silent here, and check claims neither
      Given a rule for events where
        | field     | condition                                   |
        | source    | is "aws.acm-pca"                            |
        | resources | is like "arn:aws:acm-pca:eu-south-2:*:c*/*" |
      When the rule is checked
      And each documented event is published
      Then check finds "only-some"
      And each rule fires on what check says, and on nothing else
      And it fires on "ca-creation-success" once "$.resources[0]" is "arn:aws:acm-pca:eu-south-2:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"

    Scenario: A rule for the CAs of one Region fires there, and check does not deny it
      Given a rule for events where
        | field     | condition                                  |
        | source    | is "aws.acm-pca"                           |
        | resources | is like "arn:aws:acm-pca:us-east-1:*:c*/*" |
      When the rule is checked
      And each documented event is published
      Then check finds "only-some"
      And the target receives each of them
      And each rule fires on what check says, and on nothing else

  Rule: A rule on another bus waits until the events are forwarded

    Scenario Outline: The rule of <code> is silent until its bus gets the events
      Given the infrastructure code "<code>"
      And an applied configuration for the event "crl-generation-failure-internal"
      When its rules are checked
      And the rule is moved to another bus before anything is published
      And the configuration changes: its events are forwarded to the other bus
      Then check finds "custom-bus"
      And nothing arrived before the change, and the event after it

      Examples:
        | code                     |
        | 34-custom-bus.tf         |
        | 77-bus-of-the-project.tf |

  Rule: The events of neighbours are none of AWS Private CA

    Scenario Outline: A rule for AWS Private CA does not catch the events of <source>
      Given a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When the rule is checked
      And each event of "<source>" is published
      And each documented event is published
      Then the target receives each of them
      And each rule fires on what check says, and on nothing else

      Examples:
        | source                 |
        | aws.acm                |
        | aws.pca-connector-ad   |
        | aws.pca-connector-scep |

    Scenario Outline: A rule for <source> does not catch the events of AWS Private CA
      Given a rule for events where
        | field  | condition     |
        | source | is "<source>" |
      When the rule is checked
      And each documented event is published
      And each event of "<source>" is published
      Then the target receives each of them
      And each rule fires on what check says, and on nothing else

      Examples:
        | source                 |
        | aws.acm                |
        | aws.pca-connector-ad   |
        | aws.pca-connector-scep |

  Rule: A Classic rule and what it is migrated to get the same events

    Scenario Outline: The rules of <code> lose and gain nothing as subscribers
      Given the infrastructure code "<code>"
      When its rules are checked, and put on the bus
      And its rules are migrated
      And each documented event is published
      Then each subscriber gets what its rule fires on

      Examples:
        | code                     |
        | cdk                      |
        | cloudformation           |
        | sam                      |
        | terraform                |
        | 90-value-that-is-dead.tf |
