"""The first contract file of a consumer: written from its code, and true of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from terraform_texts import CRL_FAILED

from pca_events.catalog import documented_events, matching
from pca_events.consumers.contract_file import FILE, read_contract
from pca_events.consumers.draft import draft, globs_of, python_handlers
from pca_events.consumers.verify import verify_consumer
from pca_events.errors import BadInput

IDS = [event.id for event in documented_events()]
TARGET = """\
resource "aws_cloudwatch_event_target" "crl_failed" {
  rule = aws_cloudwatch_event_rule.crl_failed.name
  arn  = aws_sqs_queue.alerts.arn
}
resource "aws_sqs_queue" "alerts" { name = "alerts" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A consumer with a rule and a handler."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "rules.tf").write_text(CRL_FAILED + TARGET)
    (tmp_path / "app.py").write_text("def helper(x): ...\n\ndef handler(event, context): ...\n")
    return tmp_path


def test_the_draft_is_a_contract_file_that_says_what_the_code_does(folder: Path) -> None:
    made = draft(str(folder))
    (folder / FILE).write_text(made.text)
    contract = read_contract(str(folder))
    [rule], [handler] = contract.rules, contract.handlers
    assert (rule.name, rule.handler) == ("crl_failed", "app-handler")
    assert rule.fires_on == handler.accepts == matching(["crl-generation-failure-*"])
    assert handler.settings["as"] == "sqs"
    assert handler.test().handler.function == "handler"
    assert "crl-generation-failure-*" in made.text
    assert not made.open_questions


INSTANCES = """\
locals { failures = { crl = "ACM Private CA CRL Generation", audit = "ACM Private CA Audit Report Generation" } }
resource "aws_cloudwatch_event_rule" "failure" {
  for_each = local.failures
  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = [each.value]
    detail      = { result = ["failure"] }
  })
}
resource "aws_cloudwatch_event_target" "failure" {
  for_each = aws_cloudwatch_event_rule.failure
  rule     = each.value.name
  arn      = "arn:aws:sqs:us-east-1:111122223333:alerts"
}
"""


def test_each_instance_of_a_rule_has_a_name_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "rules.tf").write_text(INSTANCES)
    text = draft(str(tmp_path)).text
    (tmp_path / FILE).write_text(text)
    report = verify_consumer(read_contract(str(tmp_path)))
    assert [chain.rule.partition("#")[2] for chain in report.chains] == ['failure["audit"]', 'failure["crl"]']
    assert report.exit_status == 0
    (tmp_path / FILE).write_text(text.replace('failure["crl"]', "failure"))
    told = [link.told for link in verify_consumer(read_contract(str(tmp_path))).chains[1].links]
    assert len(told) == 1
    assert told[0].endswith('2 rules "failure"; claim each by its own name: failure["audit"], failure["crl"]')


def test_a_second_handler_is_an_open_question(folder: Path) -> None:
    (folder / "other.py").write_text("def handler(event, _context): ...\n")
    assert "which rule invokes which handler" in draft(str(folder)).open_questions[0]


def test_tests_and_installed_packages_contain_no_handlers(folder: Path) -> None:
    for name in ("tests/a.py", ".venv/lib/b.py", "test_c.py", "broken.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("def handler(event, context): ...\n" + ("(" if name == "broken.py" else ""))
    assert list(python_handlers(str(folder))) == ["app.py:handler"]


def test_a_folder_without_rules_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no rule for the events of AWS Private CA"):
        draft(str(tmp_path))


@given(some.sets(some.sampled_from(IDS), min_size=1))
def test_globs_match_these_events_and_no_other(events: set[str]) -> None:
    assert set(matching(globs_of(events))) == events


def test_globs_are_few() -> None:
    assert globs_of(IDS) == ["*"]
    assert globs_of([event for event in IDS if event.startswith("crl-")]) == ["crl-*"]
