# The function deploys what was issued, but it is called for failures too.

resource "aws_cloudwatch_event_rule" "deploy" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
  })
}

resource "aws_cloudwatch_event_target" "deploy" {
  rule = aws_cloudwatch_event_rule.deploy.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:deploy"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
