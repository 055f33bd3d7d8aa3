"""The example that validates an archive with Dask: the same totals as one process, and as the generator wrote."""

import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pca_events.recordings import as_json, validate

SCRIPT = Path(__file__).parents[3] / "examples" / "scale_out" / "validate_with_dask.py"
HAS_DASK = importlib.util.find_spec("distributed") is not None


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("validate_with_dask", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_merging_as_a_tree_gives_the_totals_of_one_process(script: ModuleType, tmp_path: Path) -> None:
    archive = [(tmp_path / f"part-{number}.jsonl.gz", 400, number) for number in range(7)]
    reports = [script.validate_part(*part) for part in archive]
    whole = as_json(validate([str(tmp_path)], jobs=1))
    assert sum(row["count"] for row in whole["events"]) + whole["unreadable"]["count"] > 2_700
    random.Random(3).shuffle(reports)
    pairs = [script.merge(*reports[begin : begin + 2]) for begin in range(0, len(reports), 2)]
    assert script.merge(*pairs) == whole
    assert script.merge(whole) == whole


def test_a_part_is_reproducible(script: ModuleType, tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        script.make_part(tmp_path / name, 300, 5)
    first, second = (script.validate_part(tmp_path / name, 300, 5) for name in ("a.gz", "b.gz"))
    assert json.dumps(first).replace("a.gz", "b.gz") == json.dumps(second)
    assert [size for _, size, _ in script.parts(tmp_path, 250_000)] == [100_000, 100_000, 50_000]


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DASK, reason="needs distributed: pip install -r examples/scale_out/requirements.txt")
def test_dask_has_the_same_totals_as_one_process(tmp_path: Path) -> None:
    report, archive = tmp_path / "report.json", tmp_path / "archive"
    options = ["--events", "5000", "--workers", "1", "--folder", str(archive), "--report", str(report)]
    ran = subprocess.run([sys.executable, str(SCRIPT), *options], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith("the totals are the same\n")
    assert json.loads(report.read_text()) == as_json(validate([str(archive)], jobs=1))
