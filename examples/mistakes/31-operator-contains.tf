# There is no such operator.

resource "aws_cloudwatch_event_rule" "operator_contains" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      reason = [{
        contains = "S3"
      }]
    }
  })
}

resource "aws_cloudwatch_event_target" "operator_contains" {
  rule = aws_cloudwatch_event_rule.operator_contains.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
