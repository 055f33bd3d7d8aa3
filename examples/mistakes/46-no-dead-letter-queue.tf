# What cannot be delivered in a day is gone.

resource "aws_cloudwatch_event_rule" "no_dead_letter_queue" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "no_dead_letter_queue" {
  rule = aws_cloudwatch_event_rule.no_dead_letter_queue.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"
}
