# The policy lets SNS in, not EventBridge.

resource "aws_cloudwatch_event_rule" "queue_for_somebody_else" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sqs_queue" "queue_for_somebody_else_alarms" {
  name = "pki-alarms"
}

resource "aws_sqs_queue_policy" "queue_for_somebody_else_alarms" {
  queue_url = aws_sqs_queue.queue_for_somebody_else_alarms.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.queue_for_somebody_else_alarms.arn
    }]
  })
}

resource "aws_cloudwatch_event_target" "queue_for_somebody_else" {
  rule = aws_cloudwatch_event_rule.queue_for_somebody_else.name
  arn  = aws_sqs_queue.queue_for_somebody_else_alarms.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
