# The ARN of a certificate of AWS Certificate Manager.

resource "aws_cloudwatch_event_rule" "resource_of_acm" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    resources = [{
      prefix = "arn:aws:acm:eu-central-1:444455556666:certificate/"
    }]
  })
}

resource "aws_cloudwatch_event_target" "resource_of_acm" {
  rule = aws_cloudwatch_event_rule.resource_of_acm.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
