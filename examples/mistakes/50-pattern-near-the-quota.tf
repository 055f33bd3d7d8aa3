# 2,048 characters are the quota.

resource "aws_cloudwatch_event_rule" "pattern_near_the_quota" {
  name = "pki-events"

  event_pattern = jsonencode({
    source = ["aws.acm-pca"]
    resources = ["arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000000-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000001-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000002-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000003-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000004-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000005-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000006-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000007-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000008-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000009-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/0000000a-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/0000000b-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/0000000c-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/0000000d-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/0000000e-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/0000000f-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000010-1234-1122-2233-112233445566", "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000011-1234-1122-2233-112233445566"]
  })
}

resource "aws_cloudwatch_event_target" "pattern_near_the_quota" {
  rule = aws_cloudwatch_event_rule.pattern_near_the_quota.name
  arn  = "arn:aws:lambda:eu-central-1:444455556666:function:pki"

  dead_letter_config {
    arn = "arn:aws:sqs:eu-central-1:444455556666:pki-dead-letters"
  }

  retry_policy {
    maximum_retry_attempts       = 20
    maximum_event_age_in_seconds = 3600
  }
}
