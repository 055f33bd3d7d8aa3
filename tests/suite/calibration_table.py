"""Prints the table of docs/calibration.md, made from the ledgers, which each calibration compares with a backend."""

import sys

from pca_events.backends import CORRECTED, LOCALSTACK, MINISTACK, MOTO
from pca_events.calibrate import BEHAVIOURS, operators
from pca_events.calibrate.recorded import Ledger, ledgers

_COLUMNS = {
    CORRECTED: "LocalStack {} corrected",
    LOCALSTACK: "LocalStack {}",
    MINISTACK: "MiniStack {}",
    MOTO: "moto server {}",
}
_NOT_TESTABLE = {(MINISTACK, name) for name, behaviour in BEHAVIOURS.items() if behaviour.service_events}
"""MiniStack rejects sources that begin with `aws.`, and has no other way in for events of AWS services."""


def compared() -> int:
    """Return how many sets of patterns and behaviours are compared."""
    return len(operators()) + len(BEHAVIOURS)


def table() -> str:
    """Return the table: a row for each set of patterns and each behaviour, a column for each product."""
    found = {ledger.product: ledger for ledger in ledgers()}
    columns = [found[product] for product in _COLUMNS]
    names = [_COLUMNS[ledger.product].format(ledger.version) for ledger in columns]
    rows = [("what AWS does", *names, "source"), ("---",) * (len(columns) + 2)]
    for operator in operators():
        answers = (_answer(ledger, f"pattern-{operator.name}") for ledger in columns)
        rows.append((f"{len(operator.cases)} patterns: {operator.name}", *answers, operator.source))
    for name, behaviour in BEHAVIOURS.items():
        rows.append((behaviour.says, *(_answer(ledger, name) for ledger in columns), behaviour.source))
    counts = (f"{sum(row[place] == 'yes' for row in rows)} of {compared()}" for place in range(1, len(columns) + 1))
    rows.append(("as on AWS", *counts, ""))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _answer(ledger: Ledger, name: str) -> str:
    if (ledger.product, name) in _NOT_TESTABLE:
        return "not tested"
    return "**no**" if ledger.divergence(name) else "yes"


if __name__ == "__main__":
    sys.stdout.write(table())
