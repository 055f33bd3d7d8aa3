# Only a failed CRL generation has a reason.

resource "aws_cloudwatch_event_rule" "input_that_is_not_always_there" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "input_that_is_not_always_there" {
  rule = aws_cloudwatch_event_rule.input_that_is_not_always_there.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  input_transformer {
    input_paths = {
      why = "$.detail.reason"
    }
    input_template = "\"failed: <why>\""
  }

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
