# One of the results is spelt as it is never sent, so only the failures come.

resource "aws_cloudwatch_event_rule" "dead_value" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
    detail = {
      result = ["failure", "SUCCESS"]
    }
  })
}

resource "aws_cloudwatch_event_target" "dead_value" {
  rule = aws_cloudwatch_event_rule.dead_value.name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
