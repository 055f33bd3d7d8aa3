# A text is compared to its last character.

resource "aws_cloudwatch_event_rule" "reason_without_full_stop" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      reason = ["Failed to generate CRL. Internal failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "reason_without_full_stop" {
  rule = aws_cloudwatch_event_rule.reason_without_full_stop.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
