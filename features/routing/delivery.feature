@documented @backend
Feature: Delivery
  An event bus sends an event to the target of every rule that matches, independently of the other rules.

  Rule: A broad rule receives every event that it matches

    @id:routing.delivery.source-only
    Scenario: A rule for the source alone receives all documented events
      Given a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When each documented event is published
      Then the target receives all published events

    @id:routing.delivery.one-result
    Scenario Outline: A rule for result <result> receives only events with that result
      Given a rule for events where
        | field         | condition        |
        | source        | is "aws.acm-pca" |
        | detail.result | is "<result>"    |
      When each documented event is published
      Then the target receives only the events with result "<result>"

      Examples:
        | result  |
        | success |
        | failure |

  Rule: New fields and new values reach the target unchanged

    @id:routing.delivery.new-value
    Scenario Outline: The value <value> at <path> is delivered unchanged
      Given a rule for the event "ca-creation-failure"
      And the documented event "ca-creation-failure"
      When "<path>" is set to <value>
      And the event is published
      Then the target receives the event
      And the received "<path>" is <value>

      Examples:
        | path           | value                       |
        | $.detail.note  | "Zertifikat für Zoë 证书 🔏"   |
        | $.detail.note  | "a \"quoted\" word"         |
        | $.detail.note  | "<b>bold</b> & 'so on'"     |
        | $.detail.note  | null                        |
        | $.detail.count | 9007199254740991            |
        | $.detail.flag  | false                       |
        | $.detail.list  | an empty list               |
        | $.detail.more  | an empty object             |
        | $.resources[1] | "arn:aws:s3:::a-second-one" |

      @needs_time_kept
      Examples:
        | path           | value                       |
        | $.time         | "2001-02-03T04:05:06Z"      |
