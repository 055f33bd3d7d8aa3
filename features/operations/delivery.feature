@backend @operations
Feature: Events that come twice, late or never
  AWS promises events at least once, as well as it can. The simulator can be told to send some
  twice, late or never, to see what a consumer makes of it.

  Scenario: An event that comes twice is the same event
    Given a certificate authority that is ACTIVE
    And the next 1 events meet with: duplicate
    When IssueCertificate is called
    Then exactly "certificate-issuance-success, certificate-issuance-success" is sent
    And the certificate that the event names can be fetched

  Scenario: An event that gets lost leaves its certificate behind
    Given a certificate authority that is ACTIVE
    And the next 1 events meet with: drop
    When IssueCertificate is called
    Then nothing is sent
    When GetCertificate is called
    Then nothing is sent

  Scenario: An event that is late comes after those that followed it
    Given a certificate authority that is ACTIVE
    And the next 1 events meet with: delay
    When IssueCertificate is called
    Then nothing is sent
    When RevokeCertificate is called
    Then exactly "certificate-revocation-success" is sent
    When 1 minutes pass
    Then exactly "certificate-issuance-success" is sent
