# No event has this field.

resource "aws_cloudwatch_event_rule" "input_path_that_is_not_there" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "input_path_that_is_not_there" {
  rule = aws_cloudwatch_event_rule.input_path_that_is_not_there.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  input_path = "$.detail.certificateArn"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
