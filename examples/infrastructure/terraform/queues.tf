resource "aws_sqs_queue" "failures" {
  name                      = "${local.prefix}-failures"
  message_retention_seconds = var.retention_days * 86400
}

resource "aws_sqs_queue" "undelivered" {
  name                      = "${local.prefix}-undelivered"
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "send" {
  for_each = {
    failures    = aws_sqs_queue.failures.arn
    undelivered = aws_sqs_queue.undelivered.arn
  }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [each.value]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values = concat(
        [for rule in aws_cloudwatch_event_rule.failure : rule.arn],
        [aws_cloudwatch_event_rule.issued.arn],
      )
    }
  }
}

resource "aws_sqs_queue_policy" "failures" {
  queue_url = aws_sqs_queue.failures.id
  policy    = data.aws_iam_policy_document.send["failures"].json
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.id
  policy    = data.aws_iam_policy_document.send["undelivered"].json
}

resource "aws_lambda_function" "collect_issued" {
  function_name = "${local.prefix}-collect-issued"
  role          = aws_iam_role.collect_issued.arn
  handler       = "collect.handler"
  runtime       = "python3.13"
  filename      = "collect.zip"
}

resource "aws_lambda_permission" "collect_issued" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.collect_issued.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.issued.arn
}

resource "aws_iam_role" "collect_issued" {
  name = "${local.prefix}-collect-issued"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}
