"""What `list` and `show` say, and that every ready rule says the same."""

import json
import re
import shlex

import pytest
import yaml
from given import Run

from pca_events import catalog, contract
from pca_events.catalog import DocumentedEvent
from pca_events.errors import PcaEventsError
from pca_events.rule_snippets import NOTATIONS, rule_snippet

every_event = pytest.mark.parametrize("event", catalog.documented_events(), ids=lambda event: event.id)


@every_event
def test_every_notation_writes_the_same_pattern(event: DocumentedEvent) -> None:
    assert json.loads(rule_snippet(event, "pattern")) == event.pattern
    ((_, resource),) = yaml.safe_load(rule_snippet(event, "cloudformation")).items()
    assert (resource["Type"], resource["Properties"]["EventPattern"]) == ("AWS::Events::Rule", event.pattern)
    words = shlex.split(rule_snippet(event, "cli"))
    assert (words[:3], json.loads(words[-1])) == (["aws", "events", "put-rule"], event.pattern)
    hcl = rule_snippet(event, "terraform").partition("jsonencode(")[2].rpartition(")")[0]
    as_json = re.sub(r"^( *)([\w-]+) *= ", r'\1"\2": ', hcl, flags=re.MULTILINE)
    assert json.loads(re.sub(r'(?<=[\]}])\n(?= *")', ",\n", as_json)) == event.pattern


@every_event
def test_the_fields_are_those_of_the_sample(event: DocumentedEvent) -> None:
    fields = contract.fields(contract.per_result(contract.schema_of()[event.detail_type])[event.result])
    sample = event.sample
    paths = [f"$.{name}" for name in sample] + [f"$.resources[{index}]" for index in range(len(sample["resources"]))]
    assert {field.path for field in fields} == {*paths, *(f"$.detail.{name}" for name in sample["detail"])}
    assert all(field.required and field.description for field in fields)


def test_a_schema_that_a_list_of_fields_cannot_represent_is_an_error() -> None:
    with pytest.raises(PcaEventsError, match=r"at \$.detail uses allOf, which a list of fields cannot represent"):
        contract.fields(contract.dereferenced(contract.schema_of()["ACM Private CA CRL Generation"]))


@every_event
def test_show_describes_an_event(command: Run, event: DocumentedEvent) -> None:
    ran = command("show", event.id)
    assert (ran.returncode, ran.stderr) == (0, "")
    for words in (event.title, event.meaning, event.what_to_do, event.operation, json.dumps(event.sample, indent=2)):
        assert words in ran.stdout
    assert all(rule_snippet(event, notation) in ran.stdout for notation in NOTATIONS)


def test_show_prints_json(command: Run) -> None:
    told = json.loads(command("show", "crl-generation-failure-internal", "--format", "json").stdout)
    assert told["example"] == catalog.documented("crl-generation-failure-internal").sample
    assert told["rules"].keys() == NOTATIONS.keys()
    (result,) = [field for field in told["fields"] if field["path"] == "$.detail.result"]
    assert (result["values"], result["required"]) == (["failure"], True)


def test_show_prints_only_the_requested_rule(command: Run) -> None:
    ran = command("show", "ca-creation-failure", "--rule", "pattern")
    assert json.loads(ran.stdout) == catalog.documented("ca-creation-failure").pattern


def test_an_event_that_is_never_sent_has_no_rule(command: Run) -> None:
    ran = command("show", "certificate-already-revoked")
    assert (ran.returncode, "never sent after RevokeCertificate" in ran.stdout) == (0, True)
    assert json.loads(command("show", "certificate-already-revoked", "--format", "json").stdout)["sent"] is False
    ran = command("show", "certificate-already-revoked", "--rule", "cli")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "is never sent, so no rule can fire on it" in ran.stderr


def test_an_unknown_event_gets_the_nearest_name(command: Run) -> None:
    ran = command("show", "crl-generation-failure-s3-permission")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert 'did you mean "crl-generation-failure-s3-permissions"?' in ran.stderr


def test_list_names_everything(command: Run) -> None:
    ran = command("list")
    told = json.loads(command("list", "--format", "json").stdout)
    for entry in (*catalog.documented_events(), *catalog.never_sent()):
        assert entry.id in ran.stdout
    assert all(twin.detail_type in ran.stdout for twin in catalog.cloudtrail_twins())
    assert [row["id"] for row in told["documented"]] == [event.id for event in catalog.documented_events()]
    assert (len(told["never_sent"]), len(told["cloudtrail"])) == (2, 2)
