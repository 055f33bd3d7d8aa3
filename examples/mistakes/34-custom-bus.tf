# Events of AWS services reach the default bus only. Whether another stack forwards them here is not known.

resource "aws_cloudwatch_event_rule" "custom_bus" {
  name = "pki-events"
  event_bus_name = "pki"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "custom_bus" {
  rule = aws_cloudwatch_event_rule.custom_bus.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
