"""Trials find the fault of each planted handler, and none in a healthy one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pca_events import sample
from pca_events.catalog import documented_events
from pca_events.handlers.bench import Bench, TooManyTimeouts
from pca_events.handlers.entry import Limits, read_command, read_entry
from pca_events.handlers.findings import FINDINGS, TRIALS, HandlerReport
from pca_events.handlers.state import ProcessProbe
from pca_events.handlers.trials import Plan, try_handler
from pca_events.handlers.wrapping import Form

PLANTED = Path(__file__).with_name("planted")
ISSUED, REVOKED = "certificate-issuance-success", "certificate-revocation-success"
NOT_ISSUED = "certificate-issuance-failure"
LIMITS = Limits(seconds=5)

TABLE: list[tuple[str, tuple[str, ...], Form, set[str]]] = [
    ("healthy", (ISSUED,), "lambda", set()),
    ("archives_both", (ISSUED, NOT_ISSUED), "lambda", set()),
    ("raises", (ISSUED,), "lambda", {"fails"}),
    ("inserts", (ISSUED,), "lambda", {"not-idempotent"}),
    ("looks_first", (ISSUED,), "lambda", {"not-idempotent-at-once"}),
    ("marks_first", (ISSUED,), "lambda", {"lost-after-crash"}),
    ("claims_for_a_minute", (ISSUED,), "lambda", set()),
    ("claims_for_an_hour", (ISSUED,), "lambda", {"lost-after-crash"}),
    ("marks_last", (ISSUED,), "lambda", {"not-idempotent-at-once", "not-idempotent-after-crash"}),
    ("one_partition", (ISSUED,), "lambda", {"fails-in-partition"}),
    ("known_fields_only", (ISSUED,), "lambda", {"fails-on-new-field"}),
    ("fresh_only", (ISSUED,), "lambda", {"ignores-late-event"}),
    ("updates", (ISSUED, REVOKED), "lambda", {"needs-predecessor", "depends-on-order"}),
    ("removes", (ISSUED, REVOKED), "lambda", {"depends-on-order"}),
    ("one_for_each_certificate", (ISSUED, NOT_ISSUED), "lambda", set()),
    ("latest_wins", (ISSUED, NOT_ISSUED), "lambda", set()),
    ("any_result", (ISSUED,), "lambda", {"failure-as-success"}),
    ("any_result", (ISSUED, NOT_ISSUED), "lambda", {"failure-as-success"}),
    ("any_result_stamped", (ISSUED, NOT_ISSUED), "lambda", {"failure-as-success"}),
    ("tells_elsewhere", (ISSUED, NOT_ISSUED), "lambda", set()),
    ("any_event", (ISSUED, NOT_ISSUED), "lambda", {"acts-on-other-event", "failure-as-success"}),
    ("first_record", (ISSUED,), "sqs", {"first-record-only"}),
    ("all_or_none", (ISSUED,), "sqs", {"batch-is-blocked"}),
    ("skips_broken", (ISSUED,), "sqs", {"loses-record"}),
    ("raises_at_the_end", (ISSUED,), "sqs", {"whole-batch-fails"}),
    ("names_broken", (ISSUED,), "sqs", set()),
    ("names_broken", (ISSUED,), "sqs-sns", {"fails"}),
    ("names_all", (ISSUED,), "sqs", {"fails"}),
]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """A database of its own."""
    return {"DB": str(tmp_path / "tickets.db")}


@pytest.fixture
def probe(variables: dict[str, str]) -> Iterator[ProcessProbe]:
    """The tickets."""
    made = ProcessProbe(read_entry("tickets:tickets", PLANTED), variables)
    yield made
    made.close()


def report_of(name: str, plan: Plan, probe: ProcessProbe | None) -> HandlerReport:
    return try_handler(read_entry(f"tickets:{name}", PLANTED, LIMITS), plan, probe)


@pytest.mark.parametrize(
    ("name", "accepts", "form", "wanted"), TABLE, ids=[f"{row[0]}-{len(row[1])}-{row[2]}" for row in TABLE]
)
def test_the_fault_is_found_and_no_other(
    name: str, accepts: tuple[str, ...], form: Form, wanted: set[str], variables: dict[str, str], probe: ProcessProbe
) -> None:
    report = report_of(name, Plan(accepts, form, variables=variables), probe)
    assert {finding.code for finding in report.findings} == wanted, [str(finding) for finding in report.findings]
    assert report.exit_status == (1 if any(FINDINGS[code][0] == "error" for code in wanted) else 0)


def test_each_finding_is_shown_by_the_table_or_a_test_of_its_own() -> None:
    assert FINDINGS.keys() - {code for row in TABLE for code in row[3]} == {"does-not-start", "undeclared-need"}


def test_a_race_and_a_crash_are_found_at_the_same_line_every_time(
    variables: dict[str, str], probe: ProcessProbe
) -> None:
    reports = [report_of("marks_last", Plan((ISSUED,), variables=variables), probe) for _ in range(2)]
    told = [[finding.message for finding in report.findings] for report in reports]
    assert told[0] == told[1]
    assert "the first was at tickets.py:" in told[0][0]
    assert " after a crash at tickets.py:" in told[0][1]


LONG = """\
from tickets import ISSUED, claimed, database, opened, tickets


def handler(event, context):
    if event["detail-type"] != ISSUED or event["detail"]["result"] != "success":
        return
{lines}
    base = database()
{act}
{lines}
"""
CLAIM_AND_ACT = """\
    with base:
        if not claimed(base, event):
            return
    with base:
        opened(base, event)
"""
LOOK_AND_ACT = """\
    if base.execute("select 1 from done where id = ?", (event["id"],)).fetchone():
        return
    claimed(base, event), opened(base, event), base.commit()
"""


@pytest.mark.parametrize(
    ("act", "code"), [(CLAIM_AND_ACT, "lost-after-crash"), (LOOK_AND_ACT, "not-idempotent-at-once")]
)
def test_a_fault_of_one_line_is_found_in_a_long_handler(
    tmp_path: Path, variables: dict[str, str], probe: ProcessProbe, act: str, code: str
) -> None:
    shutil.copy(PLANTED / "tickets.py", tmp_path)
    lines = "\n".join(f"    step = {number}" for number in range(60))
    (tmp_path / "app.py").write_text(LONG.format(lines=lines, act=act))
    report = try_handler(read_entry("app:handler", tmp_path, LIMITS), Plan((ISSUED,), variables=variables), probe)
    assert [finding.code for finding in report.findings] == [code], [str(finding) for finding in report.findings]


def test_the_idempotency_utility_leaves_only_what_a_lease_cannot_prevent(variables: dict[str, str]) -> None:
    pytest.importorskip("aws_lambda_powertools", reason="Powertools for AWS Lambda is not installed")
    probe = ProcessProbe(read_entry("leased:tickets", PLANTED), variables)
    try:
        handler = read_entry("leased:handler", PLANTED, LIMITS)
        report = try_handler(handler, Plan((ISSUED,), variables=variables), probe)
    finally:
        probe.close()
    assert [(finding.code, finding.level) for finding in report.findings] == [("not-idempotent-after-crash", "warning")]
    assert report.verdict("duplicate", ISSUED) == report.verdict("overlap", ISSUED) == "passed"
    assert report.exit_status == 0


def test_without_a_probe_only_outcomes_are_judged(variables: dict[str, str]) -> None:
    report = report_of("inserts", Plan((ISSUED,), variables=variables), None)
    assert not report.findings
    assert report.verdict("alone", ISSUED) == "passed"
    for name in ("duplicate", "overlap", "crash"):
        assert report.verdict(name, ISSUED) == "not judged"
    assert {trial.reason for trial in report.trials if trial.verdict == "not judged"} == {
        "there is no probe of the state"
    }


def test_duplicates_are_not_judged_if_it_does_not_claim_to_tolerate_them(
    variables: dict[str, str], probe: ProcessProbe
) -> None:
    report = report_of("inserts", Plan((ISSUED,), variables=variables, idempotent=False), probe)
    assert not report.findings
    assert report.verdict("duplicate", ISSUED) == "not judged"


def test_the_needed_fields_are_those_that_change_the_outcome(variables: dict[str, str], probe: ProcessProbe) -> None:
    report = report_of("healthy", Plan((ISSUED,), variables=variables), probe)
    assert report.needs == {ISSUED: ["$.id", "$.detail-type", "$.resources[0]", "$.detail.result"]}


def test_values_that_are_never_the_same_are_not_compared(variables: dict[str, str], probe: ProcessProbe) -> None:
    needs = ("$.id", "$.detail-type", "$.resources", "$.detail.result")
    report = report_of("stamps", Plan((ISSUED,), variables=variables, needs=needs), probe)
    assert not report.findings
    assert report.needs == {ISSUED: ["$.id", "$.detail-type", "$.resources[0]", "$.detail.result"]}


def test_memory_is_not_shared_between_environments(variables: dict[str, str], probe: ProcessProbe) -> None:
    report = report_of("remembers", Plan((ISSUED,), variables=variables), probe)
    (finding,) = report.findings
    assert finding.code == "not-idempotent"
    assert finding.message.endswith("after a duplicate in another execution environment, which has other memory")


def test_the_order_shows_in_the_items(variables: dict[str, str], probe: ProcessProbe) -> None:
    report = report_of("last_wins", Plan((ISSUED, NOT_ISSUED), variables=variables), probe)
    (finding,) = report.findings
    assert finding.code == "depends-on-order"
    assert '"success"] instead of ["<resources[0]>", "failure"] in the order' in finding.message


def test_partitions_with_the_same_effect_are_named_together(variables: dict[str, str], probe: ProcessProbe) -> None:
    report = report_of("loses_other_partitions", Plan((ISSUED,), variables=variables), probe)
    (finding,) = report.findings
    assert finding.code == "fails-in-partition"
    assert finding.message.endswith("aws-iso-e, aws-iso-f (no item contains <id of resources[0]>)")
    assert finding.message.count("no item") == 1


def test_a_need_that_is_not_declared_is_found(variables: dict[str, str], probe: ProcessProbe) -> None:
    needs = ("$.id", "$.detail-type", "$.resources")
    report = report_of("healthy", Plan((ISSUED,), variables=variables, needs=needs), probe)
    assert [(finding.code, finding.message) for finding in report.findings] == [
        ("undeclared-need", "the outcome differs without $.detail.result")
    ]


def test_a_handler_that_does_not_start_ends_the_trials(variables: dict[str, str]) -> None:
    report = report_of("nothing", Plan((ISSUED, REVOKED), variables=variables), None)
    assert [finding.code for finding in report.findings] == ["does-not-start"]
    assert report.invocations == 1


def test_a_handler_that_always_hangs_is_given_up(variables: dict[str, str]) -> None:
    handler = read_command("sleep 60", PLANTED, Limits(seconds=0.1))
    report = try_handler(handler, Plan(tuple(event.id for event in documented_events()), variables=variables))
    assert report.stopped == "stopped after 5 invocations that timed out"
    assert report.exit_status == 1


def test_a_handler_that_hangs_is_given_up_in_two_deliveries_at_once(variables: dict[str, str]) -> None:
    event = sample(ISSUED)
    with Bench(read_command("sleep 60", PLANTED, Limits(seconds=0.1)), "lambda", variables, None) as bench:
        for _ in range(5):
            assert bench.deliver(event).outcome.status == "timed out"
        for deliver in (bench.deliver, bench.deliver_twice_at_once):
            with pytest.raises(TooManyTimeouts, match="stopped after 5 invocations that timed out"):
                deliver(event)


def test_events_that_were_seen_before_show_nothing(variables: dict[str, str], probe: ProcessProbe) -> None:
    plan = Plan((ISSUED,), variables=variables, seed="1")
    report_of("marks_last", plan, probe)
    again = report_of("marks_last", plan, probe)
    assert not again.findings
    for name in ("duplicate", "overlap", "crash"):
        assert again.verdict(name, ISSUED) == "not judged"
    told = {trial.reason for trial in again.trials if trial.verdict == "not judged"}
    assert told == {"one delivery changes nothing that the probe shows"}


def test_a_command_is_not_interrupted_without_recorded_calls(variables: dict[str, str], probe: ProcessProbe) -> None:
    report = try_handler(read_command("true", PLANTED, LIMITS), Plan((ISSUED,), variables=variables), probe)
    assert report.verdict("overlap", ISSUED) == report.verdict("crash", ISSUED) == "not judged"


def test_each_trial_is_named_and_described() -> None:
    assert all(says and not says.endswith(".") for says in TRIALS.values())
