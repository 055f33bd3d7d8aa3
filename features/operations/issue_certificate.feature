@backend @operations
Feature: IssueCertificate
  The operation returns the ARN of a certificate before the certificate exists. The event reports
  whether the certificate can be retrieved.

  @id:operations.issue-certificate.success @documented @success
  Scenario: Issuing a certificate sends a success event, and the certificate can be retrieved
    Given a CA with status ACTIVE
    When IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-success"
    And the CA in the event has status ACTIVE
    And the certificate in the event can be retrieved

  @id:operations.issue-certificate.first-crl @documented @success
  Scenario: The first certificate that refers to a CRL publishes it, and later ones do not
    Given an active CA that publishes its CRL to a bucket that is as documented
    When IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-success, crl-generation-success"
    When IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-success"

  @id:operations.issue-certificate.failure @documented @failure
  Scenario: A failed issuance sends a failure event, and GetCertificate reports the failure
    Given a CA with status ACTIVE
    And IssueCertificate is set to fail once
    When IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-failure"
    And the certificate in the event cannot be retrieved: "RequestFailedException"

  @id:operations.issue-certificate.after-failed-issuances @documented @success
  Scenario: After failed issuances, another call issues a certificate
    Given a CA with status ACTIVE
    And IssueCertificate is set to fail twice
    When IssueCertificate is called
    And IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-failure, certificate-issuance-failure"
    When IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-success"
    And the certificate in the event can be retrieved

  @id:operations.issue-certificate.in-progress
  Scenario: No event is sent while a certificate is still being issued
    Given a CA with status ACTIVE
    And issue_delay_seconds is set to 60
    When IssueCertificate is called
    And a call to GetCertificate is rejected with "RequestInProgressException"
    Then AWS Private CA sends no event
    When the simulator's clock advances by 1 minute
    Then AWS Private CA sends exactly "certificate-issuance-success"
    And the certificate in the event can be retrieved

  @id:operations.issue-certificate.concurrent
  Scenario: Issuing 200 certificates from eight threads sends one event for each
    Given a CA with status ACTIVE
    When IssueCertificate is called 200 times from 8 threads
    Then AWS Private CA sends "certificate-issuance-success" 200 times, each time for a different resource

  @id:operations.issue-certificate.idempotent
  Scenario: Issuing a certificate twice with the same idempotency token sends one event
    Given a CA with status ACTIVE
    When IssueCertificate is called with IdempotencyToken as "first"
    And IssueCertificate is called with IdempotencyToken as "first"
    Then AWS Private CA sends exactly "certificate-issuance-success"

  @id:operations.issue-certificate.invalid-state
  Scenario Outline: A CA with status <status> issues no certificate and sends no event
    Given a CA with status <status>
    When a call to IssueCertificate is rejected with "InvalidStateException"
    Then AWS Private CA sends no event

    Examples:
      | status              |
      | PENDING_CERTIFICATE |
      | DISABLED            |
      | DELETED             |
      | FAILED              |

  @id:operations.issue-certificate.rejected
  Scenario Outline: Issuing a certificate with <member> <value> is rejected and sends no event
    Given a CA with status ACTIVE
    When a call to IssueCertificate with <member> as <value> is rejected with "<code>"
    Then AWS Private CA sends no event

    Examples:
      | member           | value                                             | code                  |
      | Csr              | "no certificate request"                          | ValidationException   |
      | SigningAlgorithm | "SHA256WITHRSA"                                   | InvalidArgsException  |
      | TemplateArn      | "arn:aws:acm-pca:::template/RootCACertificate/V9" | InvalidArnException   |
