# AWS Certificate Manager is another service.

resource "aws_cloudwatch_event_rule" "source_of_acm" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm"]
    detail-type = ["ACM Private CA Creation"]
  })
}

resource "aws_cloudwatch_event_target" "source_of_acm" {
  rule = aws_cloudwatch_event_rule.source_of_acm.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
