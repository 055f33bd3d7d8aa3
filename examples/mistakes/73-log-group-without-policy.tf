# The console makes a policy for log groups below /aws/events/ only.

resource "aws_cloudwatch_event_rule" "log_group_without_policy" {
  name = "pki-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_log_group" "log_group_without_policy" {
  name = "pki-events"
}

resource "aws_cloudwatch_event_target" "log_group_without_policy" {
  rule = aws_cloudwatch_event_rule.log_group_without_policy.name
  arn  = aws_cloudwatch_log_group.log_group_without_policy.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
