# Each team has a CA, and the rule lists them all.

locals {
  teams = [for number in range(10, 40) : "5d2f7b60-91c4-4f0e-8a3d-6b7c8d9e0f${number}"]
}

resource "aws_cloudwatch_event_rule" "many_cas" {
  name = "revocations"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Revocation"]
    resources   = [for id in local.teams : "arn:aws:acm-pca:eu-west-1:444455556666:certificate-authority/${id}"]
  })
}

resource "aws_cloudwatch_event_target" "many_cas" {
  rule = aws_cloudwatch_event_rule.many_cas.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
