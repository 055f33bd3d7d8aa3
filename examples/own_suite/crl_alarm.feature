Feature: The CRL alarm
  Our on-call engineer is paged only when a CRL cannot be stored.

  Scenario Outline: The alarm rings for <event>
    Given a rule for events where
      | field         | condition                          |
      | source        | is "aws.acm-pca"                   |
      | detail-type   | is "ACM Private CA CRL Generation" |
      | detail.reason | begins with "Failed to write CRL"  |
    When the event "<event>" is published
    Then the target receives the event

    Examples:
      | event                                 |
      | crl-generation-failure-s3-permissions |
      | crl-generation-failure-s3-internal    |

  Scenario: The alarm is silent when the CRL is stored
    Given a rule for events where
      | field         | condition                          |
      | source        | is "aws.acm-pca"                   |
      | detail.reason | begins with "Failed to write CRL"  |
    When the event "crl-generation-success" is published
    Then the target receives only the control event "crl-generation-failure-s3-internal"
