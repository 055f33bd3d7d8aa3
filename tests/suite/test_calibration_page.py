"""The table of docs/calibration.md is the one that the ledgers give."""

from pathlib import Path

import calibration_table

TOP = Path(__file__).parents[2]


def test_the_table_of_the_page_is_up_to_date() -> None:
    page = (TOP / "docs" / "calibration.md").read_text("utf-8")
    assert calibration_table.table() in page, "python tests/suite/regenerate.py calibration"


def test_the_table_has_a_row_for_each_behaviour_and_a_count() -> None:
    rows = calibration_table.table().splitlines()
    assert len(rows) == 2 + calibration_table.compared() + 1
    assert "| a failed delivery is retried | yes | **no** | **no** | **no** | " in "\n".join(rows)
    assert rows[-1].startswith(f"| as on AWS | {calibration_table.compared()} of {calibration_table.compared()} |")
