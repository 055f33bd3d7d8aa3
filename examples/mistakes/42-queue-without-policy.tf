# Without a policy the queue receives nothing.

resource "aws_cloudwatch_event_rule" "queue_without_policy" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sqs_queue" "queue_without_policy_alarms" {
  name = "pki-alarms"
}

resource "aws_cloudwatch_event_target" "queue_without_policy" {
  rule = aws_cloudwatch_event_rule.queue_without_policy.name
  arn  = aws_sqs_queue.queue_without_policy_alarms.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
