@backend @operations
Feature: API calls that CloudTrail records
  With a trail, CloudTrail sends an event for each API call. It has the source of AWS Private CA, and it
  reports the call, not the outcome of the operation.

  Rule: A rule for API calls receives each call that changes something

    @id:operations.cloudtrail.write
    Scenario Outline: A call to <operation> is received
      Given a CA with status <status>
      And a certificate issued by the CA
      And a trail, and a rule with state ENABLED for "AWS API Call via CloudTrail" events
      When <operation> is called
      Then the rule receives exactly "<operation>" from CloudTrail
      And each recorded event meets its contract

      Examples:
        | operation                  | status |
        | CreateCertificateAuthority | ACTIVE |
        | IssueCertificate           | ACTIVE |
        | RevokeCertificate          | ACTIVE |
        | CreatePermission           | ACTIVE |
        | PutPolicy                  | ACTIVE |
        | DeletePolicy               | ACTIVE |
        | TagCertificateAuthority    | ACTIVE |
        | UntagCertificateAuthority  | ACTIVE |
        | UpdateCertificateAuthority | ACTIVE |

    @id:operations.cloudtrail.fields
    Scenario Outline: The record of an issuance has <path>
      Given a CA with status ACTIVE
      And a trail, and a rule with state ENABLED for "AWS API Call via CloudTrail" events
      When IssueCertificate is called
      Then the rule receives exactly "IssueCertificate" from CloudTrail
      And the recorded "<path>" is <value>

      Examples:
        | path                                      | value               |
        | $.detail.readOnly                         | false               |
        | $.detail.userIdentity.type                | "Root"              |
        | $.detail.requestParameters.csr.offset     | 0                   |
        | $.detail.requestParameters.validity.type  | "DAYS"              |
        | $.detail.requestParameters.validity.value | 30                  |

    @id:operations.cloudtrail.rejected
    Scenario: A rejected call is received with its error code
      Given a CA with status ACTIVE
      And a trail, and a rule with state ENABLED for "AWS API Call via CloudTrail" events
      When a call to RestoreCertificateAuthority is rejected with "InvalidStateException"
      Then the rule receives exactly "RestoreCertificateAuthority" from CloudTrail
      And the recorded "$.detail.errorCode" is "InvalidStateException"
      And the recorded "$.detail.responseElements" is null
      And each recorded event meets its contract

  Rule: Read-only calls reach only rules in the state for them

    @id:operations.cloudtrail.read-only @needs_read_only_calls
    Scenario Outline: A rule with state ENABLED does not receive a call to <operation>
      Given a CA with status ACTIVE
      And a trail, and a rule with state ENABLED for "AWS API Call via CloudTrail" events
      When <operation> is called
      Then the rule receives nothing from CloudTrail

      Examples:
        | operation                          |
        | DescribeCertificateAuthority       |
        | GetCertificateAuthorityCertificate |
        | ListTags                           |

    @id:operations.cloudtrail.read-only-state
    Scenario Outline: A rule in the state for read-only calls receives a call to <operation>
      Given a CA with status ACTIVE
      And a trail, and a rule with state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS for "AWS API Call via CloudTrail" events
      When <operation> is called
      Then the rule receives exactly "<operation>" from CloudTrail
      And the recorded "$.detail.readOnly" is true
      And each recorded event meets its contract

      Examples:
        | operation                          |
        | DescribeCertificateAuthority       |
        | GetCertificateAuthorityCertificate |
        | ListCertificateAuthorities         |
        | ListTags                           |

  Rule: What the service does by itself is a service event

    @id:operations.cloudtrail.service-event
    Scenario: The outcome of an issuance is recorded
      Given a CA with status ACTIVE
      And a trail, and a rule with state ENABLED for "AWS Service Event via CloudTrail" events
      When IssueCertificate is called
      Then the rule receives exactly "IssueCertificateDetails" from CloudTrail
      And the recorded "$.detail.serviceEventDetails.status" is "ISSUED"
      And each recorded event meets its contract

    @id:operations.cloudtrail.service-event-failure
    Scenario: The failure of an issuance is recorded
      Given a CA with status ACTIVE
      And a trail, and a rule with state ENABLED for "AWS Service Event via CloudTrail" events
      And IssueCertificate is set to fail once
      When IssueCertificate is called
      Then the rule receives exactly "IssueCertificateDetails" from CloudTrail
      And the recorded "$.detail.serviceEventDetails.status" is "FAILED"
      And each recorded event meets its contract
