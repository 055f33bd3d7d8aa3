# A FIFO queue needs a message group ID on the target.

resource "aws_cloudwatch_event_rule" "fifo_queue_without_group" {
  name = "pki-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sqs_queue" "fifo_queue_without_group" {
  name                        = "pki-alarms.fifo"
  fifo_queue                  = true
  content_based_deduplication = true

  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_cloudwatch_event_target" "fifo_queue_without_group" {
  rule = aws_cloudwatch_event_rule.fifo_queue_without_group.name
  arn  = aws_sqs_queue.fifo_queue_without_group.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
