@backend @operations
Feature: Operations that send no event
  Only four operations send events. All others send none: disabling or deleting a CA, or changing its
  policy or tags, cannot be observed by waiting for an event.

  @id:operations.other-operations.no-event @never_sent
  Scenario Outline: <operation> sends no event for a CA with status <status>
    Given a CA with status <status>
    When <operation> is called
    Then AWS Private CA sends no event

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

  @id:operations.other-operations.permission @never_sent
  Scenario: Creating and deleting a permission sends no event
    Given a CA with status ACTIVE
    When CreatePermission is called
    And DeletePermission is called
    Then AWS Private CA sends no event

  @id:operations.other-operations.policy @never_sent
  Scenario: Attaching, reading and deleting a policy sends no event
    Given a CA with status ACTIVE
    When PutPolicy is called
    And GetPolicy is called
    And DeletePolicy is called
    Then AWS Private CA sends no event

  @id:operations.other-operations.get-certificate @never_sent
  Scenario: Retrieving a certificate sends no event
    Given a CA with status ACTIVE
    And a certificate issued by the CA
    When GetCertificate is called
    Then AWS Private CA sends no event
