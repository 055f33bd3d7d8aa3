# exists looks at fields that hold a value, not at objects.

resource "aws_cloudwatch_event_rule" "exists_of_an_object" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = [{
      exists = true
    }]
  })
}

resource "aws_cloudwatch_event_target" "exists_of_an_object" {
  rule = aws_cloudwatch_event_rule.exists_of_an_object.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
