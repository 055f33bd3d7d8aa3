@backend @delivers
Feature: Inputs of targets
  A target receives the whole event, a part of it, a constant, or a template that is filled with values
  of the event. Only failed CRL generation has a reason: a template must do without it for all other events.

  Rule: An input path selects a part of the event

    @id:routing.inputs.path
    Scenario Outline: The input path <path> selects <input> from "<event>"
      Given an applied configuration for the event "<event>"
      When the target gets the input path <path> before any event is published
      And the event "<event>" is published
      Then the target receives the input <input>

      Examples:
        | path            | event                                 | input                                                                                                                                                                                                                                                   |
        | $.detail        | ca-creation-success                   | {"result": "success"}                                                                                                                                                                                                                                   |
        | $.detail        | crl-generation-failure-s3-permissions | {"result": "failure", "reason": "Failed to write CRL to S3. Check your S3 bucket permissions."}                                                                                                                                                         |
        | $.detail.reason | crl-generation-failure-internal       | "Failed to generate CRL. Internal failure."                                                                                                                                                                                                             |
        | $.detail.result | certificate-issuance-failure          | "failure"                                                                                                                                                                                                                                               |
        | $.detail-type   | audit-report-generation-success       | "ACM Private CA Audit Report Generation"                                                                                                                                                                                                                |
        | $.resources     | certificate-revocation-success        | ["arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566", "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566/certificate/e8cbd2bedb122329f97706bcfec990f8"] |

      @needs_input_path_item
      Examples:
        | path            | event                                 | input                                                                                                                                                                                                                                                   |
        | $.resources[1]  | audit-report-generation-failure       | "5f0e2c6a-8d3b-4b7e-9c41-2a6d7f1b3e58"                                                                                                                                                                                                                  |

      @needs_time_kept
      Examples:
        | path            | event                                 | input                                                                                                                                                                                                                                                   |
        | $.time          | certificate-issuance-success          | "2019-11-04T19:57:46Z"                                                                                                                                                                                                                                  |

  Rule: A constant replaces the event

    @id:routing.inputs.constant
    Scenario Outline: The target receives the constant <constant> instead of "<event>"
      Given an applied configuration for the event "<event>"
      When the target gets the constant <constant> before any event is published
      And the event "<event>" is published
      Then the target receives the input <constant>

      Examples:
        | constant         | event                           |
        | {"alarm": "CRL"} | crl-generation-failure-internal |
        | "a text"         | ca-creation-failure             |
        | [1, 2]           | certificate-issuance-success    |
        | 17               | audit-report-generation-failure |

  Rule: A template is filled with values of the event

    @id:routing.inputs.template
    Scenario Outline: The template <template> is filled from "<event>"
      Given an applied configuration for the event "<event>"
      When the target gets the template <template> before any event is published
      And the event "<event>" is published
      Then the target receives the input <input>

      Examples:
        | template                          | event                                 | input                                                                                                                                                         |
        | {"of": <kind>, "ended": <result>} | ca-creation-failure                   | {"of": "ACM Private CA Creation", "ended": "failure"}                                                                                                         |
        | {"of": <kind>, "ended": <result>} | certificate-issuance-failure          | {"of": "ACM Private CA Certificate Issuance", "ended": "failure"}                                                                                             |
        | {"of": <kind>, "ended": <result>} | crl-generation-success                | {"of": "ACM Private CA CRL Generation", "ended": "success"}                                                                                                   |
        | {"of": <kind>, "ended": <result>} | crl-generation-failure-s3-internal    | {"of": "ACM Private CA CRL Generation", "ended": "failure"}                                                                                                   |
        | {"of": <kind>, "ended": <result>} | audit-report-generation-success       | {"of": "ACM Private CA Audit Report Generation", "ended": "success"}                                                                                          |
        | {"why": "CRL: <reason>"}          | crl-generation-failure-s3-permissions | {"why": "CRL: Failed to write CRL to S3. Check your S3 bucket permissions."}                                                                                  |
        | {"why": "CRL: <reason>"}          | crl-generation-failure-s3-internal    | {"why": "CRL: Failed to write CRL to S3. Internal failure."}                                                                                                  |
        | {"why": "CRL: <reason>"}          | crl-generation-failure-internal       | {"why": "CRL: Failed to generate CRL. Internal failure."}                                                                                                     |
        | {"all": <detail>}                 | certificate-issuance-failure          | {"all": {"result": "failure"}}                                                                                                                                |
        | "<kind> ended with <result>"      | certificate-issuance-failure          | "ACM Private CA Certificate Issuance ended with failure"                                                                                                      |
        | {"by": "<aws.events.rule-name>"}  | ca-creation-success                   | {"by": "rule-under-test"}                                                                                                                                     |
        | {"resource": "<second>"}          | ca-creation-success                   | {"resource": ""}                                                                                                                                              |
        | {"a": 1}                          | crl-generation-success                | {"a": 1}                                                                                                                                                      |

      @needs_input_path_item
      Examples:
        | template                          | event                                 | input                                                                                                                                                         |
        | {"report": <second>, "ca": <ca>}  | audit-report-generation-success       | {"report": "5f0e2c6a-8d3b-4b7e-9c41-2a6d7f1b3e58", "ca": "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"} |

    @id:routing.inputs.no-reason
    Scenario Outline: The template {"reason": ...} gets an empty reason from "<event>"
      Given an applied configuration for the event "<event>"
      When the target gets the template <template> before any event is published
      And the event "<event>" is published
      Then the target receives the input {"reason": ""}

      Examples:
        | template               | event                           |
        | {"reason": <reason>}   | ca-creation-success             |
        | {"reason": "<reason>"} | ca-creation-failure             |
        | {"reason": <reason>}   | certificate-issuance-failure    |
        | {"reason": "<reason>"} | crl-generation-success          |
        | {"reason": <reason>}   | audit-report-generation-success |
        | {"reason": "<reason>"} | certificate-revocation-success  |

    @id:routing.inputs.quotes @needs_dead_letter_queue @controls
    Scenario Outline: A reason that contains <reason> fills the template <template>
      Given an applied configuration for the event "ca-creation-failure"
      And the documented event "ca-creation-failure"
      When the target gets the template <template> before any event is published
      And "$.detail.reason" is set to <reason>
      And the event is published
      Then the target receives the input <input>

      Examples:
        | reason              | template               | input                           |
        | "a \"quoted\" word" | {"reason": <reason>}   | {"reason": "a \"quoted\" word"} |
        | "a \\\\ backslash"  | {"reason": <reason>}   | {"reason": "a \\\\ backslash"}  |
        | "Zoë 证书"            | {"reason": <reason>}   | {"reason": "Zoë 证书"}            |
        | "<b> & 'so on'"     | {"reason": "<reason>"} | {"reason": "<b> & 'so on'"}     |

    @id:routing.inputs.invalid @needs_dead_letter_queue @controls
    Scenario Outline: A reason that contains <reason> makes <template> invalid JSON, which is not delivered
      Given an applied configuration for the event "ca-creation-failure"
      And the documented event "ca-creation-failure"
      When the target gets the template <template> before any event is published
      And "$.detail.reason" is set to <reason>
      And the event is published
      Then the trace of the event contains "INVALID_JSON"
      And the target receives no event

      Examples:
        | reason              | template                          |
        | "a \"quoted\" word" | {"reason": "<reason>"}            |
        | "two\\nlines"       | {"reason": "<reason>"}            |
        | "a tab\\t"          | {"reason": "because of <reason>"} |
        | "{\"a\": \"b\"}"    | {"reason": "<reason>"}            |
