@documented
Feature: The envelope
  All events of AWS Private CA share nine top-level fields. The event bus stamps four of them, so
  their received values do not depend on what was published.

  Rule: All nine fields are required, and each has a fixed type

    @id:envelope.field-removed
    Scenario Outline: An event without <path> violates its contract
      Given the documented event "ca-creation-success"
      When "<path>" is removed
      Then the event violates its contract at "<path>"

      Examples:
        | path          |
        | $.version     |
        | $.id          |
        | $.detail-type |
        | $.source      |
        | $.account     |
        | $.time        |
        | $.region      |
        | $.resources   |
        | $.detail      |

    @id:envelope.field-renamed
    Scenario Outline: An event with <path> named <name> violates its contract
      Given the documented event "ca-creation-success"
      When "<path>" is renamed to "<name>"
      Then the event violates its contract at "<path>"

      Examples:
        | path          | name          |
        | $.version     | $.Version     |
        | $.id          | $.event-id    |
        | $.detail-type | $.detailType  |
        | $.source      | $.eventSource |
        | $.account     | $.accountId   |
        | $.time        | $.timestamp   |
        | $.region      | $.awsRegion   |
        | $.resources   | $.Resources   |
        | $.detail      | $.Detail      |

    @id:envelope.invalid-value
    Scenario Outline: An event with <path> set to <value> violates its contract
      Given the documented event "ca-creation-success"
      When "<path>" is set to <value>
      Then the event violates its contract at "<path>"

      Examples:
        | path          | value                                  |
        | $.version     | "1"                                    |
        | $.version     | 0                                      |
        | $.version     | null                                   |
        | $.id          | "event_ID"                             |
        | $.id          | 7                                      |
        | $.id          | an empty string                        |
        | $.id          | "90C192CF-D3AC-44AF-8F21-DDB66CAD4A26" |
        | $.detail-type | "ACM Private CA Expiry"                |
        | $.detail-type | "acm private ca creation"              |
        | $.detail-type | "AWS API Call via CloudTrail"          |
        | $.detail-type | an empty list                          |
        | $.source      | "aws.acmpca"                           |
        | $.source      | "acm-pca"                              |
        | $.source      | "aws.acm"                              |
        | $.source      | null                                   |
        | $.account     | 111122223333                           |
        | $.account     | "11112222333"                          |
        | $.account     | "account"                              |
        | $.account     | "1111-2222-3333"                       |
        | $.time        | "2019-11-04"                           |
        | $.time        | "2019-11-04T19:14:56"                  |
        | $.time        | "2019-13-04T19:14:56Z"                 |
        | $.time        | "2019-11-04T19:14:56+00:00"            |
        | $.time        | "2019-11-04T19:14:56Z\n"               |
        | $.time        | 1572894896                             |
        | $.region      | "region"                               |
        | $.region      | "us-east"                              |
        | $.region      | "us-east-1a"                           |
        | $.region      | "US-EAST-1"                            |
        | $.region      | null                                   |
        | $.resources   | null                                   |
        | $.resources   | an empty object                        |
        | $.detail      | 12                                     |

  Rule: Events from every AWS partition and Region, and events with new fields, meet the contract

    @id:envelope.partitions
    Scenario Outline: An event from partition <partition> in <region> meets its contract
      Given the documented event "ca-creation-success"
      When "$.region" is set to "<region>"
      And "$.resources[0]" is set to "arn:<partition>:acm-pca:<region>:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"
      Then the event meets its contract

      Examples:
        | partition  | region          |
        | aws        | us-east-1       |
        | aws-cn     | cn-northwest-1  |
        | aws-us-gov | us-gov-west-1   |
        | aws-iso    | us-iso-east-1   |
        | aws-iso-b  | us-isob-east-1  |
        | aws-iso-e  | eu-isoe-west-1  |
        | aws-iso-f  | us-isof-south-1 |
        | aws-eusc   | eusc-de-east-1  |

    @id:envelope.invalid-arn
    Scenario Outline: An event whose ARN has <what> violates its contract
      Given the documented event "ca-creation-success"
      When "$.resources[0]" is set to "<arn>"
      Then the event violates its contract at "$.resources[0]"

      Examples:
        | what                 | arn                                                                                                    |
        | no partition         | arn::acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566         |
        | an unknown partition | arn:aws-mars:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566 |
        | another service      | arn:aws:acm:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566          |
        | no Region            | arn:aws:acm-pca::111122223333:certificate-authority/11223344-1234-1122-2233-112233445566               |
        | a short account ID   | arn:aws:acm-pca:us-east-1:1111:certificate-authority/11223344-1234-1122-2233-112233445566              |
        | an uppercase ID      | arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/AABBCCDD-1234-1122-2233-112233445566      |

    @id:envelope.valid-value
    Scenario Outline: An event with <path> set to <value> meets its contract
      Given the documented event "ca-creation-success"
      When "<path>" is set to <value>
      Then the event meets its contract

      Examples:
        | path               | value                  |
        | $.account          | "000000000000"         |
        | $.region           | "ap-southeast-7"       |
        | $.region           | "mx-central-1"         |
        | $.time             | "2031-12-31T23:59:59Z" |
        | $.replay-name      | "monday"               |
        | $.detail.requestId | "7c5f"                 |
        | $.detail.reason    | "for later"            |

  @backend
  Rule: The event bus stamps four fields and leaves the other five unchanged

    @id:envelope.stamped-fields
    Scenario: A delivered event carries the stamped fields
      Given a rule for the event "certificate-issuance-success"
      When the event "certificate-issuance-success" is published
      Then the target receives the event
      And the bus has stamped id, account, region and version

    @id:envelope.unchanged-fields
    Scenario Outline: An event is delivered with its <path> unchanged
      Given a rule for the event "crl-generation-failure-s3-permissions"
      When the event "crl-generation-failure-s3-permissions" is published
      Then the target receives the event
      And the received "<path>" is <value>

      Examples:
        | path            | value                                                                                               |
        | $.detail-type   | "ACM Private CA CRL Generation"                                                                     |
        | $.source        | "aws.acm-pca"                                                                                       |
        | $.resources[0]  | "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566" |
        | $.detail.reason | "Failed to write CRL to S3. Check your S3 bucket permissions."                                      |

      @needs_time_kept
      Examples:
        | path            | value                                                                                               |
        | $.time          | "2019-11-07T23:01:25Z"                                                                              |
