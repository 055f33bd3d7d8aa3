# AWS refuses a target that is a state machine without a role.

resource "aws_cloudwatch_event_rule" "state_machine_without_role" {
  name = "pki-crl"

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_sfn_state_machine" "state_machine_without_role" {
  name       = "renew"
  role_arn   = "arn:aws:iam::444455556666:role/renew"
  definition = file("renew.asl.json")
}

resource "aws_cloudwatch_event_target" "state_machine_without_role" {
  rule = aws_cloudwatch_event_rule.state_machine_without_role.name
  arn  = aws_sfn_state_machine.state_machine_without_role.arn

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
