@documented @backend
Feature: At-least-once delivery in any order
  EventBridge delivers each event at least once and guarantees no order. A correct consumer ends in
  the same state, however often and in whatever order the events are delivered.

  Rule: A careful consumer tolerates duplicates and reordering

    @id:consumers.at-least-once.careful-consumer
    Scenario Outline: The careful consumer tolerates events delivered <disorder>
      Given the careful consumer
      And a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When each documented event is published
      And the consumer receives the events <disorder>
      Then it ends in the same state as with ordered delivery

      Examples:
        | disorder                 |
        | each twice               |
        | all again at the end     |
        | in reverse               |
        | shuffled                 |
        | three times and shuffled |

  Rule: A naive consumer ends in the wrong state

    @id:consumers.at-least-once.naive-consumer
    Scenario Outline: The naive consumer fails when events are delivered <disorder>
      Given the naive consumer
      And a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When each documented event is published
      And the consumer receives the events <disorder>
      Then it ends in a different state than with ordered delivery

      Examples:
        | disorder                 |
        | each twice               |
        | all again at the end     |
        | in reverse               |
        | three times and shuffled |

  Rule: EventBridge itself may duplicate, delay, reorder and lose events

    @id:consumers.at-least-once.tolerated @controls
    Scenario Outline: The careful consumer tolerates it if the deliveries of <count> events <fate>
      Given the careful consumer
      And a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      And the number of deliveries that <fate> is <count>
      When each documented event is published
      And the clock of the bus advances by 2 hours
      And the consumer reads its queue
      Then it ends in the same state as with ordered delivery

      Examples:
        | fate                  | count |
        | are made twice        | 11    |
        | are delayed by 1 hour | 4     |
        | are shuffled          | 11    |
        | fail                  | 20    |

    @id:consumers.at-least-once.not-tolerated @controls
    Scenario Outline: The <kind> consumer ends in the wrong state if the deliveries of <count> events <fate>
      Given the <kind> consumer
      And a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      And the number of deliveries that <fate> is <count>
      When each documented event is published
      And the consumer reads its queue
      Then it ends in a different state than with ordered delivery

      Examples:
        | kind    | fate           | count |
        | naive   | are made twice | 11    |
        | naive   | are made twice | 1     |
        | naive   | are lost       | 2     |
        | careful | are lost       | 10    |
