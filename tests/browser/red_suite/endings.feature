Feature: Endings <script>alert("feature")</script>
  Each scenario ends in another way, and says so. "Quotes" & <b>marks</b> are text.

  Background:
    When "background" is said

  Rule: One way each <i>rule</i>

    Scenario: It passes
      Then the sum of 1 and 1 is 2

    Scenario: It fails <img src=x onerror=alert(3)>
      Then the sum of 1 and 1 is 3

    Scenario: Nothing defines its step
      Then there is no such step

    Scenario: It is skipped
      Then it is skipped

    @expected
    Scenario: It fails as expected
      Then the sum of 2 and 2 is 5

    Scenario: Its fixture breaks
      Given a fixture that breaks
      Then the sum of 1 and 1 is 2

    Scenario: Its fixture does not close
      Given a fixture that does not close
      Then the sum of 1 and 1 is 2

    Scenario Outline: The sum of <one> and <other>
      When <text> is said
      Then the sum of <one> and <other> is <total>

      Examples: small
        | one | other | total | text                       |
        | 1   | 2     | 3     | "<script>alert(4)</script> |
        | 2   | 2     | 5     | ‮right to left             |

  Rule: What is received is text

    Scenario: "ca-creation-success" with what nobody should show
      When the hostile event "ca-creation-success" is published
      Then it arrives

    Scenario: A step has a text and a table
      When "ca-creation-success" is said
        """
        <script>alert("doc string")</script>
        """
      Then the sum of 1 and 1 is 2
        | <b>one</b> | two |
        | 1          | 2   |
