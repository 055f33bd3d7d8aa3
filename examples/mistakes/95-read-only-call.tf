# EventBridge leaves read-only calls out, unless the state of the rule asks for them.

resource "aws_cloudwatch_event_rule" "reads" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventName = ["GetCertificate"]
    }
  })
}

resource "aws_cloudwatch_event_target" "reads" {
  rule = aws_cloudwatch_event_rule.reads.name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
