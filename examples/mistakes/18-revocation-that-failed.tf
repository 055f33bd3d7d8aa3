# A revocation that fails sends nothing.

resource "aws_cloudwatch_event_rule" "revocation_that_failed" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Revocation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "revocation_that_failed" {
  rule = aws_cloudwatch_event_rule.revocation_that_failed.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
