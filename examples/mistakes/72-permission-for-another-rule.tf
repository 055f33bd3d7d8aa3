# The permission is for a rule that was renamed since.

resource "aws_cloudwatch_event_rule" "permission_for_another_rule" {
  name = "pki-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_lambda_function" "permission_for_another_rule" {
  function_name = "page-on-call"
  role          = "arn:aws:iam::444455556666:role/page-on-call"
}

resource "aws_lambda_permission" "permission_for_another_rule" {
  function_name = aws_lambda_function.permission_for_another_rule.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = "arn:aws:events:eu-central-1:444455556666:rule/pki-crl-alarm"
}

resource "aws_cloudwatch_event_target" "permission_for_another_rule" {
  rule = aws_cloudwatch_event_rule.permission_for_another_rule.name
  arn  = aws_lambda_function.permission_for_another_rule.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
