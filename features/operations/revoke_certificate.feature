@backend @operations
Feature: RevokeCertificate
  A revocation is told at once, its CRL once it is in the bucket: about 30 minutes later on AWS,
  without delay in the simulator unless one is set.

  @documented @success
  Scenario: A certificate that is revoked is told
    Given a certificate authority that is ACTIVE
    And a certificate that it has issued
    When RevokeCertificate is called
    Then exactly "certificate-revocation-success" is sent
    And the certificate that the event names can be fetched

  @documented @success
  Scenario: A CA with a CRL tells that as well, and its bucket holds it
    Given an active certificate authority with its CRL in a bucket that is as documented
    And a certificate that it has issued
    When RevokeCertificate is called
    Then exactly "certificate-revocation-success, crl-generation-success" is sent
    And the bucket holds a CRL that names the certificate

  @documented @never_sent
  Scenario: A certificate that is revoked already is not told again
    Given a certificate authority that is ACTIVE
    And a certificate that it has issued
    When RevokeCertificate is called
    Then exactly "certificate-revocation-success" is sent
    When a call of RevokeCertificate is refused with "RequestAlreadyProcessedException"
    Then nothing is sent

  @documented @never_sent
  Scenario Outline: A revocation with <member> as <value> fails, and is not told
    Given a certificate authority that is ACTIVE
    And a certificate that it has issued
    When a call of RevokeCertificate with <member> as <value> is refused with "<code>"
    Then nothing is sent

    Examples:
      | member            | value       | code                      |
      | CertificateSerial | "00:01:02"  | ResourceNotFoundException |
      | CertificateSerial | "no serial" | InvalidRequestException   |
      | RevocationReason  | "BOREDOM"   | ValidationException       |

  @documented @failure
  Scenario Outline: A bucket that <state> gets no CRL, until it is put right
    Given an active certificate authority with its CRL in a bucket that <state>
    And a certificate that it has issued
    When RevokeCertificate is called
    Then exactly "certificate-revocation-success, crl-generation-failure-s3-permissions" is sent
    When the bucket becomes one that is as documented
    And 15 minutes pass
    Then exactly "crl-generation-success" is sent
    And the bucket holds a CRL that names the certificate

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

  @documented @failure
  Scenario Outline: A CRL that fails for an internal reason (<what>) is told as "<failure>"
    Given an active certificate authority with its CRL in a bucket that is as documented
    And a certificate that it has issued
    And <what> is planned to fail 1 times
    When RevokeCertificate is called
    Then exactly "certificate-revocation-success, <failure>" is sent
    When 15 minutes pass
    Then exactly "crl-generation-success" is sent
    And the bucket holds a CRL that names the certificate

    Examples:
      | what   | failure                            |
      | CRL    | crl-generation-failure-internal    |
      | CRL-S3 | crl-generation-failure-s3-internal |

  @documented @failure
  Scenario: A CRL that fails again is told again
    Given an active certificate authority with its CRL in a bucket that is as documented
    And a certificate that it has issued
    And CRL is planned to fail 2 times
    When RevokeCertificate is called
    And 15 minutes pass
    Then exactly "certificate-revocation-success, crl-generation-failure-internal, crl-generation-failure-internal" is sent
    When 15 minutes pass
    Then exactly "crl-generation-success" is sent

  @documented @failure
  Scenario: A CRL that has failed is not tried again before 15 minutes have passed
    Given an active certificate authority with its CRL in a bucket that is as documented
    And a certificate that it has issued
    And CRL is planned to fail 1 times
    When RevokeCertificate is called
    And 14 minutes pass
    Then exactly "certificate-revocation-success, crl-generation-failure-internal" is sent
    When 1 minutes pass
    Then exactly "crl-generation-success" is sent

  Scenario: The CRL follows a revocation after 30 minutes, where that is set
    Given an active certificate authority with its CRL in a bucket that is as documented
    And a certificate that it has issued
    And crl_delay_seconds is 1800 seconds
    When RevokeCertificate is called
    And 29 minutes pass
    Then exactly "certificate-revocation-success" is sent
    When 1 minutes pass
    Then exactly "crl-generation-success" is sent
