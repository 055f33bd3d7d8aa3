"""What is copied into a CI: well-formed, and in words that the command knows."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from required import cannot_run

from pca_events import __version__
from pca_events.check.formats import FORMATS
from pca_events.cli import COMMANDS
from pca_events.cli.parser import parser_with

TOP = Path(__file__).parents[3]
ACTION = yaml.safe_load((TOP / "action.yml").read_text("utf-8"))
HOOKS = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text("utf-8"))
WORKFLOWS = sorted((TOP / ".github" / "workflows").glob("*.yml"))
PAGE = (TOP / "docs" / "check-in-ci.md").read_text("utf-8")
STEPS: dict[str, dict[str, Any]] = {step.get("name", step.get("uses")): step for step in ACTION["runs"]["steps"]}
CHECK = STEPS["Check the rules"]["run"]
WRITTEN = [CHECK, HOOKS[0]["entry"], PAGE]


def snippets(language: str) -> list[str]:
    """The snippets of the page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def known_options() -> Iterator[str]:
    """The options of `pca-events check`."""
    _, parsers = parser_with(["check"])
    yield from re.findall(r"--[a-z-]+", parsers["check"].format_help())


def test_the_command_is_installed() -> None:
    assert "check" in COMMANDS


def test_all_files_name_commands_and_options_that_exist() -> None:
    used = {
        option for text in WRITTEN for words in re.findall(r"pca-events check((?:.*\\\n)*.*)", text)
        for option in re.findall(r"(?<!\S)--[a-z-]+", words)
    }  # fmt: skip
    assert {"--format", "--output", "--baseline", "--update-baseline"} <= used
    assert used <= set(known_options())


def test_all_files_name_formats_that_exist() -> None:
    named = {name for text in WRITTEN for name in re.findall(r"--(?:format |output \"?)([a-z]+)", text)}
    assert {"sarif", "github", "markdown", "junit"} == named
    assert named <= set(FORMATS)
    table = PAGE.partition("## Formats")[2]
    assert re.findall(r"^\| `([a-z]+)`", table, re.MULTILINE) == ["text", *FORMATS]


def test_no_input_of_the_action_is_inserted_into_a_script() -> None:
    scripts = [step["run"] for step in STEPS.values() if "run" in step]
    assert len(scripts) == 3
    assert not any("${{" in script for script in scripts)


def test_the_action_uses_what_it_declares_and_declares_what_it_uses() -> None:
    text = (TOP / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])
    assert set(re.findall(r"steps\.([a-z-]+)\.", text)) == {"check", "python"}
    assert all("shell" in step for step in STEPS.values() if "run" in step)
    assert all({"description", "default"} == set(about) for about in ACTION["inputs"].values())
    assert re.findall(r"^\| `([a-z-]+)` \|.*\|$", PAGE.partition("## pre-commit")[0], re.MULTILINE) == list(
        ACTION["inputs"]
    )


def test_the_action_installs_what_is_pinned_with_hashes() -> None:
    script = STEPS["Install pca-events"]["run"]
    (file,) = re.findall(r'--require-hashes -r "\$SOURCE/(\S+)"', script)
    assert "--hash=sha256:" in (TOP / file).read_text("utf-8")
    assert script.count("pip") == 2
    assert '--no-deps "$SOURCE"' in script
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    assert ACTION["inputs"]["python-version"]["default"] in " ".join(project["classifiers"])


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A folder in which `pca-events` notes its words, prints one and ends with status 1."""
    commands = tmp_path / "pca-events" / "bin"
    commands.mkdir(parents=True)
    stub = commands / "pca-events"
    stub.write_text('#!/bin/sh\nfor word; do echo "$word" >> words; done\necho >> words\necho said\nexit 1\n')
    stub.chmod(0o755)
    return tmp_path


def run(script: str, runner: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    if bash is None:
        cannot_run("bash is not installed, and the action's scripts are for bash")
    files = {"GITHUB_OUTPUT": str(runner / "output"), "GITHUB_STEP_SUMMARY": str(runner / "summary")}
    line = [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    given = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(runner), **files, **environment}
    return subprocess.run(line, cwd=runner, env=given, capture_output=True, text=True)


def test_the_action_checks_once_and_passes_every_argument_unchanged(runner: Path) -> None:
    paths = "infra/my rules\n\n$(touch broken)\n--help\n"
    ran = run(CHECK, runner, PATHS=paths, ARGS="--baseline\n  known.json", SARIF_FILE="out $x.sarif")
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "said\n")
    assert not (runner / "broken").exists()
    (call,) = [call.split("\n") for call in (runner / "words").read_text().strip().split("\n\n")]
    assert call == [
        *["check", "--baseline", "known.json", "--format", "github", "--output", "sarif=out $x.sarif"],
        *["--output", f"markdown={runner / 'summary'}", "--", "infra/my rules", "$(touch broken)", "--help"],
    ]
    assert (runner / "output").read_text() == "exit-status=1\n"
    assert run(STEPS["End with the status of the check"]["run"], runner, STATUS="1").returncode == 1


def test_the_action_shows_annotations_a_summary_and_sarif_of_one_run(runner: Path) -> None:
    stub = runner / "pca-events" / "bin" / "pca-events"
    stub.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pca_events "$@"\n')
    (runner / "out.sarif").write_text("of yesterday")
    (runner / "summary").write_text("")
    mistakes = str(TOP / "examples" / "mistakes")
    ran = run(CHECK, runner, PATHS=mistakes, ARGS="", SARIF_FILE="out.sarif")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (runner / "output").read_text() == "exit-status=1\nwritten=true\n"
    results = json.loads((runner / "out.sarif").read_text())["runs"][0]["results"]
    assert results
    assert len(re.findall("^::(?:error|warning|notice) file=", ran.stdout, re.MULTILINE)) >= 10
    assert (runner / "summary").read_text().startswith("**")


def test_the_action_uses_the_paths_of_the_configuration_by_default(runner: Path) -> None:
    run(CHECK, runner, PATHS="", ARGS="", SARIF_FILE="out.sarif")
    assert (runner / "words").read_text().strip().split("\n")[-1] == "--"


def test_a_check_that_writes_nothing_uploads_nothing(runner: Path) -> None:
    (runner / "pca-events" / "bin" / "pca-events").write_text("#!/bin/sh\nexit 2\n")
    (runner / "out.sarif").write_text("of another run")
    assert run(CHECK, runner, PATHS=".", ARGS="", SARIF_FILE="out.sarif").returncode == 0
    assert (runner / "output").read_text() == "exit-status=2\n"
    assert "steps.check.outputs.written == 'true'" in STEPS["Upload the findings to code scanning"]["if"]


def test_the_hook_checks_the_whole_project_when_a_file_of_it_changes() -> None:
    (hook,) = HOOKS
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("pca-events-check", "python", False)
    assert hook["entry"].split() == ["pca-events", "check"]
    assert hook["args"] == ["."]
    for file in (
        "infra/main.tf",
        "a.tf.json",
        "main.tofu",
        "template.yaml",
        "serverless.yml",
        "cdk.out/x.template.json",
    ):
        assert re.search(hook["files"], file)
    for file in ("main.py", "README.md", "notes.tf.bak", "tf"):
        assert not re.search(hook["files"], file)


def test_the_snippets_can_be_copied() -> None:
    workflow, steps, hooks, gitlab = map(yaml.safe_load, snippets("yaml"))
    (job,) = workflow["jobs"].values()
    for step in (job["steps"][-1], steps["steps"][-1]):
        assert step["uses"].startswith("OWNER/pca-events@v")
        assert set(step["with"]) <= set(ACTION["inputs"])
    assert workflow["permissions"]["security-events"] == "write"
    assert [hook["id"] for repo in hooks["repos"] for hook in repo["hooks"]] == [HOOKS[0]["id"]]
    (job,) = gitlab.values()
    report = job["artifacts"]["reports"]["junit"]
    assert (job["script"][-1].endswith(f"--format junit infra/ > {report}"), job["artifacts"]["when"]) == (
        True,
        "always",
    )
    (ini,) = snippets("ini")
    tox = configparser.ConfigParser(interpolation=None)
    tox.read_string(ini)
    assert tox["testenv:rules"]["commands"] == "pca-events check infra/"


def test_the_snippets_name_the_version_of_this_project() -> None:
    assert set(re.findall(r"\bv(\d+\.\d+\.\d+)", PAGE)) == {__version__}


def test_the_pictures_of_the_page_exist_and_are_local() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE)
    assert pictures
    for name in pictures:
        svg = (TOP / "docs" / name).read_text("utf-8")
        assert len(svg) < 60_000
        assert set(re.findall(r"https?://[^\"' )]+", svg)) == {"http://www.w3.org/2000/svg"}


def tox_settings() -> configparser.ConfigParser:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(TOP / "tox.ini")
    return settings


def jobs(workflow: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow, by name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    return found


def commands(workflow: Path) -> list[str]:
    """What the jobs of a workflow run."""
    return [step["run"] for job in jobs(workflow).values() for step in job.get("steps", ()) if "run" in step]


def permissions(workflow: Path) -> dict[str, dict[str, str]]:
    """The permissions of each job that has its own, by name."""
    return {name: job["permissions"] for name, job in jobs(workflow).items() if "permissions" in job}


WORKFLOW = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)


def test_the_workflows_are_those_that_are_tested() -> None:
    assert [file.name for file in WORKFLOWS] == ["ci.yml", "nightly.yml", "pages.yml", "release.yml"]


@pytest.mark.parametrize("file", [*WORKFLOWS, TOP / "action.yml"], ids=lambda file: file.stem)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(file: Path) -> None:
    used = re.findall(r"uses: *(.*)", file.read_text("utf-8"))
    assert used
    for line in used:
        own = line.startswith("./") and (TOP / line).is_file()
        assert own or re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_every_action_has_one_version() -> None:
    text = "".join(file.read_text("utf-8") for file in [*WORKFLOWS, TOP / "action.yml"])
    versions: dict[str, set[str]] = {}
    for action, version in re.findall(r"uses: *([^@\s]+)@(.*)", text):
        versions.setdefault(action, set()).add(version)
    assert {action: several for action, several in versions.items() if len(several) > 1} == {}


@WORKFLOW
def test_every_job_has_a_timeout_and_a_concurrency_limit(workflow: Path) -> None:
    read = yaml.safe_load(workflow.read_text("utf-8"))
    assert read["concurrency"]["group"]
    for name, job in read["jobs"].items():
        assert "uses" in job or 0 < job["timeout-minutes"] <= 180, name


@WORKFLOW
def test_workflows_and_jobs_have_minimal_permissions(workflow: Path) -> None:
    needed = {
        "pages": {"publish": {"pages": "write", "id-token": "write"}},
        "release": {
            "github": {"contents": "write"},
            "provenance": {"attestations": "write", "id-token": "write"},
            "pypi": {"id-token": "write"},
        },
    }
    assert yaml.safe_load(workflow.read_text("utf-8"))["permissions"] == {"contents": "read"}
    assert permissions(workflow) == needed.get(workflow.stem, {})


@WORKFLOW
def test_workflows_have_no_script_injection_and_keep_no_credentials(workflow: Path) -> None:
    assert not any("${{" in command for command in commands(workflow))
    for job in jobs(workflow).values():
        for step in job.get("steps", ()):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@WORKFLOW
def test_the_environments_of_tox_exist(workflow: Path) -> None:
    settings = tox_settings()
    known = {section.partition(":")[2] for section in settings.sections()} | {"py"}
    known |= set(settings["tox"]["env_list"].split(", "))
    named = re.findall(r"\btox\b(?: run)? -e (\S+)", "\n".join(commands(workflow)))
    assert named
    assert set(named) <= known


def test_ci_runs_the_local_environments_on_every_python() -> None:
    named = {name for command in commands(WORKFLOWS[0]) for name in re.findall(r"^tox -e (\S+)", command)}
    pythons = jobs(WORKFLOWS[0])["tests"]["strategy"]["matrix"]["python"]
    on_a_desk = set(tox_settings()["tox"]["env_list"].split(", "))
    in_ci = (named - {"py"}) | {f"py{python.replace('.', '')}" for python in pythons}
    assert on_a_desk - in_ci == {"base-py311"}  # its commands are among the tests of Python 3.11, too
    pythons += [jobs(WORKFLOWS[0])["base"]["steps"][1]["with"]["python-version"]]
    (tests,) = [command for command in commands(WORKFLOWS[0]) if command.startswith("tox -e py ")]
    left_out = set(re.findall(r"--ignore tests/(\w+)", tests))
    assert left_out <= named
    assert all(tox_settings()[f"testenv:{name}"]["commands"] == f"pytest tests/{name} {{posargs}}" for name in left_out)
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    assert [f"Programming Language :: Python :: {python}" for python in pythons] == [
        known for known in project["classifiers"] if re.search(r"Python :: 3\.", known)
    ]


def test_a_release_is_published_manually_from_artifacts_that_passed_ci() -> None:
    release = jobs(TOP / ".github" / "workflows" / "release.yml")
    assert release["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert release["pypi"]["environment"]["name"] == "pypi"
    assert {"ci", "build"} <= set(release["pypi"]["needs"]) & set(release["github"]["needs"])
    made = {
        step["with"]["name"]: step["with"]["path"]
        for step in release["build"]["steps"]
        if "upload-artifact" in step.get("uses", "")
    }
    assert made == {"dist": "dist/", "sbom": "dist/sbom.cdx.json"}
    steps = [step.get("run", step.get("with", {}).get("name")) for step in release["build"]["steps"]]
    assert steps.index("tox -e dist") < steps.index("tox -e version") < steps.index("dist") < steps.index("tox -e sbom")
    assert release["pypi"]["steps"][0]["with"]["name"] == "dist"


def test_everything_that_is_released_has_a_provenance() -> None:
    release = jobs(TOP / ".github" / "workflows" / "release.yml")
    downloaded, attested = release["provenance"]["steps"]
    assert downloaded == release["github"]["steps"][0]
    assert "name" not in downloaded["with"]
    assert attested["uses"].startswith("actions/attest-build-provenance@")
    assert attested["with"]["subject-path"] == f"{downloaded['with']['path']}/*"
    assert f"{downloaded['with']['path']}/*" in release["github"]["steps"][1]["run"]
    assert "audit" in release["provenance"]["needs"]
    assert "provenance" in release["github"]["needs"]
    assert "github" in release["pypi"]["needs"]


def test_contributing_has_a_command_for_each_environment_of_tox() -> None:
    table = (
        (TOP / "CONTRIBUTING.md").read_text("utf-8").partition("## One command for each task")[2].partition("\n## ")[0]
    )
    named = set(re.findall(r"^\| `tox -e (\w+)` \|", table, re.MULTILINE))
    environments = {section.removeprefix("testenv:") for section in tox_settings().sections() if ":" in section}
    assert named == environments - {"base-py{311,314}"}
    assert "audit" not in tox_settings()["tox"]["env_list"]


FORMS = sorted((TOP / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.parametrize("form", [form for form in FORMS if form.stem != "config"], ids=lambda file: file.stem)
def test_an_issue_form_has_what_github_requires(form: Path) -> None:
    read = yaml.safe_load(form.read_text("utf-8"))
    assert set(read) == {"name", "description", "labels", "body"}
    fields = [field for field in read["body"] if field["type"] != "markdown"]
    assert len(fields) == len({field["id"] for field in fields}) > 2
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown"}
    for field in fields:
        assert field["attributes"]["label"]
        assert field["type"] != "dropdown" or len(set(field["attributes"]["options"])) > 1
        assert field["validations"] == {"required": True}


def test_the_issue_forms_name_commands_that_exist() -> None:
    text = "".join(form.read_text("utf-8") for form in FORMS)
    assert set(re.findall(r"`pca-events ([a-z]+)", text)) == {"check", "validate"} <= set(COMMANDS)


def test_the_workflow_publishes_the_output_of_tox() -> None:
    pages = jobs(TOP / ".github" / "workflows" / "pages.yml")
    steps = pages["site"]["steps"]
    (published,) = [step["with"]["path"] for step in steps if "upload-pages-artifact" in step.get("uses", "")]
    assert f"--site {published}" in tox_settings()["testenv:site"]["commands"]
    assert "tox -e site" in [step.get("run") for step in steps]
    used = {step["uses"].partition("@")[0] for job in pages.values() for step in job["steps"] if "uses" in step}
    assert {"actions/checkout", "actions/setup-python", "actions/deploy-pages"} <= used
    last = pages["publish"]["steps"][-1]
    assert (last["if"], last["run"]) == ("needs.site.outputs.outcome == 'failure'", "exit 1")


def test_every_benchmark_is_described_and_runs_small() -> None:
    page = (TOP / "benchmarks" / "README.md").read_text("utf-8")
    scripts = {file.name for file in (TOP / "benchmarks").glob("*.py")} - {"all.py", "counting.py", "emulators.py"}
    assert set(re.findall(r"^\| `(\w+\.py)` \|", page, re.MULTILINE)) == scripts
    assert all("--small" in (TOP / "benchmarks" / name).read_text("utf-8") for name in scripts)
    assert tox_settings()["testenv:bench"]["commands"].startswith("python benchmarks/all.py --small")
