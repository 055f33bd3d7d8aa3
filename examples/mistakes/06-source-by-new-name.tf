# The service was renamed, its source was not.

resource "aws_cloudwatch_event_rule" "source_by_new_name" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.private-ca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
  })
}

resource "aws_cloudwatch_event_target" "source_by_new_name" {
  rule = aws_cloudwatch_event_rule.source_by_new_name.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
