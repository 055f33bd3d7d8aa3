@backend @operations
Feature: A central PKI account
  One account owns the CA, and its policy shares the CA with the accounts of the teams. Their calls
  send events in the account of the CA, so that is where a rule must be.

  @id:operations.central-pki.issue @documented @success
  Scenario: Another account issues a certificate, and the owner of the CA receives the event
    Given a CA with status ACTIVE
    And the CA is shared with another account, which may call IssueCertificate, GetCertificate
    When the other account calls IssueCertificate
    Then AWS Private CA sends exactly "certificate-issuance-success"
    And the other account can retrieve the certificate
    And no event is sent in the other account

  @id:operations.central-pki.failed-issuance @documented @failure
  Scenario: A failed issuance for another account is an event in the account of the CA
    Given a CA with status ACTIVE
    And the CA is shared with another account, which may call IssueCertificate
    And IssueCertificate is set to fail once
    When the other account calls IssueCertificate
    Then AWS Private CA sends exactly "certificate-issuance-failure"
    And no event is sent in the other account

  @id:operations.central-pki.revoke @documented @success
  Scenario: Another account revokes a certificate, and the owner of the CA receives the events
    Given an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    And the CA is shared with another account, which may call RevokeCertificate
    When the other account calls RevokeCertificate
    Then AWS Private CA sends exactly "certificate-revocation-success, crl-generation-success"
    And no event is sent in the other account

  @id:operations.central-pki.not-shared @never_sent
  Scenario Outline: <operation> of an account without a share is rejected and sends no event
    Given a CA with status ACTIVE
    And a certificate issued by the CA
    And an account with which the CA is not shared
    When a call of the other account to <operation> is rejected with "AccessDeniedException"
    Then AWS Private CA sends no event

    Examples:
      | operation                             |
      | IssueCertificate                      |
      | RevokeCertificate                     |
      | CreateCertificateAuthorityAuditReport |

  @id:operations.central-pki.own-action @never_sent
  Scenario: A policy that allows issuing does not allow revoking
    Given a CA with status ACTIVE
    And a certificate issued by the CA
    And the CA is shared with another account, which may call IssueCertificate
    When a call of the other account to RevokeCertificate is rejected with "AccessDeniedException"
    Then AWS Private CA sends no event

  @id:operations.central-pki.unshared @never_sent
  Scenario: A CA whose policy is deleted is no longer shared
    Given a CA with status ACTIVE
    And the CA is shared with another account, which may call DescribeCertificateAuthority, IssueCertificate
    Then the CAs that the other account may use are that of the scenario
    When the policy of the CA is deleted
    And a call of the other account to IssueCertificate is rejected with "AccessDeniedException"
    Then the CAs that the other account may use are none
    And AWS Private CA sends no event
