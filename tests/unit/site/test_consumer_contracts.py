"""The page of the consumers with contract files, and who relies on an event on its page."""

import json
import re
import shutil
from pathlib import Path

import pytest
from given import Run as Command
from site_html import Page, pages

from pca_events import catalog
from pca_events.site import SiteData, site
from pca_events.site.consumer_contracts import PAGE, read_contracts, relying_on, shown_consumers

TOP = Path(__file__).parents[3]
CONSUMERS = TOP / "examples" / "consumers"
CLAIM = 'handlers: [{name: tickets, command: "true", accepts: [ca-creation-success]}]\n'
BROKEN = ["audit-archive-broken", "certificate-inventory-broken", "crl-alerting-broken"]


def part(html: str, consumer: str) -> str:
    """What the page shows about a consumer."""
    return html.partition(f'id="consumer-{consumer}"')[2].partition('<div class="headline">')[0]


def relied_on(html: str) -> str:
    return Page(html.partition('id="relied-on">')[2].partition("<h2")[0].partition("<footer")[0]).text


def contract(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pca-events.yaml").write_text(text)
    return folder


def test_the_examples_are_shown_from_the_events_to_the_handler(without_run: dict[str, str]) -> None:
    html = without_run[PAGE]
    said = re.sub(r"\s+", " ", Page(part(html, "audit-archive")).text)
    order = ["audit-report-generation-failure", "AuditReports", "handler archive", "node src/archive.mjs", "of SQS"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    assert "examples/consumers/audit-archive/pca-events.yaml" in said
    assert "$.resources" in said
    assert said.count("holds") == 4
    assert "on an event bus" not in said


@pytest.mark.parametrize(
    ("consumer", "finding"), [("crl-alerting-broken", "topic-policy"), ("audit-archive-broken", "input-not-there")]
)
def test_a_broken_link_is_shown_with_its_finding(without_run: dict[str, str], consumer: str, finding: str) -> None:
    said = Page(part(without_run[PAGE], consumer)).text
    assert "✕ 1 broken link" in said
    assert said.count("✕ broken") == 1
    assert f"({finding})" in said
    assert said.count("holds") == 3


def test_a_handler_without_a_rule_has_no_links(without_run: dict[str, str]) -> None:
    said = Page(part(without_run[PAGE], "certificate-inventory-broken")).text
    assert "inventory.py:handler" in said
    assert "no rule to check" in said
    assert "holds" not in said


def test_only_the_broken_twins_have_broken_links() -> None:
    assert sorted(each.contract.consumer for each in shown_consumers([]) if each.counts["broken"]) == BROKEN[::2]


def test_the_page_of_an_event_shows_who_relies_on_it(without_run: dict[str, str]) -> None:
    for event in catalog.documented_events():
        names = [each.consumer.contract.consumer for each in relying_on(event.id, shown_consumers([]))]
        said = relied_on(without_run[f"events/{event.id}.html"])
        assert all(name in said for name in names)
        assert ("No contract file names this event." in said) == (not names)
    said = relied_on(without_run["events/certificate-revocation-success.html"])
    assert "certificate-inventory-broken" not in said
    assert "$.detail-type $.detail.result $.resources $.time" in re.sub(r"\s+", " ", said)
    assert "not all stated" in relied_on(without_run["events/certificate-issuance-success.html"])


def test_contract_files_of_consumers_replace_the_examples(tmp_path: Path) -> None:
    copy = shutil.copytree(CONSUMERS / "crl-alerting", tmp_path / "services" / "alerts")
    files = site(SiteData([], None, consumers=[copy.parent]))
    said = Page(files[PAGE]).text
    assert "services/alerts/pca-events.yaml" in said
    assert "services/alerts/broken/pca-events.yaml" in said
    assert "audit-archive" not in said
    assert "example" not in said
    assert str(tmp_path) not in files[PAGE]
    assert "No contract file names this event." in relied_on(files["events/audit-report-generation-success.html"])


def test_rules_without_contract_files_leave_the_examples(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('{"source": ["aws.acm-pca"]}')
    shown = shown_consumers([tmp_path, tmp_path / "rules.json"])
    assert [each.example for each in shown] == [True] * 6


def test_html_in_a_contract_file_is_text(tmp_path: Path) -> None:
    evil = "<script>alert('&')</script>"
    handler = {"name": evil, "command": f'sh "{evil}"', "accepts": ["ca-creation-success"]}
    rule = {"rule": f"{evil}.tf#{evil}", "fires-on": ["ca-creation-success"], "handler": evil}
    folder = contract(tmp_path / "one", json.dumps({"consumer": evil, "handlers": [handler], "rules": [rule]}))
    rules = folder / f"{evil}.tf"
    rules.parent.mkdir(parents=True)
    rules.write_text("")
    files = site(SiteData([], None, consumers=[folder]))
    for path in (PAGE, "events/ca-creation-success.html", "all.html"):
        assert evil in Page(files[path]).text.replace("\n", ""), path
        assert "<script>alert" not in files[path], path
    assert "has no rule" in Page(files[PAGE]).text


def test_consumers_of_one_name_have_ids_of_their_own(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        contract(tmp_path / folder, f"consumer: twin\n{CLAIM}")
    files = site(SiteData([], None, consumers=[tmp_path]))
    for path, page in pages(files).items():
        assert len(page.ids) == len(set(page.ids)), path
    assert {"consumer-twin", "consumer-twin--2"} <= set(Page(files[PAGE]).ids)


def test_a_folder_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    contract(tmp_path, f"consumer: one\n{CLAIM}")
    assert len(read_contracts([tmp_path, tmp_path / "pca-events.yaml"])) == 1


def test_an_unreadable_contract_file_is_reported_before_anything_is_run(command: Command, tmp_path: Path) -> None:
    contract(tmp_path / "consumer", "consumer: [")
    for words in (["site"], ["verify", "--site"]):
        ran = command(*words, str(tmp_path / "site"), "--consumers", str(tmp_path / "consumer"))
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.count("\n") == 1
        assert "pca-events.yaml:2" in ran.stderr
    assert not (tmp_path / "site").exists()
