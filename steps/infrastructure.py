"""The rules that a consumer defines in its infrastructure code."""

from pytest_bdd import given, parsers, then, when

from pca_events.check.report import CheckedRule, CheckReport
from pca_events.check.rules import check
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.expectations import expect, expect_equal
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Rule, SourceLocation
from pca_events.locations import locate


@given(parsers.parse('the infrastructure code "{code}"'), target_fixture="pca_reading")
def infrastructure(code: str) -> Reading:
    """Read the rules of an example consumer (a folder) or of an example mistake (a file)."""
    return read_paths([str(locate("example_mistakes" if "." in code else "example_rules") / code)])


@when("its rules are checked", target_fixture="pca_checked")
def check_rules(pca_reading: Reading) -> CheckReport:
    """Check each rule against the contract."""
    return check(pca_reading)


@when("the rule is checked", target_fixture="pca_checked")
def check_rule(pca_bus: ScenarioBus) -> CheckReport:
    """Check the pattern of the rule under test."""
    rule = Rule(
        SourceLocation(RULE_UNDER_TEST, 1), 1, RULE_UNDER_TEST, pca_bus.patterns[RULE_UNDER_TEST], {}, targets=None
    )
    return check(Reading(rules=[rule]))


@then(parsers.parse('the rule "{name}" fires only on "{events}"'))
def fires_on(pca_checked: CheckReport, name: str, events: str) -> None:
    """Compare the ids, separated by commas, of the events on which the rule fires; it may fire on no other event."""
    rule = _rule(pca_checked, name)
    expect_equal(", ".join(rule.fires_on), events, f"the events on which {name} fires")
    expect_equal(", ".join(rule.may_fire_on), "", f"the events on which {name} may fire")


@then(parsers.parse('check has no findings for the rule "{name}"'))
def no_finding(pca_checked: CheckReport, name: str) -> None:
    """Expect no finding."""
    findings = [finding.message for finding in _rule(pca_checked, name).findings]
    expect(not findings, f"findings about {name}: {'; '.join(findings)}")


@then(parsers.parse('check finds "{codes}"'))
def finds(pca_checked: CheckReport, codes: str) -> None:
    """Expect findings of these codes, separated by commas in alphabetical order, and of no other."""
    expect(not pca_checked.unreadable, f"check could not read: {'; '.join(map(str, pca_checked.unreadable))}")
    expect_equal(", ".join(sorted({found.code for found in pca_checked.findings})), codes, "the codes of the findings")


def _rule(report: CheckReport, name: str) -> CheckedRule:
    expect(not report.unreadable, f"check could not read: {'; '.join(map(str, report.unreadable))}")
    return next(checked for checked in report.rules if checked.rule.name.endswith(name))
