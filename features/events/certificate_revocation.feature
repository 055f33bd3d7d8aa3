@documented
Feature: Certificate revocation
  AWS Private CA reports a certificate that RevokeCertificate has revoked. It reports no
  failure: a consumer learns of one from the answer of the call, and from nowhere else.

  Rule: A revocation event names the authority and the certificate

    Scenario Outline: A revocation meets its contract: <event>
      Given the documented event "<event>"
      Then the event meets its contract

      @success
      Examples: the certificate was revoked
        | event                          |
        | certificate-revocation-success |

  Rule: A rule for one outcome catches it and nothing else

    @backend
    Scenario Outline: A revocation reaches the rule that asks for it: <event>
      Given a rule for the event "<event>"
      When the event "<event>" is published
      Then the target receives the event
      And the received event equals the published one but for the stamped fields
      And the received event meets its contract

      @success
      Examples: the certificate was revoked
        | event                          |
        | certificate-revocation-success |

    @backend
    Scenario Outline: A revocation fires none of the ten other rules: <event>
      Given a rule for each documented event
      When the event "<event>" is published
      Then only the rule for "<event>" fires

      @success
      Examples: the certificate was revoked
        | event                          |
        | certificate-revocation-success |

  @never_sent
  Rule: A revocation that fails, or of a certificate that is revoked already, sends nothing

    Scenario Outline: The event that a <event> would need breaks the contract
      Given the event "<event>" that is never sent
      Then the event breaks its contract at "$.detail.result"

      Examples:
        | event                         |
        | certificate-revocation-failed |
        | certificate-already-revoked   |

    @backend
    Scenario Outline: No documented event fires a rule that waits for a <event>
      Given a rule for the event "<event>"
      When each documented event is published
      Then the target receives nothing but the control "<event>"

      Examples:
        | event                         |
        | certificate-revocation-failed |
        | certificate-already-revoked   |

    @backend
    Scenario Outline: A <event> would fire none of the eleven rules
      Given a rule for each documented event
      When the event "<event>" is published
      Then no rule fires, though each fires on its own event

      Examples:
        | event                         |
        | certificate-revocation-failed |
        | certificate-already-revoked   |

    @backend
    Scenario: A rule for revocations of any result receives the success, the only one there is
      Given a rule for events where
        | field       | condition                                  |
        | source      | is "aws.acm-pca"                           |
        | detail-type | is "ACM Private CA Certificate Revocation" |
      When the event "certificate-issuance-failure" is published
      Then the target receives nothing but the control "certificate-revocation-success"

  Rule: What the contract says holds to the letter

    Scenario Outline: A revocation without <path> breaks its contract: <event>
      Given the documented event "<event>"
      When "<path>" is removed
      Then the event breaks its contract at "<place>"

      Examples:
        | event                          | path            | place           |
        | certificate-revocation-success | $.detail        | $.detail        |
        | certificate-revocation-success | $.detail.result | $.detail.result |
        | certificate-revocation-success | $.resources     | $.resources     |
        | certificate-revocation-success | $.resources[1]  | $.resources     |

    Scenario Outline: A revocation with <path> under another name breaks its contract: <event>
      Given the documented event "<event>"
      When "<path>" is renamed to "<name>"
      Then the event breaks its contract at "<path>"

      Examples:
        | event                          | path            | name            |
        | certificate-revocation-success | $.detail        | $.details       |
        | certificate-revocation-success | $.detail.result | $.detail.status |
        | certificate-revocation-success | $.detail.result | $.result        |
        | certificate-revocation-success | $.resources     | $.resource      |

    Scenario Outline: A revocation with <path> set to <value> breaks its contract: <event>
      Given the documented event "<event>"
      When "<path>" is set to <value>
      Then the event breaks its contract at "<place>"

      Examples:
        | event                          | path            | value                                                                                                                                            | place           |
        | certificate-revocation-success | $.detail        | "success"                                                                                                                                        | $.detail        |
        | certificate-revocation-success | $.detail        | an empty list                                                                                                                                    | $.detail        |
        | certificate-revocation-success | $.detail        | null                                                                                                                                             | $.detail        |
        | certificate-revocation-success | $.detail.result | "failed"                                                                                                                                         | $.detail.result |
        | certificate-revocation-success | $.detail.result | "failure"                                                                                                                                        | $.detail.result |
        | certificate-revocation-success | $.detail.result | "SUCCESS"                                                                                                                                        | $.detail.result |
        | certificate-revocation-success | $.detail.result | true                                                                                                                                             | $.detail.result |
        | certificate-revocation-success | $.detail.result | an empty text                                                                                                                                    | $.detail.result |
        | certificate-revocation-success | $.resources     | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"                                              | $.resources     |
        | certificate-revocation-success | $.resources     | an empty list                                                                                                                                    | $.resources     |
        | certificate-revocation-success | $.resources[0]  | 12                                                                                                                                               | $.resources[0]  |
        | certificate-revocation-success | $.resources[0]  | "11223344-1234-1122-2233-112233445566"                                                                                                           | $.resources[0]  |
        | certificate-revocation-success | $.resources[0]  | "arn:aws:acm:us-east-1:111122223333:certificate/11223344-1234-1122-2233-112233445566"                                                            | $.resources[0]  |
        | certificate-revocation-success | $.resources[1]  | "e8cbd2bedb122329f97706bcfec990f8"                                                                                                               | $.resources[1]  |
        | certificate-revocation-success | $.resources[2]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566/certificate/e8cbd2bedb122329f97706bcfec990f8" | $.resources     |

    Scenario: A revocation with its resources in the other order breaks its contract
      Given the documented event "certificate-revocation-success"
      When "$.resources[0]" and "$.resources[1]" change places
      Then the event breaks its contract at "$.resources[0], $.resources[1]"
