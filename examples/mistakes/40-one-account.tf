# Only one account is looked at.

resource "aws_cloudwatch_event_rule" "one_account" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    account = ["444455556666"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "one_account" {
  rule = aws_cloudwatch_event_rule.one_account.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
