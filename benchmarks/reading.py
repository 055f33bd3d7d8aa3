"""How fast infrastructure code is read: Terraform files with rules, their targets and queues.

    python benchmarks/reading.py [FILES] [ROUNDS] [--small]

Writes so many Terraform files (5,000, unless told), ten to a folder, with three rules and their targets in each; reads
them as `pca-events check` does, on all processors; and prints the seconds and the rules per second of each round.
"""

import argparse
import tempfile
import time
from pathlib import Path

from pca_events.infrastructure.files import read_paths

RULES = 3
FOLDER = 10
RULE = """\
# Rule {n}: a comment with {{ a brace
resource "aws_cloudwatch_event_rule" "rule_{n}" {{
  name        = "rule-${{var.environment}}-{n}"
  description = "Failures of CA {n}"
  event_pattern = jsonencode({{
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
    resources   = ["arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/{n:08d}-1111-2222-3333-444444444444"]
    detail = {{
      result = ["failure"]
    }}
  }})
  tags = {{
    Name = "rule-{n}"
    Team = local.team
  }}
}}

resource "aws_cloudwatch_event_target" "target_{n}" {{
  rule      = aws_cloudwatch_event_rule.rule_{n}.name
  target_id = "queue"
  arn       = aws_sqs_queue.queue.arn
  dead_letter_config {{
    arn = aws_sqs_queue.dlq.arn
  }}
  retry_policy {{
    maximum_retry_attempts = 10
  }}
}}
"""
COMMON = """\
variable "environment" {
  default = "prod"
}
locals {
  team = "pki"
}
resource "aws_sqs_queue" "queue" {
  name = "queue"
}
resource "aws_sqs_queue" "dlq" {
  name = "dlq"
}
"""


def write(top: Path, count: int) -> None:
    """Write the files."""
    for number in range(count):
        folder = top / f"m{number // FOLDER:04}"
        folder.mkdir(exist_ok=True)
        text = "\n".join(RULE.format(n=number * RULES + rule) for rule in range(RULES))
        (folder / f"f{number % FOLDER}.tf").write_text(text + (COMMON if number % FOLDER == 0 else ""))


def main() -> None:
    """Write, read, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=int, nargs="?", default=5_000)
    parser.add_argument("rounds", type=int, nargs="?", default=3)
    parser.add_argument("--small", action="store_true", help="200 files, once")
    options = parser.parse_args()
    count, rounds = (200, 1) if options.small else (options.files, options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), count)
        print(f"{count:,} files, {count * RULES:,} rules")
        for _ in range(rounds):
            began = time.perf_counter()
            reading = read_paths([folder])
            seconds = time.perf_counter() - began
            assert len(reading.rules) == count * RULES
            assert reading.unreadable == []
            print(f"{seconds:6.2f} s {len(reading.rules) / seconds:10,.0f} rules a second")


if __name__ == "__main__":
    main()
