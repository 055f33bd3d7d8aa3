# Values are compared letter by letter.

resource "aws_cloudwatch_event_rule" "result_capitalised" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
    detail = {
      result = ["Success"]
    }
  })
}

resource "aws_cloudwatch_event_target" "result_capitalised" {
  rule = aws_cloudwatch_event_rule.result_capitalised.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
