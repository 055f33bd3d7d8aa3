# EventBridge may not publish to a topic with the default policy.

resource "aws_cloudwatch_event_rule" "topic_without_policy" {
  name = "pki-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sns_topic" "topic_without_policy" {
  name = "pki-alarms"
}

resource "aws_cloudwatch_event_target" "topic_without_policy" {
  rule = aws_cloudwatch_event_rule.topic_without_policy.name
  arn  = aws_sns_topic.topic_without_policy.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
