"""The arguments of the commands that read rules: check, explain and diff."""

import argparse
from collections.abc import Callable
from typing import NamedTuple

from pca_events.cli.options import add_format
from pca_events.cli.parser import Parser

TEXT = "text"


class Output(NamedTuple):
    """A report to be written.

    Attributes:
        form: its format.
        file: where it goes; `-` is standard output.
    """

    form: str
    file: str


def output(words: str) -> Output:
    """Read `FORMAT=FILE`.

    Raises:
        ArgumentTypeError: it is invalid, or the format does not exist.
    """
    from pca_events.check.formats import FORMATS
    from pca_events.wording import did_you_mean

    form, equals, file = words.partition("=")
    if not equals or not file:
        raise argparse.ArgumentTypeError(f'"{words}" is not FORMAT=FILE; write for example sarif=pca-events.sarif')
    if form not in (TEXT, *FORMATS):
        raise argparse.ArgumentTypeError(f'there is no format "{form}"; {did_you_mean(form, (TEXT, *FORMATS))}')
    return Output(form, file)


def _check(parser: Parser) -> None:
    from pca_events.check.formats import FORMATS
    from pca_events.infrastructure.model import DEFAULT_BUS

    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, folders, or one rule as rules.tf:12; - is standard input"
    )
    parser.add_argument("--format", choices=("text", *FORMATS), help="format of standard output (default: text)")
    parser.add_argument(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        type=output,
        help="also write a report to a file, such as sarif=pca-events.sarif; - is standard output; repeatable",
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "note", "never"),
        help="the lowest level of a finding that makes the exit status 1 (default: error)",
    )
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        default=[],
        help='skip files in folders: a name such as "test", or a path such as "infra/*/test"; repeatable',
    )
    parser.add_argument(
        "--stdin-name", metavar="NAME", help="the file name of standard input in reports (default: <stdin>)"
    )
    parser.add_argument(
        "--all-rules",
        action="store_true",
        help="also report rules of other sources, with the findings that apply to any source",
    )
    parser.add_argument(
        "--require-rules", action="store_true", help="exit with 1 if no rule of AWS Private CA is found"
    )
    parser.add_argument("--verbose", action="store_true", help="explain for every event why the rule fires or not")
    files = parser.add_mutually_exclusive_group()
    files.add_argument(
        "--config",
        metavar="FILE",
        help="configuration file (default: the nearest pca-events.toml or pyproject.toml)",
    )
    files.add_argument("--no-config", action="store_true", help="use no configuration file")
    parser.add_argument("--baseline", metavar="FILE", help="suppress the findings that this file lists")
    parser.add_argument(
        "--update-baseline",
        action="store_true",
        help="update the baseline: add the current errors and warnings, remove what is no longer found",
    )
    parser.add_argument("--mutate", action="store_true", help="show which invalid events each rule still matches")
    parser.add_argument(
        "--migrate",
        action="store_true",
        help="print subscribers of a Custom Event Bus that are equivalent to the rules",
    )
    parser.add_argument(
        "--deploy", action="store_true", help="deploy the rules to an event bus and compare the results"
    )
    live = parser.add_argument_group("a live event bus", "check its rules too; --deploy uses it")
    live.add_argument("--endpoint-url", metavar="URL", help="the LocalStack at URL")
    live.add_argument("--aws", action="store_true", help="AWS; needs PCA_ACC=1, --aws-profile and --aws-account")
    live.add_argument("--aws-profile", metavar="NAME", help="the profile with the credentials")
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


def _diff(parser: Parser) -> None:
    version = "a schemas folder, a checkout that contains one, or a git revision of the repository in this folder"
    parser.add_argument("old", metavar="OLD", help=f"{version}; an existing folder takes precedence")
    parser.add_argument("new", metavar="NEW", help="the version to compare with")
    add_format(parser)
    parser.add_argument(
        "--consumers",
        metavar="PATH",
        action="append",
        default=[],
        help="list the rules there, and the consumers with a contract file, that a breaking change affects",
    )


ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "check": _check,
    "explain": _explain,
    "diff": _diff,
}
"""What adds the arguments of each command."""
