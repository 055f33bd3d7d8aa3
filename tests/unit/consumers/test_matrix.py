"""Who relies on which event, which change breaks whom, and pacts for a broker."""

import json
from pathlib import Path

import pytest

from pca_events.catalog import documented
from pca_events.consumers.contract_file import FILE, ConsumerContract, read_contract
from pca_events.consumers.matrix import affected_consumers, contracts_in, matrix_as_json
from pca_events.consumers.pacts import write_pacts
from pca_events.errors import BadInput

ALERTING = """\
consumer: alerting
handlers:
  - name: alert
    entry: a.py:handler
    accepts: [crl-generation-failure-*]
    needs: [$.detail.reason, $.resources]
"""
INVENTORY = """\
consumer: inventory
rules:
  - rule: rules.tf#issued
    fires-on: [certificate-issuance-success]
handlers:
  - name: write
    entry: a.py:handler
    accepts: [certificate-issuance-success]
"""
CRL, ISSUANCE = "ACM Private CA CRL Generation", "ACM Private CA Certificate Issuance"


@pytest.fixture
def contracts(tmp_path: Path) -> list[ConsumerContract]:
    """Two consumers, in folders of their own."""
    for name, text in (("alerting", ALERTING), ("inventory", INVENTORY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILE).write_text(text)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / FILE).write_text("not a contract")
    return contracts_in([str(tmp_path)])


def test_contract_files_are_found_at_any_depth(contracts: list[ConsumerContract]) -> None:
    assert [contract.consumer for contract in contracts] == ["alerting", "inventory"]


def test_the_matrix_names_who_relies_on_each_event(contracts: list[ConsumerContract]) -> None:
    events = matrix_as_json(contracts)["events"]
    told = {"consumer": "alerting", "needs": ["$.detail.reason", "$.resources"]}
    assert events["crl-generation-failure-internal"] == [told]
    assert events["certificate-issuance-success"] == [{"consumer": "inventory", "needs": []}]
    assert events["ca-creation-success"] == []


@pytest.mark.parametrize(
    ("path", "detail_type", "consumers"),
    [
        ("$.detail.reason", CRL, {"alerting"}),
        ("$.resources[0]", CRL, {"alerting"}),
        ("$.detail", CRL, {"alerting"}),
        ("$.detail.reasons", CRL, set()),
        ("$.time", CRL, set()),
        ("$.detail-type", CRL, {"alerting"}),
        ("$.time", ISSUANCE, {"inventory"}),  # its handler does not say what it needs
        ("$.detail.reason", ISSUANCE, {"inventory"}),
        ("$.detail", "ACM Private CA Creation", set()),
    ],
)
def test_a_change_breaks_those_who_need_what_changes(
    contracts: list[ConsumerContract], path: str, detail_type: str, consumers: set[str]
) -> None:
    found = affected_consumers(contracts, path, [detail_type])
    assert {each.contract.consumer for each in found} == consumers


def test_a_pact_has_what_the_consumer_needs_and_matches_what_varies(contracts: list[ConsumerContract]) -> None:
    pytest.importorskip("pact", reason="pact-python is not installed")
    files = write_pacts(contracts)
    assert list(files) == ["alerting-AWS Private CA.json", "inventory-AWS Private CA.json"]
    pact = json.loads(files["alerting-AWS Private CA.json"])
    assert pact["metadata"]["pactSpecification"]["version"] == "4.0"
    assert [each["type"] for each in pact["interactions"]] == ["Asynchronous/Messages"] * 3
    message = next(each for each in pact["interactions"] if each["description"] == "crl-generation-failure-internal")
    sample = documented("crl-generation-failure-internal").sample
    wanted = {name: sample[name] for name in ("source", "detail-type", "detail", "resources")}
    assert message["contents"]["content"] == wanted
    assert message["matchingRules"]["body"].keys() == {"$.resources[0]"}
    whole = json.loads(files["inventory-AWS Private CA.json"])["interactions"][0]["contents"]["content"]
    assert whole == documented("certificate-issuance-success").sample


def test_two_consumers_of_one_name_have_no_pact(contracts: list[ConsumerContract]) -> None:
    pytest.importorskip("pact", reason="pact-python is not installed")
    with pytest.raises(BadInput, match="another contract file also has the consumer alerting"):
        write_pacts([contracts[0], contracts[0]])


def test_a_path_that_does_not_exist_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere does not exist"):
        contracts_in([str(tmp_path / "nowhere")])


def test_a_contract_file_may_be_named_itself(contracts: list[ConsumerContract]) -> None:
    assert contracts_in([contracts[0].file]) == [read_contract(contracts[0].file)]
