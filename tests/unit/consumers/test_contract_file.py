"""Contract files: what they say, and one line for everything that is wrong with one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pca_events.consumers.contract_file import FILE, read_contract
from pca_events.errors import BadInput

WHOLE = """\
consumer: crl-alerting
rules:
  - rule: infra/rules.tf#crl_failed
    fires-on: [crl-generation-failure-*]
    handler: alert
handlers:
  - name: alert
    entry: src/app.py:handler
    accepts: [crl-generation-failure-*, ca-creation-failure]
    as: sns
    needs: [$.detail.reason]
    idempotent: false
    environment: {TOPIC: a}
    timeout: 3
"""
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a contract file."""

    def written(text: str) -> Path:
        file = tmp_path / FILE
        file.write_text(text)
        return file

    return written


def test_a_contract_names_rules_and_handlers(write: Write) -> None:
    contract = read_contract(str(write(WHOLE)))
    [rule], [handler] = contract.rules, contract.handlers
    assert (rule.name, Path(rule.file).name, rule.handler) == ("crl_failed", "rules.tf", "alert")
    assert rule.fires_on == (
        "crl-generation-failure-s3-permissions",
        "crl-generation-failure-s3-internal",
        "crl-generation-failure-internal",
    )
    assert handler.accepts == ("ca-creation-failure", *rule.fires_on)
    assert contract.handler_of(rule) is handler
    assert contract.relies_on["ca-creation-failure"] == {"$.detail.reason"}


def test_a_folder_is_its_contract_file(write: Write) -> None:
    assert read_contract(str(write(WHOLE).parent)).consumer == "crl-alerting"


def test_the_settings_of_a_handler_are_those_of_its_test(write: Write) -> None:
    file = write(WHOLE)
    (file.parent / "src").mkdir()
    (file.parent / "src" / "app.py").write_text("def handler(event, context): ...\n")
    test = read_contract(str(file)).handlers[0].test()
    assert (test.plan.form, test.plan.idempotent, test.plan.needs) == ("sns", False, ("$.detail.reason",))
    assert (test.handler.limits.seconds, test.variables) == (3.0, {"TOPIC": "a"})


def test_a_handler_whose_file_is_missing_is_named_with_its_line(write: Write) -> None:
    contract = read_contract(str(write(WHOLE)))
    with pytest.raises(BadInput, match=r"pca-events\.yaml:7 handler alert: there is no file app\.py in "):
        contract.handlers[0].test()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has 0 documents; a contract file has one"),
        ("a: [", "is not valid YAML"),
        ("- a\n", "the contract file: expected a table, found"),
        ("consumer: 7\n", ":1 consumer: expected a string, found 7"),
        ("rules: []\n", ':1 the contract file needs the key "consumer"'),
        ("consumer: a\nrule: []\n", ':2 unknown key "rule"; did you mean "rules"?'),
        ("consumer: a\nconsumer: b\n", 'duplicate key "consumer"'),
        (WHOLE.replace("fires-on", "fires_on"), r':4 unknown key "fires_on"; did you mean "fires-on"\?'),
        (
            WHOLE.replace("rules.tf#crl_failed", "rules.tf"),
            r":3 rules\[0\].rule: expected a file and the name of a rule",
        ),
        (WHOLE.replace("as: sns", "as: snss"), r':10 handlers\[0\].as: "snss" is not supported; did you mean "sns"\?'),
        (WHOLE.replace("crl-generation-failure-*]", "crl-failed]"), r":4 rules\[0\].fires-on: there is no documented"),
        (WHOLE.replace("handler: alert", "handler: alarm"), r':5 there is no handler "alarm"; did you mean "alert"\?'),
        (WHOLE.replace("infra/rules.tf", "../rules.tf"), r':3 rules\[0\].rule: "../rules.tf" is outside the folder'),
        (WHOLE.replace("src/app.py", "/etc/app.py"), r':8 handlers\[0\].entry: "/etc/app.py" is outside the folder'),
        (WHOLE.replace("    entry: src/app.py:handler\n", ""), r":7 handlers\[0\] needs either an entry or a command"),
        (WHOLE.replace("timeout: 3", "timeout: 0"), r"handlers\[0\].timeout"),
        (WHOLE.replace("timeout: 3", "timeout: .inf"), r"JSON does not have|handlers\[0\].timeout"),
        (WHOLE.replace("$.detail.reason", "detail.reason"), r"handlers\[0\].needs\[0\]: expected a JSON path such as"),
        (
            WHOLE.replace("$.detail.reason", "$.detail.reasn"),
            r"handlers\[0\].needs\[0\]: \$.detail.reasn is in none of the events that it accepts; did you mean",
        ),
        ("consumer: a\n", "has no rules and no handlers, so there is nothing to verify"),
        (WHOLE + WHOLE.partition("handlers:\n")[2], r':15 there are two handlers "alert"'),
        (WHOLE + "    record: true\n    probe: a:b\n", r":7 handlers\[0\] has more than one of probe, probe-command"),
        ("consumer: " + "a" * 2_000_000, "a contract file has at most 1,000,000"),
    ],
)
def test_an_invalid_file_is_one_line_with_its_place(write: Write, text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as raised:
        read_contract(str(write(text)))
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no contract file .*; pca-events init writes one"):
        read_contract(str(tmp_path))
