# As in ../../infra/main.tf, but nobody has allowed EventBridge to publish to the topic: the rule fires, and nothing arrives.

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
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.crl_failures.arn
    }]
  })
}
