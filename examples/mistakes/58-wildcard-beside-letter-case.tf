# The published engine of EventBridge confuses these two matchers in one list.

resource "aws_cloudwatch_event_rule" "wildcard_beside_letter_case" {
  name = "pki-reports"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = [{ wildcard = "*Report Generation" }, { equals-ignore-case = "acm private ca crl generation" }]
    detail      = { result = ["failure"] }
  })
}

resource "aws_cloudwatch_event_target" "wildcard_beside_letter_case" {
  rule = aws_cloudwatch_event_rule.wildcard_beside_letter_case.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
