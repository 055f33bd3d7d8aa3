# The result of a failure is failure.

resource "aws_cloudwatch_event_rule" "result_failed" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failed"]
    }
  })
}

resource "aws_cloudwatch_event_target" "result_failed" {
  rule = aws_cloudwatch_event_rule.result_failed.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
