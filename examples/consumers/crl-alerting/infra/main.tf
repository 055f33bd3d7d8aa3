# Failed CRLs go from EventBridge to a topic, and from there to the function that pages somebody.

resource "aws_cloudwatch_event_rule" "crl_failed" {
  name = "crl-failed"
  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail      = { result = ["failure"] }
  })
}

resource "aws_cloudwatch_event_target" "crl_failed" {
  rule = aws_cloudwatch_event_rule.crl_failed.name
  arn  = aws_sns_topic.crl_failures.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_sns_topic" "crl_failures" {
  name = "crl-failures"
}

resource "aws_sns_topic_policy" "crl_failures" {
  arn = aws_sns_topic.crl_failures.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.crl_failures.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.crl_failed.arn } }
    }]
  })
}

resource "aws_sns_topic_subscription" "page" {
  topic_arn = aws_sns_topic.crl_failures.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.page.arn
}

resource "aws_lambda_permission" "page" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.page.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.crl_failures.arn
}

resource "aws_lambda_function" "page" {
  function_name = "page-on-crl-failure"
  filename      = "page.zip"
  handler       = "page.handler"
  runtime       = "python3.13"
  role          = aws_iam_role.page.arn

  environment {
    variables = { PAGES = aws_sqs_queue.pages.url }
  }
}

resource "aws_iam_role" "page" {
  name = "page-on-crl-failure"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

# The paging system reads this queue. It drops a message whose deduplication id it has seen in the last five minutes.
resource "aws_sqs_queue" "pages" {
  name       = "pages.fifo"
  fifo_queue = true
}

resource "aws_sqs_queue" "dead_letters" {
  name = "crl-failures-dead-letters"
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.dead_letters.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.crl_failed.arn } }
    }]
  })
}
