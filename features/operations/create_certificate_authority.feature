@backend @operations
Feature: CreateCertificateAuthority
  The operation returns the ARN of the CA whether or not the creation succeeds. The event reports the result.

  @id:operations.create-certificate-authority.success @documented @success
  Scenario Outline: Creating a <type> CA sends exactly one event
    When CreateCertificateAuthority is called with CertificateAuthorityType as <type>
    Then AWS Private CA sends exactly "ca-creation-success"
    And the CA in the event has status PENDING_CERTIFICATE

    Examples:
      | type          |
      | "ROOT"        |
      | "SUBORDINATE" |

  @id:operations.create-certificate-authority.failure @documented @failure
  Scenario: A failed CA creation sends a failure event, and the CA has status FAILED
    Given CreateCertificateAuthority is set to fail once
    When CreateCertificateAuthority is called
    Then AWS Private CA sends exactly "ca-creation-failure"
    And the CA in the event has status FAILED

  @id:operations.create-certificate-authority.after-failed-creation @documented @success
  Scenario: After a failed creation, another call creates a CA
    Given a CA with status FAILED
    When CreateCertificateAuthority is called
    Then AWS Private CA sends exactly "ca-creation-success"
    And the CA in the event has status PENDING_CERTIFICATE

  @id:operations.create-certificate-authority.concurrent
  Scenario: Creating ten CAs concurrently sends one event for each
    When CreateCertificateAuthority is called 10 times from 5 threads
    Then AWS Private CA sends "ca-creation-success" 10 times, each time for a different resource

  @id:operations.create-certificate-authority.idempotent
  Scenario: Creating a CA twice with the same idempotency token sends one event
    When CreateCertificateAuthority is called with IdempotencyToken as "first"
    And CreateCertificateAuthority is called with IdempotencyToken as "first"
    Then AWS Private CA sends exactly "ca-creation-success"

  @id:operations.create-certificate-authority.rejected
  Scenario Outline: Creating a CA with <member> <value> is rejected and sends no event
    When a call to CreateCertificateAuthority with <member> as <value> is rejected with "<code>"
    Then AWS Private CA sends no event

    Examples:
      | member                     | value     | code                |
      | CertificateAuthorityType   | "BRANCH"  | ValidationException |
      | UsageMode                  | "FOR_NOW" | ValidationException |
      | KeyStorageSecurityStandard | "NONE"    | ValidationException |

  @id:operations.create-certificate-authority.bucket-rejected @never_sent
  Scenario Outline: Creating a CA whose CRL bucket <state> is rejected and sends no event
    Given a bucket that <state>
    When a call to CreateCertificateAuthority with a CRL in the bucket is rejected with "ValidationException"
    Then AWS Private CA sends no event

    Examples:
      | state                                  |
      | is missing                             |
      | has no policy                          |
      | does not grant s3:PutObject            |
      | does not grant s3:GetBucketAcl         |
      | grants the CAs of another account only |
      | is encrypted with the key aws/s3       |

  @id:operations.create-certificate-authority.update-bucket-rejected @never_sent
  Scenario Outline: Updating a CA with a CRL bucket that <state> is rejected and sends no event
    Given a CA with status ACTIVE
    And a bucket that <state>
    When a call to UpdateCertificateAuthority with a CRL in the bucket is rejected with "ValidationException"
    Then AWS Private CA sends no event

    Examples:
      | state         |
      | is missing    |
      | has no policy |
