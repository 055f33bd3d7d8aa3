# Connector for SCEP calls it Failed.

resource "aws_cloudwatch_event_rule" "scep" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.pca-connector-scep"]
    detail-type = ["Certificate Issuance Fail"]
  })
}

resource "aws_cloudwatch_event_target" "scep" {
  rule = aws_cloudwatch_event_rule.scep.name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
