# EventBridge cannot use the managed key of SQS.

resource "aws_cloudwatch_event_rule" "queue_with_managed_key" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sqs_queue" "queue_with_managed_key_alarms" {
  name              = "pki-alarms"
  kms_master_key_id = "alias/aws/sqs"
}

resource "aws_sqs_queue_policy" "queue_with_managed_key_alarms" {
  queue_url = aws_sqs_queue.queue_with_managed_key_alarms.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.queue_with_managed_key_alarms.arn
    }]
  })
}

resource "aws_cloudwatch_event_target" "queue_with_managed_key" {
  rule = aws_cloudwatch_event_rule.queue_with_managed_key.name
  arn  = aws_sqs_queue.queue_with_managed_key_alarms.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
