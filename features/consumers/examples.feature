@documented
Feature: Example consumers from the rule to the state of the handler
  Each consumer in `examples/consumers` states in `pca-events.yaml` which events its rule fires on, and which handler
  processes them. Here the rule of its infrastructure code is on an event bus, and its handler runs in its own runtime.

  Rule: An event reaches the handler of a consumer and changes its state once, although it is delivered twice

    @id:consumers.examples.processed-once @backend @delivers
    Scenario Outline: The consumer <consumer> processes each event once although it receives each twice
      Given the example consumer "<consumer>"
      And its rule on the bus with the input of its target
      When each documented event is published
      And its handler receives the deliveries each twice
      Then its rule fires only on the events of the contract file
      And its handler changes its state once for each event

      Examples:
        | consumer              |
        | crl-alerting          |
        | certificate-inventory |
        | audit-archive         |

    @id:consumers.examples.delivered-twice @backend @controls
    Scenario Outline: The consumer <consumer> processes "<event>" once although EventBridge delivers it twice
      Given the example consumer "<consumer>"
      And its rule on the bus with the input of its target
      And the number of deliveries that are made twice is 1
      When the event "<event>" is published
      And its handler receives the deliveries as received
      Then its handler changes its state once for each event

      Examples:
        | consumer              | event                                 |
        | crl-alerting          | crl-generation-failure-s3-permissions |
        | certificate-inventory | certificate-revocation-success        |
        | audit-archive         | audit-report-generation-failure       |

  Rule: The verification of a broken twin names its fault

    @id:consumers.examples.broken-twin
    Scenario Outline: The broken twin of <consumer> has the finding <finding>
      Given the example consumer "<consumer>/broken"
      When the consumer is verified
      Then verify-consumer finds "<finding>"

      Examples:
        | consumer              | finding         |
        | crl-alerting          | topic-policy    |
        | certificate-inventory | not-idempotent  |
        | audit-archive         | input-not-there |
