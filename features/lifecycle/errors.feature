@backend
Feature: What is refused
  A mistake must be told apart from a dead endpoint: it is refused by a certain operation with
  a certain error code. A lost connection, a timeout or bad credentials never count as that.

  Rule: An invalid pattern is refused before it becomes a rule

    Scenario Outline: The pattern <pattern> is refused
      Given an applied configuration for the event "ca-creation-success"
      When a rule with the pattern <pattern> is attempted
      Then "TestEventPattern" is refused with "InvalidEventPatternException"
      And the plan is to change nothing

      Examples:
        | pattern                                                   |
        | {"source": "aws.acm-pca"}                                 |
        | {"source": []}                                            |
        | {"source": ["aws.acm-pca"],}                              |
        | ["aws.acm-pca"]                                           |
        | {"detail": {"result": [{"contains": "fail"}]}}            |
        | {"detail": {"result": [{"prefix": 1}]}}                   |
        | {"detail": {"result": [{"suffix": ["a", "b"]}]}}          |
        | {"detail": {"result": [{"equals-ignore-case": ["a"]}]}}   |
        | {"detail": {"reason": [{"wildcard": "a**b"}]}}            |
        | {"detail": {"count": [{"numeric": ["<"]}]}}               |
        | {"detail": {"count": [{"numeric": [">", "3"]}]}}          |
        | {"detail": {"count": [{"numeric": ["><", 3]}]}}           |
        | {"detail": {"reason": [{"exists": "yes"}]}}               |
        | {"detail": {"ip": [{"cidr": "10.0.0.0"}]}}                |
        | {"detail": {"ip": [{"cidr": "10.0.0.0/33"}]}}             |
        | {"detail": {"result": [{"anything-but": {"prefix": 1}}]}} |
        | {"$or": []}                                               |
        | {"$or": [{"source": ["a"]}, {"source": "b"}]}             |

  Rule: Other mistakes are refused with a code that says which

    Scenario Outline: <mistake> is refused
      Given an applied configuration for the event "ca-creation-success"
      When <mistake> is attempted
      Then "<operation>" is refused with "<code>"
      And the plan is to change nothing

      Examples:
        | mistake                              | operation      | code                           |
        | a second bus of the same name        | CreateEventBus | ResourceAlreadyExistsException |
        | a rule on an unknown bus             | PutRule        | ResourceNotFoundException      |
        | a target of an unknown rule          | PutTargets     | ResourceNotFoundException      |
        | removing a target of an unknown rule | RemoveTargets  | ResourceNotFoundException      |
        | deleting a rule with its target      | DeleteRule     | ValidationException            |
        | deleting the default bus             | DeleteEventBus | ValidationException            |
        | an entry without a source            | PutEvents      | InvalidArgument                |
        | an entry without a detail-type       | PutEvents      | InvalidArgument                |
        | an entry with a list as detail       | PutEvents      | MalformedDetail                |
        | an entry with a text as detail       | PutEvents      | MalformedDetail                |
        | an entry with half a detail          | PutEvents      | MalformedDetail                |
        | eleven entries at once               | PutEvents      | ValidationException            |

    @needs_long_rule_name
    Scenario: A rule name of 65 characters is refused
      Given an applied configuration for the event "ca-creation-success"
      When a rule with a name of 65 characters is attempted
      Then "PutRule" is refused with "ValidationException"

    @needs_long_detail_type
    Scenario: A detail-type of 129 characters is refused
      Given an applied configuration for the event "ca-creation-success"
      When an entry with a detail-type of 129 characters is attempted
      Then "PutEvents" is refused with "InvalidArgument"

    @needs_source_refused
    Scenario: A source that belongs to AWS is refused
      Given an applied configuration for the event "ca-creation-success"
      When an entry with the source of AWS is attempted
      Then "PutEvents" is refused with "NotAuthorizedForSourceException"
