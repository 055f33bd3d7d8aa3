# The rule that forwards to the bus passes the events of S3 only.

resource "aws_cloudwatch_event_rule" "forward_of_other_events" {
  name = "pki-crl"
  event_bus_name = aws_cloudwatch_event_bus.forward_of_other_events.name

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_bus" "forward_of_other_events" {
  name = "ca-events"
}

resource "aws_cloudwatch_event_rule" "forward" {
  event_pattern = jsonencode({
    source = ["aws.s3"]
  })
}

resource "aws_cloudwatch_event_target" "forward" {
  rule     = aws_cloudwatch_event_rule.forward.name
  arn      = aws_cloudwatch_event_bus.forward_of_other_events.arn
  role_arn = "arn:aws:iam::444455556666:role/forward"
}

resource "aws_cloudwatch_event_target" "forward_of_other_events" {
  rule = aws_cloudwatch_event_rule.forward_of_other_events.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"
  event_bus_name = aws_cloudwatch_event_bus.forward_of_other_events.name

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
