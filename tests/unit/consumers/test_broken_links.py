"""Each link of a chain that the code alone shows, broken in turn in an example that holds."""

import shutil
from pathlib import Path

import pytest

from pca_events.consumers.contract_file import read_contract
from pca_events.consumers.verify import verify_consumer

EXAMPLE = Path(__file__).parents[3] / "examples" / "consumers" / "crl-alerting"
RULE = 'name = "crl-failed"'
QUEUE_POLICY = 'resource "aws_sqs_queue_policy" "dead_letters"'
CLAIM = """\
consumer: alerting
rules:
  - rule: infra/main.tf#crl_failed
    fires-on: [crl-generation-failure-*]
"""


@pytest.mark.parametrize(
    ("old", "new", "link", "told"),
    [
        ("", "", "", ""),
        ('"failure"', '"failed"', "pattern", "never fires"),
        ('result = ["failure"]', 'result = ["failure", "success"]', "pattern", "also fires on crl-generation-success"),
        (RULE, f'{RULE}\n  state = "DISABLED"', "rule", "is disabled"),
        (RULE, f'{RULE}\n  event_bus_name = "pki"', "rule", "is on the event bus pki"),
        ("arn  = aws_sns_topic.crl_failures.arn", "arn  = var.missing", "", ""),
        ('resource "aws_cloudwatch_event_target"', 'resource "aws_cloudwatch_event_archive"', "rule", "has no target"),
        ('Action    = "sns:Publish"', 'Action    = "sns:Subscribe"', "delivery", "no topic policy lets"),
        ('name = "crl-failures"', 'name = "x"\n  kms_master_key_id = "alias/aws/sns"', "delivery", "is encrypted with"),
        (QUEUE_POLICY, 'resource "aws_sqs_queue_redrive_policy" "x"', "delivery", "the dead-letter queue of"),
    ],
)
def test_a_broken_link_is_named(tmp_path: Path, old: str, new: str, link: str, told: str) -> None:
    shutil.copytree(EXAMPLE / "infra", tmp_path / "infra")
    code = tmp_path / "infra" / "main.tf"
    text = code.read_text()
    assert old in text
    code.write_text(text.replace(old, new, 1))
    (tmp_path / "pca-events.yaml").write_text(CLAIM)
    (chain,) = verify_consumer(read_contract(str(tmp_path))).chains
    broken = [found for found in chain.links if found.verdict == "broken"]
    assert {found.name for found in broken} == ({link} if link else set()), broken
    assert told in "".join(found.told for found in broken)


def test_a_rule_that_is_off_by_default_is_not_said_to_be_deployed(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE / "infra", tmp_path / "infra")
    code = tmp_path / "infra" / "main.tf"
    switch = 'variable "alerts" {\n  default = false\n}\n'
    code.write_text(switch + code.read_text().replace(RULE, f"{RULE}\n  count = var.alerts ? 1 : 0", 1))
    (tmp_path / "pca-events.yaml").write_text(CLAIM)
    (chain,) = verify_consumer(read_contract(str(tmp_path))).chains
    assert (chain.links[0].name, chain.links[0].verdict) == ("rule", "not tried")
    assert "var.alerts" in chain.links[0].told
