# A function needs a permission before a rule can invoke it.

resource "aws_cloudwatch_event_rule" "function_without_permission" {
  name = "pki-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_lambda_function" "function_without_permission" {
  function_name = "open-ticket"
  role          = "arn:aws:iam::444455556666:role/open-ticket"
}

resource "aws_cloudwatch_event_target" "function_without_permission" {
  rule = aws_cloudwatch_event_rule.function_without_permission.name
  arn  = aws_lambda_function.function_without_permission.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
