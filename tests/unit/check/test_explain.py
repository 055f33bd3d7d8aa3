"""The advice of `explain`: the table of mistakes, and properties of every pattern and every event."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from fuzzing import times
from given import Run
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from pattern_strategies import events, patterns

from pca_events import catalog
from pca_events.check.suggestions.meant_events import (
    CandidateEvent,
    Edit,
    GivenEvent,
    PlacedEdit,
    applied,
    known_events,
)
from pca_events.check.suggestions.replaced_patterns import accepted_pattern
from pca_events.check.suggestions.suggested_fix import NearestEvent, change_to_match, nearest
from pca_events.check.vocabulary import likeness, promised
from pca_events.pattern import EventPattern, InvalidPattern
from pca_events.pattern.document import compact, plain, read

MISTAKES = tomllib.loads((Path(__file__).parents[1] / "explain_mistakes.toml").read_text("utf-8"))["mistake"]


def advice(mistake: dict[str, Any]) -> dict[str, Any]:
    pattern = mistake["pattern"]
    try:
        EventPattern.parse(pattern)
    except InvalidPattern:
        return {"pattern": pattern, "accepted": compact(accepted_pattern(pattern))}
    found = nearest(json.loads(pattern))
    if not found.near:
        return {"pattern": pattern, "nearest": "none"}
    return {"pattern": pattern, "nearest": found.event, "edits": list(map(str, found.edits))}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["pattern"])
def test_each_mistake_gets_its_advice(mistake: dict[str, Any]) -> None:
    assert advice(mistake) == mistake


def test_the_table_holds_many_mistakes() -> None:
    assert len({mistake["pattern"] for mistake in MISTAKES}) == len(MISTAKES) >= 100


def event_of(name: str) -> CandidateEvent:
    return next(event for event in known_events() if event.name == name)


def tried(found: NearestEvent, event: CandidateEvent) -> bool:
    """Whether AWS accepts the proposed pattern, and it matches the event; without a solution nothing is proposed."""
    EventPattern.parse(compact(found.pattern))
    return event.matched_by(found.pattern) if found.solved else found.edits == ()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["pattern"])
def test_every_proposed_correction_matches_its_events(mistake: dict[str, Any]) -> None:
    pattern = mistake["pattern"] if "accepted" not in mistake else mistake["accepted"]
    for event in known_events():
        found = change_to_match(json.loads(pattern), event)
        assert found.solved
        assert tried(found, event)


@pytest.mark.slow
@settings(max_examples=times(300))
@for_all(patterns, events)
def test_a_suggested_change_of_any_pattern_is_valid_and_matches(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    given = GivenEvent("event.json", json.loads(json.dumps(event)))
    assert tried(change_to_match(pattern, given), given)
    found = nearest(pattern)
    assert found.solved
    assert tried(found, event_of(found.event))


texts = st.sampled_from(
    ["FAILED", "aws.acm-pca", "ACM Private CA Creation", "x", "", "arn:aws:acm-pca:", "*", "10.0.0.1"]
)
elements = st.lists(
    texts
    | st.none()
    | st.booleans()
    | st.integers(-5, 10**13)
    | st.builds(
        lambda operator, text: {operator: text},
        st.sampled_from(["prefix", "suffix", "equals-ignore-case", "anything-but", "wildcard"]),
        st.sampled_from(["FAILED", "aws.acm-pca", "ACM", "x", "*a*"]),
    )
    | st.builds(lambda wanted: {"exists": wanted}, st.booleans()),
    min_size=1,
    max_size=3,
)
ours = st.sampled_from(
    ["source", "detail-type", "detailType", "resources", "account", "status", "result", "detail.result"]
)
fields = st.dictionaries(
    ours | st.just("detail"),
    st.recursive(elements, lambda inner: st.dictionaries(ours, inner, min_size=1, max_size=2), max_leaves=3),
    min_size=1,
    max_size=3,
)
with_branches = st.builds(
    lambda around, branches, inside: {**around, "detail": {"$or": branches}} if inside else {**around, "$or": branches},
    fields,
    st.lists(fields, min_size=2, max_size=3),
    st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=times(150))
@for_all(fields | with_branches, st.sampled_from(known_events()))
def test_a_suggested_change_of_a_similar_pattern_is_valid_and_matches(
    pattern: dict[str, Any], event: CandidateEvent
) -> None:
    found = change_to_match(pattern, event)
    assert found.solved
    assert tried(found, event)


@for_all(st.recursive(elements, lambda inner: st.dictionaries(st.text(max_size=9) | ours, inner | texts, max_size=3)))
def test_a_repaired_pattern_is_accepted_by_aws(anything: Any) -> None:
    found = accepted_pattern(json.dumps(anything))
    assert found is None or EventPattern.parse(compact(found))


OPPOSITES = [("FAILED", "success"), ("Error", "success"), ("SUCCEEDED", "failure"), ("ok", "failure")]


@pytest.mark.parametrize(("written", "meant"), OPPOSITES)
def test_a_failure_is_never_similar_to_a_success(written: str, meant: str) -> None:
    assert promised(written) != meant
    assert likeness("detail.result", written, meant) == 0
    found = nearest({"source": ["aws.acm-pca"], "detail": {"result": [written]}})
    assert event_of(found.event).result == promised(written)


def test_another_account_ca_region_or_time_is_a_condition() -> None:
    for condition in (
        {"account": ["999999999999"]},
        {"region": ["eu-central-1"]},
        {"resources": [{"prefix": "arn:aws:acm-pca:eu-west-3:222222222222:certificate-authority/"}]},
        {"time": [{"prefix": "2031-01"}]},
    ):
        found = nearest({"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}, **condition})
        assert [edit.path for edit in found.edits] == ["detail.result"]
        assert len(found.conditions) == 1


@pytest.mark.parametrize(
    ("pattern", "event", "edits"),
    [
        (
            {"items": {"name": ["a"], "price": [2]}},
            {"items": [{"name": "a", "price": 1}, {"name": "b", "price": 2}]},
            ["items.price: write [1] for [2]"],
        ),
        (
            {"detail": {"status": ["FAILED"]}},
            {"detail": {"result": "failure"}},
            ['detail.status: write detail: {"result": ["failure"]}'],
        ),
        (
            {"source": ["a"], "resources": [{"prefix": "arn:"}]},
            {"source": "a", "resources": []},
            ["resources: remove it"],
        ),
        ({"a": ["x"]}, {"b": {"c": "y"}}, ['write this pattern instead: {"b":{"c":["y"]}}']),
        ({"a": [1e300]}, {"a": 5}, ["a: write [5] for [1e+300]"]),
        (
            {"items": {"kind": ["x"], "name": ["a"], "price": [2]}},
            {"items": [{"kind": "y", "name": "a", "price": 1}, {"kind": "z", "name": "b", "price": 2}]},
            ['items.kind: write ["y"] for ["x"]', "items.price: write [1] for [2]"],
        ),
        (
            {"status": ["FAILED"], "detail": {"result": {"x": ["y"]}}},
            {"detail": {"result": "failure"}},
            ['status: write detail: {"result": ["failure"]}', "detail.result.x: remove it"],
        ),
        (
            {"status": ["FAILED"], "detail": {"result": {"code": [1]}}},
            {"detail": {"result": {"code": 1, "status": "failure"}}},
            ['status: write detail: {"result": {"status": ["failure"]}}'],
        ),
        ({"a": ["x"]}, {}, []),
        ({"a": ["x"]}, {"b": []}, []),
    ],
)
def test_advice_on_an_event_that_was_given(pattern: dict[str, Any], event: dict[str, Any], edits: list[str]) -> None:
    given = GivenEvent("event.json", event)
    found = change_to_match(pattern, given)
    assert (list(map(str, found.edits)), found.solved) == (edits, bool(edits))
    assert tried(found, given)


def test_no_branch_is_left_empty() -> None:
    pattern = {"$or": [{"detail": {"kind": ["x"]}}, {"a": ["y"], "b": ["z"]}], "source": ["aws.acm-pca"]}
    found = change_to_match(pattern, event_of("ca-creation-success"))
    assert list(map(str, found.edits)) == ["$or: remove it"]
    assert found.pattern == {"source": ["aws.acm-pca"]}


@pytest.mark.parametrize(
    "pattern",
    [
        {"a": {"b": ["x"] * 3_000}},
        {f"key{number}": ["x"] for number in range(2_000)},
        {"$or": [{"source": [f"aws.acm-pca{number}"]} for number in range(900)]},
        {"detail": {"reason": ["Failed to write " * 5_000]}},
        {"detail-type": ["ACM Private CA " * 2_000], "x" * 50_000: ["y"]},
    ],
)
def test_large_patterns_are_explained(pattern: dict[str, Any]) -> None:
    found = nearest(pattern)
    given = GivenEvent("event.json", {"d": [{"a": number, "b": f"text {number}"} for number in range(5_000)]})
    assert tried(found, event_of(found.event))
    assert tried(change_to_match(pattern, given), given)


def test_a_deep_pattern_gets_a_pattern_instead() -> None:
    inner: Any = ["x"]
    for _ in range(300):
        inner = {"a": inner}
    found = change_to_match({"a": inner}, event_of("ca-creation-success"))
    assert str(found.edits[0]).startswith('write this pattern instead: {"source":["aws.acm-pca"]')


def test_duplicate_keys_are_read_together() -> None:
    text = '{"detail": {"result": ["failed"]}, "detail": {"reason": ["x"]}, "source": ["x"], "source": ["y"]}'
    assert plain(read(text)) == {"detail": {"result": ["failed"], "reason": ["x"]}, "source": ["y"]}


def explained(command: Run, tmp_path: Path, pattern: str, event: str) -> tuple[int, list[str], str]:
    file = tmp_path / "pattern.json"
    file.write_text(pattern)
    ran = command("explain", "--pattern", str(file), "--event", event)
    return ran.returncode, ran.stdout.splitlines(), ran.stderr


@pytest.mark.parametrize(
    ("pattern", "event", "lines"),
    [
        (
            '{"source": ["aws.acm-pca"], "detail": {"result": ["FAILED"]}}',
            "certificate-issuance-failure",
            [
                "To match certificate-issuance-failure",
                '  detail.result: write ["failure"] for ["FAILED"]',
                '  pattern: {"source":["aws.acm-pca"],"detail":{"result":["failure"]}}',
                "Nearest documented event: certificate-issuance-failure",
            ],
        ),
        (
            '{"source": ["aws.acm-pca"], "account": ["999999999999"]}',
            "ca-creation-success",
            [
                "  nothing to change: the pattern matches it",
                "  matches conditionally: only for account 999999999999",
            ],
        ),
        (
            '{"source": ["aws.acm-pca"], "detail-type": ["AWS API Call via CloudTrail"]}',
            "ca-creation-success",
            ["Nearest event, sent by CloudTrail: AWS API Call via CloudTrail"],
        ),
        (
            '{"detail-type": ["ACM Private CA Certificate Revocation"], "detail": {"result": ["failure"]}}',
            "certificate-revocation-success",
            [
                "Nearest event, which AWS never sends: certificate-revocation-failed",
                "  AWS never sends this event. Read the response of RevokeCertificate: no event follows.",
            ],
        ),
        (
            '{"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Expiration"]}',
            "ca-creation-success",
            ["Nearest documented event: none", '    "ACM Private CA Audit Report Generation"'],
        ),
        ('{"source": ["aws.acm-pca"], "a": [1e400]}', "ca-creation-success", ["  a: remove it"]),
        (
            '{"source": ["x"], "$or": [{"region": ["a"]}, {"region": ["a", "b"]}]}',
            "ca-creation-success",
            [
                "  AWS may decide differently: alternative 2 of $or repeats values of an earlier one and adds"
                " others; AWS's published engine ignores the added ones. Write each value in one alternative only"
            ],
        ),
    ],
)
def test_the_command_prints_the_advice(
    command: Run, tmp_path: Path, pattern: str, event: str, lines: list[str]
) -> None:
    status, printed, complaint = explained(command, tmp_path, pattern, event)
    assert (status, complaint) == (1, "")
    assert [line for line in lines if line not in printed] == []


def test_a_rule_that_waits_for_an_expiry_gets_advice(command: Run, tmp_path: Path) -> None:
    _, printed, _ = explained(command, tmp_path, '{"detail-type": ["ACM Private CA Expired"]}', "ca-creation-success")
    assert printed[-1].startswith("AWS documents no event for the expiry of a CA.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"source": ["aws.acm-pca"], "a": 0.10000000000000000000001}', "a: missing"),
        ("[]", "event.json: The event is not a JSON object"),
        ("{", "event.json: The event is not valid JSON: Expecting property name"),
    ],
)
def test_an_event_from_a_file(command: Run, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "event.json").write_text(text)
    pattern = '{"source": ["aws.acm-pca"], "a": [0.1]}'
    _, printed, complaint = explained(command, tmp_path, pattern, str(tmp_path / "event.json"))
    assert words.replace("missing", "wrong value") in "\n".join([*printed, complaint])


def test_a_rejected_pattern_gets_a_valid_suggestion(command: Run, tmp_path: Path) -> None:
    status, printed, complaint = explained(command, tmp_path, '{"source": "aws.acm-pca"}', "ca-creation-success")
    assert (status, printed) == (2, [])
    assert complaint.endswith('(at line 1, column 12); AWS accepts this: {"source": ["aws.acm-pca"]}\n')


def test_every_documented_event_needs_no_change_of_its_own_pattern() -> None:
    for entry in (*catalog.documented_events(), *catalog.never_sent()):
        found = nearest(entry.pattern, entry.id)
        assert found.edits == ()
        assert found.event == entry.id or entry.pattern == event_pattern_of(found.event)


def event_pattern_of(name: str) -> dict[str, Any]:
    return catalog.entry(name).pattern


def test_a_detail_type_that_mentions_a_failure_is_for_a_failure() -> None:
    pattern = {"detail-type": ["ACM Private CA Creation Failed"], "detail": {"result": ["success", "failure"]}}
    assert nearest(pattern).event == "ca-creation-failure"


def test_another_key_is_never_overwritten() -> None:
    pattern = {"detail": {"result": ["failure"], "status": ["FAILED"]}}
    found = change_to_match(pattern, event_of("ca-creation-failure"))
    assert list(map(str, found.edits)) == ["detail.status: remove it"]
    changes = [PlacedEdit(Edit("a", ["x"], ["x"], "b"), ("a",), ("b",))]
    assert applied({"a": ["x"], "b": ["y"]}, changes) is None
    assert applied({"a": ["x"], "c": ["y"]}, changes) == {"b": ["x"], "c": ["y"]}
    assert applied({"a": ["x"]}, [PlacedEdit(Edit("a", ["x"]), ("a",))]) == {}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [{"numeric": ["!", 5]}]}',
        '{"a": [{"cidr": "x"}]}',
        '{"a": [{"wildcard": "*aaaaaaaaaaaaaaa"}]}',
        '{"a": [{"anything-but": [null]}]}',
        "{",
        "[1]",
        "{}",
        '"x"',
        '{"a":' * 5_000,
    ],
)
def test_an_irreparable_pattern_gets_no_suggestion(text: str) -> None:
    assert accepted_pattern(text) is None
