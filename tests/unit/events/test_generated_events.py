"""Generated events: realistic, reproducible, and broken only if intended."""

import json
import random
import re
from collections import Counter

import pytest
from fuzzing import seeded, times
from given import Run
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from pca_events import catalog, contract
from pca_events.catalog import DocumentedEvent
from pca_events.events import KINDS, PARTITIONS, aws_location, mutants, realistic, variant
from pca_events.events.mutation_testing import mutate

entries = st.sampled_from(catalog.documented_events())
chances = st.randoms(use_true_random=False)


@settings(max_examples=times(150))
@for_all(entry=entries, chance=chances)
def test_every_valid_variant_meets_its_contract(entry: DocumentedEvent, chance: random.Random) -> None:
    event = variant(entry, chance)
    assert contract.violations(event) == []
    assert (event["detail-type"], event["detail"]["result"]) == (entry.detail_type, entry.result)


@settings(max_examples=times(100))
@for_all(entry=entries, partition=st.sampled_from(list(PARTITIONS)), chance=chances)
def test_a_realistic_event_agrees_with_its_location(
    entry: DocumentedEvent, partition: str, chance: random.Random
) -> None:
    where = aws_location(account="012345678901", partition=partition)
    event = realistic(entry, where, chance)
    assert contract.violations(event, closed=True) == []
    assert list(event) == list(entry.sample)
    prefix = f"arn:{partition}:acm-pca:{event['region']}:012345678901:certificate-authority/"
    arns = [resource for resource in event["resources"] if ":" in resource]
    assert all(arn.startswith(prefix) for arn in arns)
    assert arns[0] in arns[-1]
    assert event["id"] != entry.sample["id"]


@pytest.mark.slow
@pytest.mark.fuzz
def test_all_variants_are_accepted_and_all_mutants_killed() -> None:
    count = times(1_000)
    report = mutate(count, seed=seeded(1).randrange(1 << 30))
    assert report.refused == []
    assert [(mutant.kind, mutant.origin, mutant.path, schema) for mutant, schema in report.survivors] == []
    assert report.variants == count
    assert sum(report.killed.values()) >= 2_000
    assert set(report.killed) == set(KINDS), "a kind that kills nothing proves nothing"


def test_variants_cover_every_partition_and_key_order() -> None:
    chance = random.Random(1)
    made = [variant(catalog.documented("ca-creation-success"), chance) for _ in range(500)]
    assert {event["resources"][0].split(":")[1] for event in made} == set(PARTITIONS)
    assert len({tuple(event) for event in made}) > 100
    assert sum(len(event) > 9 for event in made) > 100


@pytest.mark.slow
def test_a_schema_that_accepts_a_mutant_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = contract.violations
    monkeypatch.setattr(
        "pca_events.events.mutation_testing.contract.violations",
        lambda event: [found for found in reference(event) if found.path != "$.detail.result"],
    )
    report = mutate(0)
    assert not report.is_well
    assert {schema for _, schema in report.survivors} == set(contract.schema_of().values())
    assert {mutant.path for mutant, _ in report.survivors} <= {"$.detail.result", "$.detail", "$.detail-type", "$"}


def test_no_mutant_is_a_duplicate_or_equals_its_sample() -> None:
    for entry in catalog.documented_events():
        texts = Counter(json.dumps(mutant.event) for mutant in mutants(entry))
        assert max(texts.values()) == 1
        assert json.dumps(entry.sample) not in texts


def test_the_same_seed_makes_the_same_events(command: Run) -> None:
    words = ("sample", "all", "--count", "22", "--region", "cn-north-1", "--seed")
    first, again, other = (command(*words, seed) for seed in ("7", "7", "8"))
    assert first.returncode == 0
    assert first.stdout == again.stdout != other.stdout
    events = [json.loads(line) for line in first.stdout.splitlines()]
    assert [event["detail-type"] for event in events[:11]] == [e.detail_type for e in catalog.documented_events()]
    assert len({event["id"] for event in events}) == 22
    assert all(contract.violations(event, closed=True) == [] for event in events)
    assert all(resource.startswith("arn:aws-cn:") for event in events for resource in event["resources"][:1])


def test_values_can_be_set(command: Run) -> None:
    words = ("--set", "$.detail.result=failed", "--set", "detail.attempt=2", "--set", '$.resources=["x"]')
    (line,) = command("sample", "ca-creation-success", *words).stdout.splitlines()
    event = json.loads(line)
    assert (event["detail"], event["resources"]) == ({"result": "failed", "attempt": 2}, ["x"])


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_can_be_broken_by_every_kind_of_mutation(command: Run, kind: str) -> None:
    event_id = {"unknown-reason": "crl-generation-success", "never-sent": "certificate-revocation-success"}
    (line,) = command("sample", event_id.get(kind, "ca-creation-failure"), "--broken", kind).stdout.splitlines()
    assert contract.violations(json.loads(line))


def test_an_event_can_be_broken_at_a_path(command: Run) -> None:
    (line,) = command("sample", "ca-creation-failure", "--broken", "dropped:detail.result").stdout.splitlines()
    assert [found.path for found in contract.violations(json.loads(line))] == ["$.detail.result"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ca-creation-sucess",), 'there is no documented event "ca-creation-sucess"; did you mean'),
        (
            ("all", "--region", "eu-central-1", "--partition", "aws-cn"),
            "is a Region of the partition aws, not of aws-cn",
        ),
        (("all", "--region", "europe"), '"europe" is not a Region code; write it as us-east-1'),
        (("all", "--account", "1"), '"1" is not an account ID; expected 12 digits'),
        (("all", "--count", "0"), '"0" is out of range; write 1 or more'),
        (("all", "--set", "result"), '"result" has no value'),
        (("all", "--set", "$.detail.a.b=1"), "there is no value at $.detail.a.b"),
        (("all", "--broken", "smashed"), '"smashed" is not a kind of violation; known: dropped, '),
        (
            ("ca-creation-success", "--broken", "never-sent"),
            "ca-creation-success has no violation of the kind never-sent",
        ),
        (("ca-creation-success", "--broken", "cut:detail"), "places: $.id, $.detail-type"),
        (("ca-creation-success", "--broken", "cut", "--region", "us-east-1"), "omit --account"),
    ],
)
def test_invalid_options_give_one_line(command: Run, words: tuple[str, ...], message: str) -> None:
    ran = command("sample", *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert not re.search("Traceback", ran.stderr)
