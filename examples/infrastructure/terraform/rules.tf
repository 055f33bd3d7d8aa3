locals {
  prefix = "pca-${var.environment}"
  source = ["aws.acm-pca"]

  # One rule for each outcome that a person has to look at.
  failures = {
    crl          = "ACM Private CA CRL Generation"
    audit-report = "ACM Private CA Audit Report Generation"
    creation     = "ACM Private CA Creation"
    issuance     = "ACM Private CA Certificate Issuance"
  }
}

resource "aws_cloudwatch_event_rule" "failure" {
  for_each = local.failures

  name        = "${local.prefix}-${each.key}-failure"
  description = "A failed operation of AWS Private CA."
  event_pattern = jsonencode({
    source        = local.source
    "detail-type" = [each.value]
    detail = {
      result = ["failure"]
    }
  })
}

resource "aws_cloudwatch_event_target" "failure" {
  for_each = aws_cloudwatch_event_rule.failure

  rule      = each.value.name
  target_id = "on-call"
  arn       = aws_sqs_queue.failures.arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_cloudwatch_event_rule" "issued" {
  name          = "${local.prefix}-certificate-issued"
  event_pattern = <<-PATTERN
    {
      "source": ["aws.acm-pca"],
      "detail-type": ["ACM Private CA Certificate Issuance"],
      "detail": {
        "result": ["success"]
      }
    }
  PATTERN
}

resource "aws_cloudwatch_event_target" "issued" {
  rule = aws_cloudwatch_event_rule.issued.name
  arn  = aws_lambda_function.collect_issued.arn

  input_transformer {
    input_paths = {
      authority   = "$.resources[0]"
      certificate = "$.resources[1]"
    }
    input_template = <<-JSON
      {"authority": <authority>, "certificate": <certificate>}
    JSON
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  retry_policy {
    maximum_retry_attempts = 10
  }
}
