# AWS documents no event for the expiry of a CA.

resource "aws_cloudwatch_event_rule" "ca_expiry" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Approaching Expiration"]
  })
}

resource "aws_cloudwatch_event_target" "ca_expiry" {
  rule = aws_cloudwatch_event_rule.ca_expiry.name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
