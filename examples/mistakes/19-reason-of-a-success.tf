# Only a failed CRL generation has a reason.

resource "aws_cloudwatch_event_rule" "reason_of_a_success" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["success"]
      reason = [{
        exists = true
      }]
    }
  })
}

resource "aws_cloudwatch_event_target" "reason_of_a_success" {
  rule = aws_cloudwatch_event_rule.reason_of_a_success.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
