@documented @backend
Feature: Targets
  A rule sends its events to a queue, or on to a topic, another bus or a log group. On every
  way the event arrives as it was sent; another bus may stamp an id and a time of its own.

  Rule: An event arrives whole, whatever kind of target takes it

    Scenario Outline: "<event>" arrives where <target>
      Given an applied configuration for the event "<event>"
      When <target> before anything is published
      And the event "<event>" is published
      Then the event arrives on the longer way
      And the received event equals the published one but for the stamped fields
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

    Scenario Outline: "<event>" arrives through another bus
      Given an applied configuration for the event "<event>"
      When the target is moved to another bus before anything is published
      And the event "<event>" is published
      Then the event arrives on the longer way
      And the received event meets its contract

      Examples:
        | event                                 |
        | ca-creation-failure                   |
        | certificate-issuance-success          |
        | crl-generation-failure-s3-permissions |
        | audit-report-generation-success       |
