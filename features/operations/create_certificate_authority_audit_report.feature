@backend @operations
Feature: CreateCertificateAuthorityAuditReport
  The operation answers with the id of a report and the key of its object before either is there.
  The event names the report by its plain id.

  @documented @success
  Scenario Outline: An audit report as <form> is told once it is in the bucket
    Given a bucket that is as documented
    And a certificate authority that is ACTIVE
    When CreateCertificateAuthorityAuditReport is called with AuditReportResponseFormat as <form>
    Then exactly "audit-report-generation-success" is sent
    And the audit report that the event names is SUCCESS
    And the bucket holds an audit report that names the certificate

    Examples:
      | form   |
      | "JSON" |
      | "CSV"  |

  @documented @failure
  Scenario Outline: A bucket that <state> gets no audit report, until it is put right
    Given a bucket that <state>
    And a certificate authority that is ACTIVE
    When CreateCertificateAuthorityAuditReport is called
    Then exactly "audit-report-generation-failure" is sent
    When the bucket becomes one that is as documented
    And CreateCertificateAuthorityAuditReport is called
    Then exactly "audit-report-generation-success" is sent
    And the bucket holds an audit report that names the certificate

    Examples:
      | state                                  |
      | is missing                             |
      | has no policy                          |
      | does not grant s3:PutObject            |
      | grants the CAs of another account only |
      | is encrypted with the key aws/s3       |

  @documented @failure
  Scenario: An audit report that fails for an internal reason is told, and another call makes one
    Given a bucket that is as documented
    And a certificate authority that is ACTIVE
    And CreateCertificateAuthorityAuditReport is planned to fail 1 times
    When CreateCertificateAuthorityAuditReport is called
    Then exactly "audit-report-generation-failure" is sent
    And the audit report that the event names is FAILED
    When CreateCertificateAuthorityAuditReport is called
    Then exactly "audit-report-generation-success" is sent

  Scenario: An audit report that is still being made is not told
    Given a bucket that is as documented
    And a certificate authority that is ACTIVE
    And report_delay_seconds is 60 seconds
    When CreateCertificateAuthorityAuditReport is called
    Then nothing is sent
    When 1 minutes pass
    Then exactly "audit-report-generation-success" is sent

  Scenario Outline: A CA that is <status> makes no audit report, and nothing is told
    Given a bucket that is as documented
    And a certificate authority that is <status>
    When a call of CreateCertificateAuthorityAuditReport is refused with "InvalidStateException"
    Then nothing is sent

    Examples:
      | status  |
      | DELETED |
      | FAILED  |
