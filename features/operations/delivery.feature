@backend @operations
Feature: Duplicated, delayed and lost events
  AWS delivers events at least once, on a best-effort basis. The simulator can send some events
  twice, late or never, to show how a consumer reacts.

  @id:operations.delivery.duplicated
  Scenario: A duplicated event is received twice for one certificate
    Given a CA with status ACTIVE
    And the next event is delivered twice
    When IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-success, certificate-issuance-success"
    And the certificate in the event can be retrieved

  @id:operations.delivery.lost
  Scenario: A certificate exists even if its event is lost
    Given a CA with status ACTIVE
    And the next event is lost
    When IssueCertificate is called
    Then AWS Private CA sends no event
    When GetCertificate is called
    Then AWS Private CA sends no event

  @id:operations.delivery.delayed
  Scenario: A delayed event arrives after later events
    Given a CA with status ACTIVE
    And the next event is delayed by one minute
    When IssueCertificate is called
    Then AWS Private CA sends no event
    When RevokeCertificate is called
    Then AWS Private CA sends exactly "certificate-revocation-success"
    When the simulator's clock advances by 1 minute
    Then AWS Private CA sends exactly "certificate-issuance-success"
