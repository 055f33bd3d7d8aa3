# The policy of the key lets the account in, not EventBridge.

resource "aws_cloudwatch_event_rule" "key_without_eventbridge" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_kms_key" "key_without_eventbridge_queue" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_sqs_queue" "key_without_eventbridge_alarms" {
  name              = "pki-alarms"
  kms_master_key_id = aws_kms_key.key_without_eventbridge_queue.arn
}

resource "aws_sqs_queue_policy" "key_without_eventbridge_alarms" {
  queue_url = aws_sqs_queue.key_without_eventbridge_alarms.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.key_without_eventbridge_alarms.arn
    }]
  })
}

resource "aws_cloudwatch_event_target" "key_without_eventbridge" {
  rule = aws_cloudwatch_event_rule.key_without_eventbridge.name
  arn  = aws_sqs_queue.key_without_eventbridge_alarms.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
