"""The page about consumers lists what the code does, and the keys of its example are those of the schema."""

import yaml
from shown import TOP

from pca_events.consumers.contract_file import read_contract
from pca_events.handlers.findings import FINDINGS, TRIALS

PAGE = (TOP / "docs" / "consumers.md").read_text("utf-8")


def test_the_page_lists_every_trial_and_finding() -> None:
    for name, says in TRIALS.items():
        assert f"| {name} | {says} |" in PAGE
    for code, (level, advice) in FINDINGS.items():
        assert f"| {code} | {level} | {advice} |" in PAGE


def test_the_example_is_the_contract_file_of_the_inventory() -> None:
    shown = PAGE.partition("```yaml\n")[2].partition("```")[0]
    file = TOP / "examples" / "consumers" / "certificate-inventory" / "pca-events.yaml"
    assert yaml.safe_load(shown) == yaml.safe_load(file.read_text("utf-8"))
    assert read_contract(str(file)).consumer == "certificate-inventory"
