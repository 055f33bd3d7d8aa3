# Nobody sets the variable, so the alarm is never made.

variable "alarms" {
  default = false
}

resource "aws_cloudwatch_event_rule" "alarm" {
  name = "pki-events"
  count = var.alarms ? 1 : 0

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "alarm" {
  rule = aws_cloudwatch_event_rule.alarm[0].name
  arn  = "arn:aws:sns:eu-central-1:444455556666:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
