# AWS Private CA reports a failed issuance under the same detail-type.

resource "aws_cloudwatch_event_rule" "certificate_issued" {
  name = "certificate-issued"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
  })
}

resource "aws_cloudwatch_event_target" "certificate_issued" {
  rule = aws_cloudwatch_event_rule.certificate_issued.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
