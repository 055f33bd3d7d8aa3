# An account is a text.

resource "aws_cloudwatch_event_rule" "account_as_number" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    account = [444455556666]
  })
}

resource "aws_cloudwatch_event_target" "account_as_number" {
  rule = aws_cloudwatch_event_rule.account_as_number.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
