@documented @backend
Feature: At least once, in any order
  EventBridge delivers an event once or more often, and promises no order. A consumer comes to
  the same end all the same, or it is wrong sooner or later.

  Rule: A careful consumer is not disturbed

    Scenario Outline: The careful consumer stands events that come <disorder>
      Given the careful consumer
      And a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When each documented event is published
      And the consumer gets what arrives <disorder>
      Then it comes to the same state as without

      Examples:
        | disorder                 |
        | each twice               |
        | all again at the end     |
        | in reverse               |
        | shuffled                 |
        | three times and shuffled |

  Rule: A naive consumer is, which shows that the disorder is real

    Scenario Outline: The naive consumer errs when events come <disorder>
      Given the naive consumer
      And a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When each documented event is published
      And the consumer gets what arrives <disorder>
      Then it comes to another state than without

      Examples:
        | disorder                 |
        | each twice               |
        | all again at the end     |
        | in reverse               |
        | three times and shuffled |
