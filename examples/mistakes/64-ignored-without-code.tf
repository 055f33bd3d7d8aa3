# A comment does not suppress every finding.

# pca-events: ignore
resource "aws_cloudwatch_event_rule" "ignored_without_code" {
  name = "pki-revocations"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Revocation"]
    account     = ["444455556666"]
  })
}

resource "aws_cloudwatch_event_target" "ignored_without_code" {
  rule = aws_cloudwatch_event_rule.ignored_without_code.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
