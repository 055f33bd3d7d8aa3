# The name promises failures; the pattern takes everything.

resource "aws_cloudwatch_event_rule" "failure_alarm_without_result" {
  name = "issuance-failed"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
  })
}

resource "aws_cloudwatch_event_target" "failure_alarm_without_result" {
  rule = aws_cloudwatch_event_rule.failure_alarm_without_result.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
