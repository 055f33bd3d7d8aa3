# Without a default nothing is known of the CA.

variable "root_ca" {
  type = string
}

resource "aws_cloudwatch_event_rule" "ca_of_a_variable" {
  name = "root-ca-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    resources   = [var.root_ca]
    detail      = { result = ["failure"] }
  })
}

resource "aws_cloudwatch_event_target" "ca_of_a_variable" {
  rule = aws_cloudwatch_event_rule.ca_of_a_variable.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
