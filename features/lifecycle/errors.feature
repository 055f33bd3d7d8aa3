@backend
Feature: Rejected requests
  A rejected request differs from a dead endpoint: a specific operation rejects it with a specific
  error code. A lost connection, a timeout or invalid credentials never count as a rejection.

  Rule: An invalid pattern is rejected before a rule is created

    @id:lifecycle.errors.invalid-pattern
    Scenario Outline: The pattern <pattern> is rejected
      Given an applied configuration for the event "ca-creation-success"
      When a rule with the pattern <pattern> is attempted
      Then "TestEventPattern" is rejected with "InvalidEventPatternException"
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

  Rule: Other invalid requests are rejected with a specific error code

    @id:lifecycle.errors.invalid-request
    Scenario Outline: <mistake> is rejected
      Given an applied configuration for the event "ca-creation-success"
      When <mistake> is attempted
      Then "<operation>" is rejected with "<code>"
      And the plan is to change nothing

      Examples:
        | mistake                                | operation      | code                           |
        | a second bus with the same name        | CreateEventBus | ResourceAlreadyExistsException |
        | a rule on an unknown bus               | PutRule        | ResourceNotFoundException      |
        | adding a target to an unknown rule     | PutTargets     | ResourceNotFoundException      |
        | deleting the default bus               | DeleteEventBus | ValidationException            |
        | a request with eleven entries          | PutEvents      | ValidationException            |

      @needs_malformed_detail
      Examples:
        | mistake                                | operation      | code                           |
        | an entry with a list as detail         | PutEvents      | MalformedDetail                |
        | an entry with a string as detail       | PutEvents      | MalformedDetail                |
        | an entry with truncated detail         | PutEvents      | MalformedDetail                |

      @needs_required_members
      Examples:
        | mistake                                | operation      | code                           |
        | an entry without a source              | PutEvents      | InvalidArgument                |
        | an entry without a detail-type         | PutEvents      | InvalidArgument                |

      @needs_rule_with_targets
      Examples:
        | mistake                                | operation      | code                           |
        | deleting a rule that has a target      | DeleteRule     | ValidationException            |

      @needs_unknown_rule
      Examples:
        | mistake                                | operation      | code                           |
        | removing a target from an unknown rule | RemoveTargets  | ResourceNotFoundException      |

    @id:lifecycle.errors.long-rule-name @needs_long_rule_name
    Scenario: A rule name of 65 characters is rejected
      Given an applied configuration for the event "ca-creation-success"
      When a rule with a name of 65 characters is attempted
      Then "PutRule" is rejected with "ValidationException"

    @id:lifecycle.errors.long-detail-type @needs_long_detail_type
    Scenario: A detail-type of 129 characters is rejected
      Given an applied configuration for the event "ca-creation-success"
      When an entry with a detail-type of 129 characters is attempted
      Then "PutEvents" is rejected with "InvalidArgument"

    @id:lifecycle.errors.reserved-source @needs_source_refused
    Scenario: A source reserved for AWS is rejected
      Given an applied configuration for the event "ca-creation-success"
      When an entry with a source reserved for AWS is attempted
      Then "PutEvents" is rejected with "NotAuthorizedForSourceException"
