@backend @operations
Feature: IssueCertificate
  The operation answers with the ARN of a certificate before there is one. The event says whether
  it can be fetched.

  @documented @success
  Scenario: A certificate that is issued is told, and can be fetched
    Given a certificate authority that is ACTIVE
    When IssueCertificate is called
    Then exactly "certificate-issuance-success" is sent
    And the certificate authority that the event names is ACTIVE
    And the certificate that the event names can be fetched

  @documented @failure
  Scenario: A certificate that could not be issued is told, and GetCertificate says so
    Given a certificate authority that is ACTIVE
    And IssueCertificate is planned to fail 1 times
    When IssueCertificate is called
    Then exactly "certificate-issuance-failure" is sent
    And the certificate that the event names cannot be fetched: "RequestFailedException"

  @documented @success
  Scenario: After failed issuances, another call issues a certificate
    Given a certificate authority that is ACTIVE
    And IssueCertificate is planned to fail 2 times
    When IssueCertificate is called
    And IssueCertificate is called
    Then exactly "certificate-issuance-failure, certificate-issuance-failure" is sent
    When IssueCertificate is called
    Then exactly "certificate-issuance-success" is sent
    And the certificate that the event names can be fetched

  Scenario: What is still being issued is not told
    Given a certificate authority that is ACTIVE
    And issue_delay_seconds is 60 seconds
    When IssueCertificate is called
    And a call of GetCertificate is refused with "RequestInProgressException"
    Then nothing is sent
    When 1 minutes pass
    Then exactly "certificate-issuance-success" is sent
    And the certificate that the event names can be fetched

  Scenario: Two hundred certificates from eight threads are told one by one
    Given a certificate authority that is ACTIVE
    When IssueCertificate is called 200 times from 8 threads
    Then exactly 200 times "certificate-issuance-success" is sent, each about its own resource

  Scenario: An issuance that is asked for twice with one token is told once
    Given a certificate authority that is ACTIVE
    When IssueCertificate is called with IdempotencyToken as "first"
    And IssueCertificate is called with IdempotencyToken as "first"
    Then exactly "certificate-issuance-success" is sent

  Scenario Outline: A CA that is <status> issues nothing, and nothing is told
    Given a certificate authority that is <status>
    When a call of IssueCertificate is refused with "InvalidStateException"
    Then nothing is sent

    Examples:
      | status              |
      | PENDING_CERTIFICATE |
      | DISABLED            |
      | DELETED             |
      | FAILED              |

  Scenario Outline: An issuance with <member> as <value> is refused, and not told
    Given a certificate authority that is ACTIVE
    When a call of IssueCertificate with <member> as <value> is refused with "<code>"
    Then nothing is sent

    Examples:
      | member           | value                                             | code                  |
      | Csr              | "no certificate request"                          | MalformedCSRException |
      | SigningAlgorithm | "SHA256WITHRSA"                                   | InvalidArgsException  |
      | TemplateArn      | "arn:aws:acm-pca:::template/RootCACertificate/V9" | InvalidArnException   |
