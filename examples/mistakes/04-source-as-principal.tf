# A service principal is not an event source.

resource "aws_cloudwatch_event_rule" "source_as_principal" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["acm-pca.amazonaws.com"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "source_as_principal" {
  rule = aws_cloudwatch_event_rule.source_as_principal.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
