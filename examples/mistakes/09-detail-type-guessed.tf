# There is no event for the expiry of a CA.

resource "aws_cloudwatch_event_rule" "detail_type_guessed" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Expiry"]
  })
}

resource "aws_cloudwatch_event_target" "detail_type_guessed" {
  rule = aws_cloudwatch_event_rule.detail_type_guessed.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
