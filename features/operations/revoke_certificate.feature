@backend @operations
Feature: RevokeCertificate
  The revocation event is sent immediately, and the CRL event once the CRL is in the bucket: about
  30 minutes later on AWS, without delay in the simulator unless a delay is set.

  @id:operations.revoke-certificate.success @documented @success
  Scenario: Revoking a certificate sends an event
    Given a CA with status ACTIVE
    And a certificate issued by the CA
    When RevokeCertificate is called
    Then AWS Private CA sends exactly "certificate-revocation-success"
    And the certificate in the event can be retrieved

  @id:operations.revoke-certificate.success-with-crl @documented @success
  Scenario: Revoking a certificate of a CA with a CRL also sends a CRL event
    Given an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    When RevokeCertificate is called
    Then AWS Private CA sends exactly "certificate-revocation-success, crl-generation-success"
    And the bucket contains a CRL that lists the certificate

  @id:operations.revoke-certificate.already-revoked @documented @never_sent
  Scenario: Revoking a revoked certificate again sends no event
    Given a CA with status ACTIVE
    And a certificate issued by the CA
    When RevokeCertificate is called
    Then AWS Private CA sends exactly "certificate-revocation-success"
    When a call to RevokeCertificate is rejected with "RequestAlreadyProcessedException"
    Then AWS Private CA sends no event

  @id:operations.revoke-certificate.rejected @documented @never_sent
  Scenario Outline: Revoking a certificate with <member> <value> is rejected and sends no event
    Given a CA with status ACTIVE
    And a certificate issued by the CA
    When a call to RevokeCertificate with <member> as <value> is rejected with "<code>"
    Then AWS Private CA sends no event

    Examples:
      | member            | value       | code                      |
      | CertificateSerial | "00:01:02"  | ResourceNotFoundException |
      | CertificateSerial | "no serial" | InvalidRequestException   |
      | RevocationReason  | "BOREDOM"   | ValidationException       |

  @id:operations.revoke-certificate.expired @never_sent
  Scenario: Revoking an expired certificate is rejected and sends no event
    Given a CA with status ACTIVE
    And a certificate issued by the CA
    When the simulator's clock advances by 43201 minutes
    And a call to RevokeCertificate is rejected with "InvalidRequestException"
    Then AWS Private CA sends no event

  @id:operations.revoke-certificate.bucket-fixed @documented @failure
  Scenario Outline: A bucket that later <state> receives no CRL until it is fixed
    Given an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    When the bucket is changed to one that <state>
    And RevokeCertificate is called
    Then AWS Private CA sends exactly "certificate-revocation-success, crl-generation-failure-s3-permissions"
    When the bucket is changed to one that is as documented
    And the simulator's clock advances by 15 minutes
    Then AWS Private CA sends exactly "crl-generation-success"

    Examples:
      | state                                  |
      | is missing                             |
      | has no policy                          |
      | does not grant s3:PutObject            |
      | does not grant s3:PutObjectAcl         |
      | does not grant s3:GetBucketAcl         |
      | does not grant s3:GetBucketLocation    |
      | grants the CAs of another account only |
      | is encrypted with the key aws/s3       |

  @id:operations.revoke-certificate.internal-crl-failure @documented @failure
  Scenario Outline: An internal CRL failure (<what>) sends "<failure>"
    Given an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    And <what> is set to fail once
    When RevokeCertificate is called
    Then AWS Private CA sends exactly "certificate-revocation-success, <failure>"
    When the simulator's clock advances by 15 minutes
    Then AWS Private CA sends exactly "crl-generation-success"
    And the bucket contains a CRL that lists the certificate

    Examples:
      | what   | failure                            |
      | CRL    | crl-generation-failure-internal    |
      | CRL-S3 | crl-generation-failure-s3-internal |

  @id:operations.revoke-certificate.repeated-crl-failure @documented @failure
  Scenario: A CRL that fails repeatedly sends one event for each failure
    Given an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    And CRL is set to fail twice
    When RevokeCertificate is called
    And the simulator's clock advances by 15 minutes
    Then AWS Private CA sends exactly "certificate-revocation-success, crl-generation-failure-internal, crl-generation-failure-internal"
    When the simulator's clock advances by 15 minutes
    Then AWS Private CA sends exactly "crl-generation-success"

  @id:operations.revoke-certificate.crl-retry-interval @documented @failure
  Scenario: A failed CRL is not retried within 15 minutes
    Given an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    And CRL is set to fail once
    When RevokeCertificate is called
    And the simulator's clock advances by 14 minutes
    Then AWS Private CA sends exactly "certificate-revocation-success, crl-generation-failure-internal"
    When the simulator's clock advances by 1 minute
    Then AWS Private CA sends exactly "crl-generation-success"

  @id:operations.revoke-certificate.crl-delay
  Scenario: The CRL event follows a revocation after the configured delay of 30 minutes
    Given an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    And crl_delay_seconds is set to 1800
    When RevokeCertificate is called
    And the simulator's clock advances by 29 minutes
    Then AWS Private CA sends exactly "certificate-revocation-success"
    When the simulator's clock advances by 1 minute
    Then AWS Private CA sends exactly "crl-generation-success"
