# Values of one list are alternatives.

resource "aws_cloudwatch_event_rule" "prefix_and_suffix" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = [{
      prefix = "ACM Private CA"
    }, {
      suffix = "Issuance"
    }]
  })
}

resource "aws_cloudwatch_event_target" "prefix_and_suffix" {
  rule = aws_cloudwatch_event_rule.prefix_and_suffix.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
