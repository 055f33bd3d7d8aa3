"""The command line: the parser of every command without importing the command, its help, and completion scripts."""

import argparse
import shutil
import sys
import textwrap
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pca_events import __version__
from pca_events.cli import COMMANDS
from pca_events.wording import did_you_mean, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import SupportsWrite


_WIDEST = 100


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and suggest the nearest name."""

    def describe(self, command: str) -> None:
        """Add the description, examples and exit statuses of a command to its help, once it has its arguments."""
        known = HELP[command]
        places = self._get_positional_actions()
        self.usage = " ".join(["%(prog)s [options]", *(self._format_place(action) for action in places)])
        examples = "\n".join(f"  {example}" for example in known.examples)
        statuses = "\n".join(f"  {status:<4}{meaning}" for status, meaning in known.statuses.items())
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        self.description = textwrap.fill(known.description, min(shutil.get_terminal_size().columns, _WIDEST) - 2)
        self.epilog = f"examples:\n{examples}\n\nexit status:\n{statuses}"

    def _format_place(self, action: argparse.Action) -> str:
        return self._get_formatter()._format_args(action, action.dest)

    def unknown(self, words: list[str]) -> NoReturn:
        """Exit with an error about words that no argument takes.

        Raises:
            SystemExit: always, with status 2.
        """
        word = words[0]
        if not word.startswith("-"):
            self.error(f'unexpected argument "{word}"')
        option = word.partition("=")[0]
        meant = nearest(option, [name for action in self._actions for name in action.option_strings])
        self.error(f"unknown option {option}" + (f"; did you mean {meant}?" if meant else ""))

    def error(self, message: str) -> NoReturn:
        """Exit with the usage and the message.

        Raises:
            SystemExit: always, with status 2.
        """
        self.exit(2, f"{self.format_usage()}{self.prog}: {message}\n")

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        # argparse ignores errors when it writes its help.
        (file or sys.stderr).write(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # argparse lists every choice and leaves the search to the reader.
        if action.choices is not None and value not in action.choices:
            advice = did_you_mean(str(value), map(str, action.choices)) or f"see {self.prog} --help"
            if isinstance(action, argparse._SubParsersAction):
                raise argparse.ArgumentError(None, f'unknown command "{value}"; {advice}')
            raise argparse.ArgumentError(action, f'"{value}" is not supported; {advice}')


_UNUSABLE = "the input cannot be used; stderr says why in one line"


class Help(NamedTuple):
    """The help of one command.

    Attributes:
        description: what it does, in a few sentences.
        examples: command lines.
        statuses: what each exit status means.
    """

    description: str
    examples: tuple[str, ...]
    statuses: Mapping[str, str]


HELP: Mapping[str, Help] = {
    "check": Help(
        "Reads Terraform, OpenTofu, CloudFormation, SAM, CDK, Serverless and JSON without running it, and shows "
        "for every EventBridge rule for AWS Private CA on which documented events it fires, and why not.",
        (
            "pca-events check infra/",
            "pca-events check infra/ --output sarif=pca-events.sarif --output markdown=summary.md",
            "pca-events check infra/rules.tf:12",
            "pca-events check - --stdin-name template.yaml < template.yaml",
            "pca-events check infra/ --baseline known.json --update-baseline",
        ),
        {
            "0": "no finding has the level of --fail-on (default: error) or a higher one",
            "1": "a finding has",
            "2": "something could not be read, or the report could not be written",
        },
    ),
    "explain": Help(
        "Shows which events an event pattern matches, why it matches each or not, key by key, and the smallest "
        "correction. Reads one pattern, or rules in Terraform, CloudFormation, SAM, CDK, Serverless and describe-rule.",
        (
            "pca-events explain rules.tf",
            "pca-events explain rules.tf#crl_failed --event crl-generation-failure-internal",
            "pca-events explain - --event event.json < pattern.json",
        ),
        {
            "0": "the pattern matches the event; without --event: each pattern matches some event",
            "1": "no pattern matches the event; without --event: a pattern matches none",
            "2": _UNUSABLE,
        },
    ),
    "list": Help(
        "Lists the documented events, what is never sent, and the events of CloudTrail with the same source.",
        ("pca-events list", "pca-events list --format json"),
        {"0": "always"},
    ),
    "show": Help(
        "Shows one event: an example, its meaning, what to do, its fields, and rules to copy.",
        (
            "pca-events show crl-generation-failure-s3-permissions",
            "pca-events show certificate-issuance-failure --rule terraform",
        ),
        {"0": "the event is shown", "2": "no event has this id"},
    ),
    "sample": Help(
        "Prints realistic events as JSON, one per line, or events that violate the contract.",
        (
            "pca-events sample all",
            "pca-events sample ca-creation-failure --account 444455556666 --region eu-central-1",
            "pca-events sample crl-generation-success --broken dropped:$.detail.result --seed 7",
        ),
        {"0": "the events are printed", "2": _UNUSABLE},
    ),
    "validate": Help(
        "Validates recorded events against the contract. Reads JSON, JSON Lines, arrays and concatenated documents, "
        "plain or gzip, files and folders, and finds the events in messages of SQS, SNS, CloudWatch Logs, Firehose and "
        "Kinesis and in CloudTrail log files.",
        (
            "pca-events validate events.ndjson.gz",
            "pca-events validate --closed --format json - < events.json",
            "pca-events validate archive/2026/11 --report november.json",
            "pca-events validate --merge october.json november.json",
        ),
        {
            "0": "everything was read, and every event meets the contract",
            "1": "an event violates it, or a part could not be read",
            "2": "nothing could be read",
        },
    ),
    "mutate": Help(
        "Tests the schemas: each invalid variant of a documented event must be rejected, each valid one accepted.",
        ("pca-events mutate", "pca-events mutate --variants 100000 --seed 3 --format json"),
        {"0": "every variant was judged correctly", "1": "a variant was not"},
    ),
    "diff": Help(
        "Compares two versions of the schemas and shows which changes break consumers.",
        ("pca-events diff v0.1.0 HEAD", "pca-events diff old/schemas new/schemas --consumers infra/"),
        {"0": "no change is breaking", "1": "a change is breaking", "2": _UNUSABLE},
    ),
    "export": Help(
        "Writes the contracts of all events in the format of another tool.",
        ("pca-events export typescript --output events.ts", "pca-events export asyncapi > asyncapi.yaml"),
        {"0": "the contracts are written", "2": "the output cannot be written"},
    ),
    "verify": Help(
        "Runs the scenarios on an EventBridge and shows the result for each documented event.",
        (
            "pca-events verify",
            "pca-events verify events/ca_creation --fail-fast",
            "pca-events verify --endpoint-url http://127.0.0.1:4566 --site build/site",
        ),
        {
            "0": "no scenario failed",
            "1": "a scenario failed",
            "2": "the run could not start, or its results are incomplete",
            "130": "interrupted",
        },
    ),
    "site": Help(
        "Writes the living documentation into a folder: every event with its example, rule, fields and "
        "scenarios, and the results of a run. Without --messages it shows no results.",
        ("pca-events site build/site", "pca-events site build/site --messages run.ndjson --consumers infra/"),
        {"0": "the site is written", "2": _UNUSABLE},
    ),
    "calibrate": Help(
        "Compares an emulator of EventBridge with the documented behavior of AWS.",
        ("pca-events calibrate", "pca-events calibrate --endpoint-url http://127.0.0.1:5000"),
        {
            "0": "every difference is known",
            "1": "a difference is not known",
            "2": "the emulator cannot be used",
            "130": "interrupted",
        },
    ),
    "sweep": Help(
        "Lists resources that interrupted runs left on a LocalStack; --yes removes them.",
        (
            "pca-events sweep --endpoint-url http://127.0.0.1:4566",
            "pca-events sweep --endpoint-url http://127.0.0.1:4566 --older-than 2h --yes",
        ),
        {"0": "everything was listed, or removed", "1": "something could not be removed", "2": _UNUSABLE},
    ),
    "localstack": Help(
        "Runs the embedded LocalStack with its Private CA in the foreground, on loopback only, until Ctrl-C.",
        ("pca-events localstack", "pca-events localstack --port 4577"),
        {
            "0": "stopped by Ctrl-C",
            "2": "it could not start, or it exited",
            "130": "interrupted before it was ready",
        },
    ),
    "watch": Help(
        "Creates a rule for all events of AWS Private CA on an event bus, and a queue, validates each event as it "
        "arrives, and deletes both on Ctrl-C.",
        ("pca-events watch", "pca-events watch --endpoint-url http://127.0.0.1:4566 --format json"),
        {"0": "every event met its contract", "1": "an event violated it", "2": "the bus cannot be used"},
    ),
    "completion": Help(
        "Prints the script that completes commands and options in a shell.",
        ("pca-events completion bash > ~/.local/share/bash-completion/completions/pca-events",),
        {"0": "the script is printed", "2": _UNUSABLE},
    ),
}


_GROUPS = {
    "options": ("list", "show", "sample", "validate", "mutate", "export"),
    "options.rules": ("check", "explain", "diff"),
    "options.runs": ("verify", "site", "calibrate", "sweep", "localstack", "watch", "completion"),
}
"""The module that has the arguments of each command."""


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """Parse a command line; `command` is the name of its command.

    Raises:
        SystemExit: help was printed, or the words cannot be used.
    """
    chosen = next((word for word in words if not word.startswith("-")), None)
    parser, by_name = parser_with({chosen} & COMMANDS.keys())
    options, rest = parser.parse_known_args(words)
    if rest and options.command == "check":
        rest = _more_paths(options, rest)
    if rest:
        by_name[options.command].unknown(rest)
    return options


def _more_paths(options: argparse.Namespace, rest: list[str]) -> list[str]:
    """Take the paths after options, which argparse leaves over if others come before them; return the rest."""
    end = rest.index("--") if "--" in rest else len(rest)
    options.paths += [word for word in rest[:end] if not word.startswith("-") or word == "-"] + rest[end + 1 :]
    return [word for word in rest[:end] if word.startswith("-") and word != "-"]


def parser_with(complete: Collection[str | None]) -> tuple[Parser, dict[str, Parser]]:
    """Return the parser of the command line, and that of each command.

    Args:
        complete: the commands whose arguments are added; adding those of the others takes time.
    """
    parser = Parser(
        prog="pca-events",
        description="Contracts and a test harness for the events that AWS Private CA sends to Amazon EventBridge.",
        epilog="pca-events COMMAND --help shows the options of a command, with examples and exit statuses.",
    )
    parser.add_argument("--version", action="version", version=f"pca-events {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    by_name = {name: commands.add_parser(name, help=summary) for name, summary in COMMANDS.items()}
    for name in complete:
        if name is not None:
            _add_arguments(by_name[name], name)
            by_name[name].describe(name)
    return parser, by_name


def _add_arguments(parser: Parser, command: str) -> None:
    """Import the arguments of a command and add them to its parser."""
    import importlib

    group = next(name for name, commands in _GROUPS.items() if command in commands)
    importlib.import_module(f"pca_events.cli.{group}").ARGUMENTS[command](parser)


def print_completion(options: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(script_of(options.shell).read_text("utf-8"))
    return 0


def script_of(shell: str) -> "Path":
    """Return the path of the script for a shell; its test regenerates it with UPDATE_COMPLETION=1."""
    from pathlib import Path

    return Path(__file__).with_name(f"completion.{shell}")
