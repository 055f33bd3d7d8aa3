# An event bus that the project makes is never the default one, whatever its name.

resource "aws_cloudwatch_event_rule" "bus_of_the_project" {
  name = "pki-crl"
  event_bus_name = aws_cloudwatch_event_bus.bus_of_the_project.name

  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA CRL Generation"]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_bus" "bus_of_the_project" {
  name = "certificates"
}

resource "aws_cloudwatch_event_target" "bus_of_the_project" {
  rule = aws_cloudwatch_event_rule.bus_of_the_project.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"
  event_bus_name = aws_cloudwatch_event_bus.bus_of_the_project.name

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
