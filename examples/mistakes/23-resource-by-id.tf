# Resources hold ARNs.

resource "aws_cloudwatch_event_rule" "resource_by_id" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
    resources = ["11223344-1234-1122-2233-112233445566"]
  })
}

resource "aws_cloudwatch_event_target" "resource_by_id" {
  rule = aws_cloudwatch_event_rule.resource_by_id.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
