@backend @operations
Feature: CreateCertificateAuthority
  The operation answers with the ARN of the CA, whether it comes to be or not; the event says which.

  @documented @success
  Scenario Outline: A <type> CA that comes to be is told once
    When CreateCertificateAuthority is called with CertificateAuthorityType as <type>
    Then exactly "ca-creation-success" is sent
    And the certificate authority that the event names is PENDING_CERTIFICATE

    Examples:
      | type          |
      | "ROOT"        |
      | "SUBORDINATE" |

  @documented @failure
  Scenario: A CA that could not be made is told, and says by its ARN that it failed
    Given CreateCertificateAuthority is planned to fail 1 times
    When CreateCertificateAuthority is called
    Then exactly "ca-creation-failure" is sent
    And the certificate authority that the event names is FAILED

  @documented @success
  Scenario: After a failed creation, another call makes a CA
    Given a certificate authority that is FAILED
    When CreateCertificateAuthority is called
    Then exactly "ca-creation-success" is sent
    And the certificate authority that the event names is PENDING_CERTIFICATE

  Scenario: Ten CAs that are created at once are told one by one
    When CreateCertificateAuthority is called 10 times from 5 threads
    Then exactly 10 times "ca-creation-success" is sent, each about its own resource

  Scenario: A creation that is asked for twice with one token is told once
    When CreateCertificateAuthority is called with IdempotencyToken as "first"
    And CreateCertificateAuthority is called with IdempotencyToken as "first"
    Then exactly "ca-creation-success" is sent

  Scenario Outline: A creation with <member> as <value> is refused, and not told
    When a call of CreateCertificateAuthority with <member> as <value> is refused with "<code>"
    Then nothing is sent

    Examples:
      | member                     | value     | code                |
      | CertificateAuthorityType   | "BRANCH"  | ValidationException |
      | UsageMode                  | "FOR_NOW" | ValidationException |
      | KeyStorageSecurityStandard | "NONE"    | ValidationException |
