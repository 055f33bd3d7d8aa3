# The topic was moved to another Region; only an event bus can be a target there.

resource "aws_cloudwatch_event_rule" "topic_of_another_region" {
  name = "pki-issuance-failures"

  event_bus_name = "arn:aws:events:eu-central-1:444455556666:event-bus/default"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
    detail      = { result = ["failure"] }
  })
}

resource "aws_cloudwatch_event_target" "topic_of_another_region" {
  rule = aws_cloudwatch_event_rule.topic_of_another_region.name
  arn  = "arn:aws:sns:eu-west-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
