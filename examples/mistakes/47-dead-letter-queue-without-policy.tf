# The dead-letter queue needs a policy too.

resource "aws_cloudwatch_event_rule" "dead_letter_queue_without_policy" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sqs_queue" "dead_letter_queue_without_policy_dead" {
  name = "pki-undelivered"
}

resource "aws_cloudwatch_event_target" "dead_letter_queue_without_policy" {
  rule = aws_cloudwatch_event_rule.dead_letter_queue_without_policy.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = aws_sqs_queue.dead_letter_queue_without_policy_dead.arn
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
