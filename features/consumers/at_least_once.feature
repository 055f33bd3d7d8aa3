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
