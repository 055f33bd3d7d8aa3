"""The npm tools, the exported files, the events to validate with them, and Cucumber for messages."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from required import cannot_run

from pca_events import catalog
from pca_events.catalog import Event
from pca_events.exports import FORMATS, documented_detail_types
from pca_events.json_path import put, remove

HERE = Path(__file__).parent

GONE = object()
AUTHORITY = catalog.documented("ca-creation-success").sample["resources"][0]
BROKEN: dict[str, tuple[str, str, object]] = {
    "account as a number": ("ca-creation-success", "$.account", 111122223333),
    "no time": ("ca-creation-success", "$.time", GONE),
    "time with an offset": ("ca-creation-success", "$.time", "2019-11-04T19:14:56+01:00"),
    "another source": ("ca-creation-success", "$.source", "aws.acm"),
    "another detail-type": ("ca-creation-success", "$.detail-type", "ACM Private CA Deletion"),
    "detail-type of another": ("certificate-issuance-failure", "$.detail-type", "ACM Private CA Creation"),
    "result that is never sent": ("certificate-issuance-failure", "$.detail.result", "failed"),
    "no result": ("audit-report-generation-success", "$.detail.result", GONE),
    "no resources": ("certificate-issuance-success", "$.resources", []),
    "a resource too few": ("certificate-issuance-success", "$.resources[1]", GONE),
    "a resource too many": ("ca-creation-success", "$.resources[1]", AUTHORITY),
    "a resource of another kind": ("ca-creation-success", "$.resources[0]", "arn:aws:s3:::bucket"),
    "failure without its reason": ("crl-generation-failure-internal", "$.detail.reason", GONE),
    "failure for another reason": ("crl-generation-failure-internal", "$.detail.reason", "Out of luck."),
    "success with a reason": (
        "crl-generation-success",
        "$.detail.reason",
        "Failed to generate CRL. Internal failure.",
    ),
    "revocation that failed": ("certificate-revocation-success", "$.detail.result", "failure"),
}


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages from npm: the one that PCA_NODE_MODULES names, or one installed for this run."""
    named = os.environ.get("PCA_NODE_MODULES")
    if missing := [tool for tool in (["node"] if named else ["node", "npm"]) if shutil.which(tool) is None]:
        cannot_run(f"{' and '.join(missing)} cannot be found; ajv, tsc, Cucumber and the SARIF Multitool need it")
    if named:
        return Path(named).resolve()
    folder = tmp_path_factory.mktemp("npm")
    for file in ("package.json", "package-lock.json"):
        shutil.copy(HERE / file, folder)
    line = [str(shutil.which("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, f"{ran.stderr}\nor name a folder that holds the packages in PCA_NODE_MODULES"
    return folder / "node_modules"


@pytest.fixture(scope="session")
def ajv(node_modules: Path) -> Callable[..., list[str | None]]:
    """The reason why ajv rejects each document, or None if it accepts it."""

    def verdicts(schema: object, documents: list[Any], draft: str, strict: bool) -> list[str | None]:
        ran = subprocess.run(
            [str(shutil.which("node")), HERE / "verdicts.cjs"],
            input=json.dumps({"schema": schema, "documents": documents, "draft": draft, "strict": strict}),
            env={**os.environ, "NODE_PATH": str(node_modules)},
            capture_output=True,
            text=True,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        answer: list[str | None] = json.loads(ran.stdout)
        return answer

    return verdicts


@pytest.fixture(scope="session")
def tsc(node_modules: Path) -> Callable[[Path], str]:
    """What `tsc --strict` says of the files of a folder."""

    def compile_folder(folder: Path) -> str:
        line = [str(shutil.which("node")), str(node_modules / "typescript" / "bin" / "tsc")]
        options = ["--strict", "--noEmit", "--pretty", "false", "--target", "es2022", "--module", "preserve"]
        files = sorted(file.name for file in folder.glob("*.ts"))
        line += [*options, "--types", "", *files]
        ran = subprocess.run(line, cwd=folder, capture_output=True, text=True)
        assert ran.stderr == ""
        return ran.stdout

    return compile_folder


@pytest.fixture(scope="session")
def cucumber(node_modules: Path) -> Callable[..., str]:
    """What Cucumber's own tools say: to `judge`, `faults` and `statuses` of each file of messages; to `page`, HTML."""

    def ask(command: str, *files: Path) -> str:
        ran = subprocess.run(
            [str(shutil.which("node")), HERE / "cucumber.cjs", command, *files],
            env={**os.environ, "NODE_PATH": str(node_modules)},
            capture_output=True,
            text=True,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    return ask


@pytest.fixture(scope="session")
def exported() -> dict[str, dict[str, str]]:
    """The files of each format, by their names."""
    return {name: known.render(documented_detail_types()) for name, known in FORMATS.items()}


@pytest.fixture(scope="session")
def sound() -> list[Event]:
    """Every sample, one with fields that a later version may add, and one from another partition."""
    wider = catalog.documented("crl-generation-success").event
    put(wider, "$.detail.crlNumber", 7)
    put(wider, "$.replay-name", "again")
    chinese = catalog.documented("ca-creation-success").event
    put(chinese, "$.resources[0]", chinese["resources"][0].replace("arn:aws:", "arn:aws-cn:"))
    return [*(event.event for event in catalog.documented_events()), wider, chinese]


@pytest.fixture(scope="session")
def broken() -> dict[str, Event]:
    """Samples with one fault each, and the events that are never sent."""
    events = {name: _with(fault) for name, fault in BROKEN.items()}
    swapped = catalog.documented("certificate-issuance-success").event
    swapped["resources"].reverse()
    return {
        **events,
        "resources in another order": swapped,
        **{event.id: event.event for event in catalog.never_sent()},
    }


def _with(fault: tuple[str, str, object]) -> Event:
    event_id, path, value = fault
    event = catalog.documented(event_id).event
    if value is GONE:
        remove(event, path)
    else:
        put(event, path, value)
    return event
