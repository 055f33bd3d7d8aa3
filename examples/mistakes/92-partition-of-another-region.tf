# The ARN was copied from an account in China; the Region was changed, the partition was not.

resource "aws_cloudwatch_event_rule" "copied_ca" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    resources = ["arn:aws-cn:acm-pca:eu-central-1:444455556666:certificate-authority/11223344-1234-1122-2233-112233445566"]
  })
}

resource "aws_cloudwatch_event_target" "copied_ca" {
  rule = aws_cloudwatch_event_rule.copied_ca.name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
