"""The rules of a consumer, as they are written in its infrastructure code."""

from pytest_bdd import given, parsers, then, when

from pca_events.check.report import CheckedRule, CheckReport
from pca_events.check.rules import check
from pca_events.harness.expectations import expect, expect_equal
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading
from pca_events.locations import locate


@given(parsers.parse('the infrastructure code "{folder}"'), target_fixture="reading")
def infrastructure(folder: str) -> Reading:
    """Read the rules of one of the example consumers."""
    return read_paths([str(locate("example_rules") / folder)])


@when("its rules are checked", target_fixture="checked")
def check_rules(reading: Reading) -> CheckReport:
    """Hold them against the contract."""
    return check(reading)


@then(parsers.parse('the rule "{name}" fires on "{events}" and on nothing else'))
def fires_on(checked: CheckReport, name: str, events: str) -> None:
    """Compare with the ids, separated by commas, of the events on which it always fires; on no other may it fire."""
    rule = _rule(checked, name)
    expect_equal(", ".join(rule.fires_on), events, f"the events on which {name} fires")
    expect_equal(", ".join(rule.may_fire_on), "", f"the events on which {name} may fire")


@then(parsers.parse('nothing is to be said about the rule "{name}"'))
def no_finding(checked: CheckReport, name: str) -> None:
    """Expect no finding."""
    findings = [finding.message for finding in _rule(checked, name).findings]
    expect(not findings, f"findings about {name}: {'; '.join(findings)}")


def _rule(report: CheckReport, name: str) -> CheckedRule:
    expect(not report.unreadable, f"could not be read: {'; '.join(map(str, report.unreadable))}")
    return next(checked for checked in report.rules if checked.rule.name.endswith(name))
