module "eventbridge" {
  source  = "terraform-aws-modules/eventbridge/aws"
  version = "~> 4.0"

  create_bus = false

  rules = {
    crl_failed = {
      description = "No new CRL could be written."
      event_pattern = jsonencode({
        source        = ["aws.acm-pca"]
        "detail-type" = ["ACM Private CA CRL Generation"]
        detail        = { result = ["failure"] }
      })
      enabled = true
    }
    audit_report = {
      description = "An audit report was written, or could not be."
      event_pattern = jsonencode({
        source        = ["aws.acm-pca"]
        "detail-type" = ["ACM Private CA Audit Report Generation"]
        detail        = { result = ["success", "failure"] }
      })
    }
  }

  targets = {
    crl_failed = [
      {
        name            = "page-on-call"
        arn             = aws_sqs_queue.crl.arn
        dead_letter_arn = aws_sqs_queue.undelivered.arn
        retry_policy = {
          maximum_event_age_in_seconds = 3600
          maximum_retry_attempts       = 50
        }
      }
    ]
    audit_report = [
      {
        name            = "archive-reports"
        arn             = aws_sqs_queue.reports.arn
        input_path      = "$.detail"
        dead_letter_arn = aws_sqs_queue.undelivered.arn
        retry_policy = {
          maximum_event_age_in_seconds = 86400
          maximum_retry_attempts       = 185
        }
      }
    ]
  }
}

locals {
  may_send = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = { Service = "events.amazonaws.com" }
      Resource  = "*"
    }]
  }
}

resource "aws_sqs_queue" "crl" {
  name   = "pca-crl"
  policy = jsonencode(local.may_send)
}

resource "aws_sqs_queue" "reports" {
  name   = "pca-reports"
  policy = jsonencode(local.may_send)
}

resource "aws_sqs_queue" "undelivered" {
  name   = "pca-undelivered"
  policy = jsonencode(local.may_send)
}
