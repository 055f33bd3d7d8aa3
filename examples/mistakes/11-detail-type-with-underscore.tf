# The key is spelt with a dash.

resource "aws_cloudwatch_event_rule" "detail_type_with_underscore" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail_type = ["ACM Private CA Certificate Issuance"]
  })
}

resource "aws_cloudwatch_event_target" "detail_type_with_underscore" {
  rule = aws_cloudwatch_event_rule.detail_type_with_underscore.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
