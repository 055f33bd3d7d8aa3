"""The arguments of every command, read without importing what does the work."""

import argparse
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from pca_events import __version__
from pca_events.cli import COMMANDS
from pca_events.cli.parser import Parser

SHELLS = ("bash", "zsh")
"""The shells that `pca-events completion` knows."""

_MOST_WORKERS = 64
_MOST_DIGITS = 18


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
    """Take the paths behind options, which argparse leaves over where others stand before them; return what is left."""
    end = rest.index("--") if "--" in rest else len(rest)
    options.paths += [word for word in rest[:end] if not word.startswith("-") or word == "-"] + rest[end + 1 :]
    return [word for word in rest[:end] if word.startswith("-") and word != "-"]


def parser_with(complete: Collection[str | None]) -> tuple[Parser, dict[str, Parser]]:
    """Return the parser of the command line, and that of each command.

    Args:
        complete: the commands whose arguments it knows; those of the others take time and are not needed.
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
            _ARGUMENTS[name](by_name[name])
            by_name[name].describe(name)
    return parser, by_name


def _check(parser: Parser) -> None:
    from pca_events.check.formats import FORMATS
    from pca_events.cli.check_outputs import output
    from pca_events.infrastructure.model import DEFAULT_BUS

    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, folders, one rule as rules.tf:12; - is standard input"
    )
    parser.add_argument("--format", choices=("text", *FORMATS), help="of standard output (default: text)")
    parser.add_argument(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        type=output,
        help="write a report to a file too, such as sarif=pca-events.sarif; - is standard output; repeatable",
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "note", "never"),
        help="the least bad level of a finding that makes the exit status 1 (default: error)",
    )
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        default=[],
        help='leave out what folders have: a name such as "test", or a path such as "infra/*/test"; repeatable',
    )
    parser.add_argument("--stdin-name", metavar="NAME", help="what places call standard input (default: <stdin>)")
    parser.add_argument(
        "--all-rules",
        action="store_true",
        help="report the rules of other sources too, with the findings that hold for any source",
    )
    parser.add_argument(
        "--require-rules", action="store_true", help="exit with 1 where no rule of AWS Private CA is found"
    )
    parser.add_argument("--verbose", action="store_true", help="say for every event why it fires the rule or not")
    files = parser.add_mutually_exclusive_group()
    files.add_argument(
        "--config",
        metavar="FILE",
        help="configuration file (default: the nearest pca-events.toml or pyproject.toml)",
    )
    files.add_argument("--no-config", action="store_true", help="use no configuration file")
    parser.add_argument("--baseline", metavar="FILE", help="leave out the findings that this file lists")
    parser.add_argument(
        "--update-baseline",
        action="store_true",
        help="write the baseline: add the errors and warnings of now, remove what is no longer found",
    )
    parser.add_argument("--mutate", action="store_true", help="show what each rule still lets through: how broad it is")
    parser.add_argument(
        "--migrate", action="store_true", help="print subscribers of a Custom Event Bus that do the same as the rules"
    )
    parser.add_argument("--deploy", action="store_true", help="put the rules on a real event bus and compare")
    live = parser.add_argument_group("a live event bus", "its rules are read too, and --deploy uses it")
    live.add_argument("--endpoint-url", metavar="URL", help="the LocalStack at URL")
    live.add_argument("--aws", action="store_true", help="AWS; needs PCA_ACC=1, --aws-profile and --aws-account")
    live.add_argument("--aws-profile", metavar="NAME", help="the profile to take credentials from")
    live.add_argument("--aws-account", metavar="ID", action="append", default=[], help="an account that may be used")
    live.add_argument("--bus", default=DEFAULT_BUS, help="the event bus to read (default: %(default)s)")


def _explain(parser: Parser) -> None:
    parser.add_argument(
        "rules",
        nargs="?",
        metavar="FILE[#RULE]",
        help="a file with an event pattern or with rules, a folder, or - for standard input; #RULE is one rule of it",
    )
    parser.add_argument("--pattern", metavar="FILE", help="the same as FILE")
    parser.add_argument(
        "--event", metavar="FILE|EVENT", help="an event as JSON, the id of one, or - for standard input (default: all)"
    )


def _list(parser: Parser) -> None:
    _add_format(parser)


def _show(parser: Parser) -> None:
    from pca_events.ready_rules import NOTATIONS

    parser.add_argument("event", metavar="EVENT", help="its id, as `pca-events list` prints it")
    _add_format(parser)
    parser.add_argument("--rule", choices=tuple(NOTATIONS), help="print only the rule, in this notation")


def _sample(parser: Parser) -> None:
    from pca_events.generate import KINDS, PARTITIONS

    parser.add_argument("event", metavar="EVENT", help="the id of a documented event; all: one of each")
    parser.add_argument("--account", metavar="ID", help="twelve digits (default: 111122223333)")
    parser.add_argument("--region", help="such as eu-central-1 (default: one of the partition)")
    parser.add_argument("--partition", choices=tuple(PARTITIONS), help="default: that of the Region")
    parser.add_argument("--count", type=_whole(1), metavar="N", help="how many (default: 1; all: one of each)")
    parser.add_argument("--seed", metavar="S", help="the same seed makes the same events")
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        type=_change,
        metavar="PATH=VALUE",
        help="put a value, JSON or plain text, at a place: $.detail.result=failed; may be repeated",
    )
    parser.add_argument(
        "--broken",
        metavar="KIND[:PATH]",
        help=f"break the contract in this way, at this place or at one by chance; kinds: {', '.join(KINDS)}",
    )


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what reads a whole number between two bounds."""

    def read(words: str) -> int:
        bounds = f"write {least} or more" if most is None else f"write {least} to {most}"
        if not words.removeprefix("-").isdecimal() or len(words) > _MOST_DIGITS:
            raise argparse.ArgumentTypeError(f'"{words}" is not a whole number; {bounds}')
        if int(words) < least or (most is not None and int(words) > most):
            raise argparse.ArgumentTypeError(f'"{words}" is out of range; {bounds}')
        return int(words)

    return read


def _change(words: str) -> tuple[str, Any]:
    import json

    path, equals, text = words.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f'"{words}" sets nothing; write it as $.detail.result=failed')
    try:
        return (path if path.startswith("$") else f"$.{path}"), json.loads(text)
    except ValueError:
        return (path if path.startswith("$") else f"$.{path}"), text


def _validate(parser: Parser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE|DIR", help="a file, a folder of recordings, or - for standard input"
    )
    parser.add_argument("--closed", action="store_true", help="report fields that the contract does not know")
    parser.add_argument("--verbose", action="store_true", help="print the regular expression and schemas of each fault")
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the report as JSON, for --merge")
    parser.add_argument(
        "--merge", action="store_true", help="each FILE is a report that --report wrote; add them up and print the sum"
    )
    _add_max_unpacked(parser)
    _add_format(parser)
    _add_workers(parser, "how many processes read (default: as many as there are cores)")


def _add_max_unpacked(parser: Parser) -> None:
    parser.add_argument(
        "--max-unpacked",
        metavar="SIZE",
        type=_size,
        help="to what size one gzip file may unpack, such as 4GB (default: 20 times its size, at least 1 GB)",
    )


def _size(words: str) -> int:
    import re

    match = re.fullmatch(r"([0-9]{1,18})([KMGT]?)i?B?", words, re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f'"{words}" is not a size; write it as 500MB or 4GB')
    return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}[match[2].upper()]


def _mutate(parser: Parser) -> None:
    parser.add_argument(
        "--variants", type=_whole(0), default=10_000, metavar="N", help="good ones (default: %(default)s)"
    )
    parser.add_argument("--seed", type=_whole(0), default=0, metavar="S", help="of the variants (default: %(default)s)")
    _add_format(parser)


def _diff(parser: Parser) -> None:
    version = "a schemas folder, a checkout that has one, or a git revision of the repository in this folder"
    parser.add_argument("old", metavar="OLD", help=f"{version}; a folder goes first")
    parser.add_argument("new", metavar="NEW", help="the same, for what to compare it with")
    _add_format(parser)
    parser.add_argument(
        "--consumers", metavar="PATH", action="append", default=[], help="say which rules there a breaking change hits"
    )


def _export(parser: Parser) -> None:
    from pca_events.exports import FORMATS

    summaries = "; ".join(f"{name}: {known.summary}" for name, known in FORMATS.items())
    parser.add_argument("format", metavar="FORMAT", choices=tuple(FORMATS), help=summaries)
    parser.add_argument(
        "--output", metavar="FILE", default="-", help="the file, or the folder for openapi (default: standard output)"
    )


def _verify(parser: Parser) -> None:
    from pca_events.harness.modes import MODES

    parser.add_argument(
        "features",
        nargs="*",
        metavar="FEATURE",
        help="run only these, named as they are shown: events/ca_creation, or a folder of them: routing",
    )
    parser.add_argument(
        "--tags", metavar="EXPRESSION", help='run only the scenarios with such tags: "@backend and not @operations"'
    )
    parser.add_argument("--scenario", metavar="TEXT", help="run only the scenarios whose name holds the text")
    parser.add_argument(
        "-k", dest="select", metavar="EXPRESSION", help="run only the scenarios that match, as pytest -k"
    )
    parser.add_argument("--list", action="store_true", help="list the scenarios that would run, and run none")
    parser.add_argument("-x", "--fail-fast", action="store_true", help="stop at the first scenario that fails")
    _add_workers(parser, "how many processes share the scenarios (default: as many as there are cores)")
    parser.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="run on the LocalStack at URL; without it an embedded one is started and stopped",
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        default="direct",
        help="how events are brought in: as they are, with another source, or not at all, asking TestEventPattern",
    )
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the outcome of each scenario as JUnit XML")
    parser.add_argument(
        "--messages",
        metavar="FILE",
        type=Path,
        help="write what each scenario came to, step by step, as Cucumber Messages (NDJSON) to FILE",
    )
    parser.add_argument(
        "--site", metavar="DIR", type=Path, help="write the living documentation of this run into DIR (pca-events site)"
    )
    _add_options_of_a_site(parser)


def _add_workers(parser: Parser, words: str) -> None:
    parser.add_argument("-n", "--workers", metavar="N", type=_workers, default="auto", help=words)


def _add_format(parser: Parser, more: str = "") -> None:
    words = "default: %(default)s" + (f"; {more}" if more else "")
    parser.add_argument("--format", choices=("text", "json"), default="text", help=words)


def _workers(words: str) -> str:
    if words != "auto" and not (words.isdecimal() and 1 <= int(words) <= _MOST_WORKERS):
        raise argparse.ArgumentTypeError(f'"{words}" is not a number of workers; write 1 to {_MOST_WORKERS}, or auto')
    return words


def _site(parser: Parser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="made where it is missing; other files in it stay")
    parser.add_argument("--messages", metavar="FILE", type=Path, help="what `pca-events verify --messages` has written")
    _add_options_of_a_site(parser)


def _add_options_of_a_site(parser: Parser) -> None:
    parser.add_argument(
        "--earlier",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="messages of an earlier run; repeatable",
    )
    parser.add_argument(
        "--consumers",
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="a folder with rules of consumers, to show which of them fire on each event; repeatable",
    )
    parser.add_argument(
        "--source-url",
        metavar="URL",
        default="",
        help="link features and steps to their source there, such as https://github.com/me/project/blob/main",
    )
    _add_max_unpacked(parser)


def _calibrate(parser: Parser) -> None:
    parser.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="a running LocalStack, MiniStack or moto server; without it an embedded LocalStack is tried",
    )


def _sweep(parser: Parser) -> None:
    from datetime import timedelta

    from pca_events.harness.kinds import KINDS
    from pca_events.harness.names import PREFIX

    parser.add_argument("--endpoint-url", metavar="URL", required=True, help="the LocalStack to sweep")
    parser.add_argument("--run", dest="run_id", metavar="ID", help="only what the run of this id made")
    parser.add_argument("--prefix", default=f"{PREFIX}-", help="what names begin with (default: %(default)s)")
    parser.add_argument(
        "--older-than", metavar="AGE", type=_age, default=timedelta(0), help="only what is older: 90m, 2h"
    )
    parser.add_argument("--only", metavar="KINDS", type=_kinds, default=KINDS, help=f"of {', '.join(KINDS)}")
    parser.add_argument("--yes", action="store_true", help="remove it")


def _age(words: str) -> Any:
    import re
    from datetime import timedelta

    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    match = re.fullmatch(r"(\d+)([smhd])", words)
    if match is None:
        raise argparse.ArgumentTypeError(f'"{words}" is not an age; write it as 90m, 2h or 1d')
    return timedelta(**{units[match[2]]: int(match[1])})


def _kinds(words: str) -> tuple[str, ...]:
    from pca_events.harness.kinds import KINDS

    kinds = tuple(words.split(","))
    if unknown := set(kinds) - set(KINDS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is none of {', '.join(KINDS)}")
    return kinds


def _localstack(parser: Parser) -> None:
    parser.add_argument(
        "--port",
        type=_whole(0, 65535),
        metavar="N",
        default=4566,
        help="the loopback port to listen on (default: %(default)s)",
    )


def _watch(parser: Parser) -> None:
    from pca_events.backends.defaults import ACCOUNT, REGION

    parser.add_argument("--bus", metavar="NAME", default="default", help="the event bus (default: %(default)s)")
    parser.add_argument(
        "--endpoint-url", metavar="URL", default="http://127.0.0.1:4566", help="the LocalStack (default: %(default)s)"
    )
    parser.add_argument(
        "--account", metavar="ID", default=ACCOUNT, help="the account of the bus (default: %(default)s)"
    )
    parser.add_argument("--region", metavar="NAME", default=REGION, help="its Region (default: %(default)s)")
    _add_format(parser, "json: one object a line with event, meets and violations")


def _completion(parser: Parser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=" or ".join(SHELLS))


_ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "check": _check,
    "explain": _explain,
    "list": _list,
    "show": _show,
    "sample": _sample,
    "validate": _validate,
    "mutate": _mutate,
    "diff": _diff,
    "export": _export,
    "verify": _verify,
    "site": _site,
    "calibrate": _calibrate,
    "sweep": _sweep,
    "localstack": _localstack,
    "watch": _watch,
    "completion": _completion,
}
