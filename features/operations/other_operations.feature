@backend @operations
Feature: Operations that tell nothing
  Four operations send events. Whoever waits for the others waits for ever: neither a CA that is
  disabled or deleted, nor one whose policy or tags change, is told.

  @never_sent
  Scenario Outline: <operation> is not told, for a CA that is <status>
    Given a certificate authority that is <status>
    When <operation> is called
    Then nothing is sent

    Examples:
      | operation                          | status              |
      | CreatePermission                   | ACTIVE              |
      | DeleteCertificateAuthority         | DISABLED            |
      | DescribeCertificateAuthority       | FAILED              |
      | GetCertificateAuthorityCertificate | ACTIVE              |
      | GetCertificateAuthorityCsr         | PENDING_CERTIFICATE |
      | ListCertificateAuthorities         | ACTIVE              |
      | ListPermissions                    | ACTIVE              |
      | ListTags                           | ACTIVE              |
      | PutPolicy                          | ACTIVE              |
      | RestoreCertificateAuthority        | DELETED             |
      | TagCertificateAuthority            | ACTIVE              |
      | UntagCertificateAuthority          | ACTIVE              |
      | UpdateCertificateAuthority         | ACTIVE              |

  @never_sent
  Scenario: A permission that is given and taken away is not told
    Given a certificate authority that is ACTIVE
    When CreatePermission is called
    And DeletePermission is called
    Then nothing is sent

  @never_sent
  Scenario: A policy that is put, read and taken away is not told
    Given a certificate authority that is ACTIVE
    When PutPolicy is called
    And GetPolicy is called
    And DeletePolicy is called
    Then nothing is sent

  @never_sent
  Scenario: A certificate that is fetched is not told
    Given a certificate authority that is ACTIVE
    And a certificate that it has issued
    When GetCertificate is called
    Then nothing is sent
