# The account is the one of the deployment, so that it never keeps an event out; one of the results is never sent.

data "aws_caller_identity" "current" {}

resource "aws_cloudwatch_event_rule" "own_account" {
  name = "pki-events"

  event_pattern = jsonencode({
    source  = ["aws.acm-pca"]
    account = [data.aws_caller_identity.current.account_id]
    detail = {
      result = ["failure", "error"]
    }
  })
}

resource "aws_cloudwatch_event_target" "own_account" {
  rule = aws_cloudwatch_event_rule.own_account.name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
