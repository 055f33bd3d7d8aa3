# What EventBridge cannot deliver goes to an SQS queue, not to a topic.

resource "aws_cloudwatch_event_rule" "topic_as_dead_letter_queue" {
  name = "pki-issuance-failures"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
    detail      = { result = ["failure"] }
  })
}

resource "aws_cloudwatch_event_target" "topic_as_dead_letter_queue" {
  rule = aws_cloudwatch_event_rule.topic_as_dead_letter_queue.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sns:eu-central-1:444455556666:pki-undelivered"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
