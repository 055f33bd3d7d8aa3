# The source is spelt aws.acm-pca, with a dash.

resource "aws_cloudwatch_event_rule" "source_without_dash" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acmpca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
  })
}

resource "aws_cloudwatch_event_target" "source_without_dash" {
  rule = aws_cloudwatch_event_rule.source_without_dash.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
