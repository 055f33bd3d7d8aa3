@backend @delivers
Feature: Forwarding
  A rule can send its events to another bus, where rules of that bus fire on them. EventBridge forwards
  an event once: a bus that receives it from another bus does not send it to a third.

  Rule: Another bus receives the event as it was sent, except for id and time, and does not forward it

    @id:routing.forwarding.kept @needs_unknown_bus
    Scenario Outline: "<event>" keeps <field> on another bus
      Given an applied configuration for the event "<event>"
      When the target is moved to another bus before any event is published
      And the event "<event>" is published
      Then the event arrives at the new target
      And the received event keeps "<field>"

      Examples:
        | event                              | field         |
        | ca-creation-success                | $.source      |
        | certificate-issuance-failure       | $.detail-type |
        | certificate-revocation-success     | $.account     |
        | crl-generation-success             | $.region      |
        | crl-generation-failure-s3-internal | $.detail      |
        | audit-report-generation-failure    | $.resources   |

    @id:routing.forwarding.once @controls
    Scenario Outline: "<event>" is not forwarded to a third bus
      Given an applied configuration for the event "<event>"
      When the target is moved behind two other buses before any event is published
      And the event "<event>" is published
      Then the trace of the event contains "does not forward an event that it received from another event bus"
      And the target receives no event

      Examples:
        | event                           |
        | ca-creation-failure             |
        | certificate-issuance-success    |
        | crl-generation-success          |
        | audit-report-generation-success |
