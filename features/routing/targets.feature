@documented @backend
Feature: Targets
  A rule delivers its events to a queue, a topic, another bus or a log group. Every target receives
  the event as it was sent; only another bus may stamp a new ID and time.

  Rule: An event arrives complete at every type of target

    @id:routing.targets.moved
    Scenario Outline: "<event>" arrives when <target>
      Given an applied configuration for the event "<event>"
      When <target> before any event is published
      And the event "<event>" is published
      Then the event arrives at the new target
      And the received event equals the published event except for the stamped fields
      And the received event meets its contract

      Examples:
        | event                                 | target                               |
        | ca-creation-failure                   | the target is moved to another queue |
        | certificate-issuance-success          | the target is moved to another queue |
        | crl-generation-failure-s3-permissions | the target is moved to another queue |
        | audit-report-generation-success       | the target is moved to another queue |
        | ca-creation-failure                   | the target is moved to a FIFO queue  |
        | certificate-issuance-success          | the target is moved to a FIFO queue  |
        | crl-generation-failure-s3-permissions | the target is moved to a FIFO queue  |
        | audit-report-generation-success       | the target is moved to a FIFO queue  |
        | ca-creation-failure                   | the target is moved to a topic       |
        | certificate-issuance-success          | the target is moved to a topic       |
        | crl-generation-failure-s3-permissions | the target is moved to a topic       |
        | audit-report-generation-success       | the target is moved to a topic       |
        | ca-creation-failure                   | the target is moved to a log group   |
        | certificate-issuance-success          | the target is moved to a log group   |
        | crl-generation-failure-s3-permissions | the target is moved to a log group   |
        | audit-report-generation-success       | the target is moved to a log group   |

    @id:routing.targets.another-bus
    Scenario Outline: "<event>" arrives through another bus
      Given an applied configuration for the event "<event>"
      When the target is moved to another bus before any event is published
      And the event "<event>" is published
      Then the event arrives at the new target
      And the received event meets its contract

      Examples:
        | event                                 |
        | ca-creation-failure                   |
        | certificate-issuance-success          |
        | crl-generation-failure-s3-permissions |
        | audit-report-generation-success       |
