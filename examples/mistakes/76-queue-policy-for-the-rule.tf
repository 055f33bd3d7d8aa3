# The policy has the ARN of the rule as Resource: that belongs into the condition aws:SourceArn.

resource "aws_cloudwatch_event_rule" "queue_policy_for_the_rule" {
  name = "pki-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sqs_queue" "queue_policy_for_the_rule" {
  name = "pki-alarms"
}

resource "aws_sqs_queue_policy" "queue_policy_for_the_rule" {
  queue_url = aws_sqs_queue.queue_policy_for_the_rule.id

  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_cloudwatch_event_rule.queue_policy_for_the_rule.arn
    }]
  })
}

resource "aws_cloudwatch_event_target" "queue_policy_for_the_rule" {
  rule = aws_cloudwatch_event_rule.queue_policy_for_the_rule.name
  arn  = aws_sqs_queue.queue_policy_for_the_rule.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
