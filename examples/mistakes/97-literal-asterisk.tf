# An asterisk in a string is not a wildcard.

resource "aws_cloudwatch_event_rule" "asterisk" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["fail*"]
    }
  })
}

resource "aws_cloudwatch_event_target" "asterisk" {
  rule = aws_cloudwatch_event_rule.asterisk.name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
