@backend @operations
Feature: CreateCertificateAuthorityAuditReport
  The operation returns the ID of a report and the key of its S3 object before either exists.
  The event names the report by its ID.

  @id:operations.create-certificate-authority-audit-report.success @documented @success
  Scenario Outline: Storing a <form> audit report sends a success event
    Given a bucket that is as documented
    And a CA with status ACTIVE
    When CreateCertificateAuthorityAuditReport is called with AuditReportResponseFormat as <form>
    Then AWS Private CA sends exactly "audit-report-generation-success"
    And the audit report in the event has status SUCCESS
    And the bucket contains an audit report that lists the certificate

    Examples:
      | form   |
      | "JSON" |
      | "CSV"  |

  @id:operations.create-certificate-authority-audit-report.bucket-fixed @documented @failure
  Scenario Outline: A bucket that <state> receives no audit report until it is fixed
    Given a bucket that <state>
    And a CA with status ACTIVE
    When CreateCertificateAuthorityAuditReport is called
    Then AWS Private CA sends exactly "audit-report-generation-failure"
    When the bucket is changed to one that is as documented
    And CreateCertificateAuthorityAuditReport is called
    Then AWS Private CA sends exactly "audit-report-generation-success"
    And the bucket contains an audit report that lists the certificate

    Examples:
      | state                                  |
      | is missing                             |
      | has no policy                          |
      | does not grant s3:PutObject            |
      | grants the CAs of another account only |
      | is encrypted with the key aws/s3       |

  @id:operations.create-certificate-authority-audit-report.internal-failure @documented @failure
  Scenario: An internal failure sends a failure event, and another call generates the audit report
    Given a bucket that is as documented
    And a CA with status ACTIVE
    And CreateCertificateAuthorityAuditReport is set to fail once
    When CreateCertificateAuthorityAuditReport is called
    Then AWS Private CA sends exactly "audit-report-generation-failure"
    And the audit report in the event has status FAILED
    When CreateCertificateAuthorityAuditReport is called
    Then AWS Private CA sends exactly "audit-report-generation-success"

  @id:operations.create-certificate-authority-audit-report.in-progress
  Scenario: No event is sent while an audit report is still being generated
    Given a bucket that is as documented
    And a CA with status ACTIVE
    And report_delay_seconds is set to 60
    When CreateCertificateAuthorityAuditReport is called
    Then AWS Private CA sends no event
    When the simulator's clock advances by 1 minute
    Then AWS Private CA sends exactly "audit-report-generation-success"

  @id:operations.create-certificate-authority-audit-report.invalid-state
  Scenario Outline: A CA with status <status> generates no audit report and sends no event
    Given a bucket that is as documented
    And a CA with status <status>
    When a call to CreateCertificateAuthorityAuditReport is rejected with "InvalidStateException"
    Then AWS Private CA sends no event

    Examples:
      | status              |
      | DELETED             |
      | FAILED              |
      | PENDING_CERTIFICATE |
