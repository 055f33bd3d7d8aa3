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

  Rule: PutRule rejects an invalid pattern with a reason, and the rules that are put after it fire

    @id:lifecycle.errors.put-rule-reason @needs_invalid_pattern
    Scenario Outline: PutRule rejects <pattern> because of "<reason>"
      Given an applied configuration for the event "ca-creation-success"
      When PutRule is attempted with the pattern <pattern>
      Then "PutRule" is rejected with "InvalidEventPatternException"
      And the message contains "<reason>"
      And the plan is to change nothing

      Examples:
        | pattern                                                 | reason                                                   |
        | {"source": "aws.acm-pca"}                               | must be an object or an array                            |
        | {"detail": {}}                                          | Empty objects are not allowed                            |
        | {"source": ["aws.acm-pca"],}                            | Event pattern is not valid                               |
        | ["aws.acm-pca"]                                         | Filter is not an object                                  |
        | {"detail": {"result": [["failure"]]}}                   | Match value must be String, number, true, false, or null |
        | {"detail": {"result": [{"contains": "fail"}]}}          | Unrecognized match type contains                         |
        | {"detail": {"result": [{"prefix": 1}]}}                 | prefix match pattern must be a string                    |
        | {"detail": {"result": [{"equals-ignore-case": ["a"]}]}} | equals-ignore-case match pattern must be a string        |
        | {"detail": {"reason": [{"wildcard": "a**b"}]}}          | Consecutive wildcard characters at pos 2                 |
        | {"detail": {"count": [{"numeric": ["><", 3]}]}}         | Unrecognized numeric range operator: ><                  |
        | {"detail": {"reason": [{"exists": "yes"}]}}             | exists match pattern must be either true or false        |
        | {"detail": {"ip": [{"cidr": "10.0.0.0/33"}]}}           | IPv4 mask bits must be < 32                              |

    @id:lifecycle.errors.rules-behind @needs_no_starvation
    Scenario Outline: A rule for "<event>" fires that is put after <pattern> was rejected
      Given an applied configuration for the event "<event>"
      When PutRule is attempted with the pattern <pattern>
      And the configuration changes: the rule is renamed
      Then "<event>" arrives before the change and "<event>" after it

      Examples:
        | event                           | pattern                                        |
        | ca-creation-failure             | {"source": "aws.acm-pca"}                      |
        | certificate-issuance-success    | {"detail": {"result": [{"prefix": 1}]}}        |
        | crl-generation-failure-internal | {"detail": {"reason": [{"wildcard": "a**b"}]}} |
        | audit-report-generation-failure | {"detail": {"count": [{"numeric": ["<"]}]}}    |

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

    @id:lifecycle.errors.bus-with-rules @needs_bus_with_rules
    Scenario: Deleting a bus that has a rule is rejected
      Given an applied configuration for the event "ca-creation-success"
      When deleting a bus that has a rule is attempted
      Then "DeleteEventBus" is rejected with "ValidationException"
      And the plan is to change nothing

  Rule: A request that exceeds a quota or a constraint is rejected, and changes nothing

    @id:lifecycle.errors.constraint @needs_long_rule_name
    Scenario Outline: The constraint is enforced: <mistake>
      Given an applied configuration for the event "ca-creation-success"
      When <mistake> is attempted
      Then "<operation>" is rejected with "ValidationException"
      And the plan is to change nothing

      Examples:
        | mistake                                       | operation      |
        | a rule with a space in its name               | PutRule        |
        | a rule with a description of 513 characters   | PutRule        |
        | a rule with an unknown state                  | PutRule        |
        | a bus with a name of 257 characters           | CreateEventBus |
        | a bus with a space in its name                | CreateEventBus |
        | an archive with a name of 49 characters       | CreateArchive  |
        | a target with an ID of 65 characters          | PutTargets     |
        | a target with an input of 8,193 characters    | PutTargets     |
        | a target with an input path of 257 characters | PutTargets     |
        | a target with 186 retries                     | PutTargets     |
        | a target with retries for 86,401 seconds      | PutTargets     |

    @id:lifecycle.errors.quota @needs_long_rule_name
    Scenario Outline: The quota is enforced: <mistake>
      Given an applied configuration for the event "ca-creation-success"
      When <mistake> is attempted
      Then "<operation>" is rejected with "<code>"
      And the plan is to change nothing

      Examples:
        | mistake                                             | operation      | code                   |
        | adding five targets to a rule that has one          | PutTargets     | LimitExceededException |
        | a rule with a pattern of more than 2,048 characters | PutRule        | LimitExceededException |
        | a rule with 51 tags                                 | PutRule        | LimitExceededException |
        | a bus with 51 tags                                  | CreateEventBus | LimitExceededException |
        | an entry of more than 1 MB                          | PutEvents      | ValidationException    |

    @id:lifecycle.errors.contradiction @needs_invalid_pattern @needs_one_input @needs_role_required
    Scenario Outline: Members of the request that contradict each other are rejected: <mistake>
      Given an applied configuration for the event "ca-creation-success"
      When <mistake> is attempted
      Then "<operation>" is rejected with "<code>"
      And the plan is to change nothing

      Examples:
        | mistake                                           | operation     | code                         |
        | a target with both an input and an input path     | PutTargets    | ValidationException          |
        | a target with an unknown variable in its template | PutTargets    | ValidationException          |
        | a Kinesis stream as target without a role         | PutTargets    | ValidationException          |
        | an archive with an invalid pattern                | CreateArchive | InvalidEventPatternException |
        | an archive of an unknown bus                      | CreateArchive | ResourceNotFoundException    |
        | a replay of an unknown archive                    | StartReplay   | ValidationException          |
        | a replay that ends before it starts               | StartReplay   | ValidationException          |
