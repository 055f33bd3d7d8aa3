"""The arguments of the commands about events and their contracts."""

from collections.abc import Callable
from pathlib import Path

from pca_events.cli.options import add_format, add_max_unpacked, add_workers, change, whole_number
from pca_events.cli.parser import Parser


def _list(parser: Parser) -> None:
    add_format(parser)


def _show(parser: Parser) -> None:
    from pca_events.rule_snippets import NOTATIONS

    parser.add_argument("event", metavar="EVENT", help="the id of the event, as `pca-events list` prints it")
    add_format(parser)
    parser.add_argument("--rule", choices=tuple(NOTATIONS), help="print only the rule, in this notation")


def _sample(parser: Parser) -> None:
    from pca_events.events import KINDS, PARTITIONS

    parser.add_argument("event", metavar="EVENT", help="the id of a documented event; all: one of each")
    parser.add_argument("--account", metavar="ID", help="twelve digits (default: 111122223333)")
    parser.add_argument("--region", help="such as eu-central-1 (default: one of the partition)")
    parser.add_argument("--partition", choices=tuple(PARTITIONS), help="default: that of the Region")
    parser.add_argument("--count", type=whole_number(1), metavar="N", help="how many (default: 1; all: one of each)")
    parser.add_argument("--seed", metavar="S", help="the same seed gives the same events")
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        type=change,
        metavar="PATH=VALUE",
        help="set a value, JSON or plain text, at a JSON path: $.detail.result=failed; repeatable",
    )
    parser.add_argument(
        "--broken",
        metavar="KIND[:PATH]",
        help=f"violate the contract in this way, at this JSON path or a random one; kinds: {', '.join(KINDS)}",
    )


def _validate(parser: Parser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE|DIR", help="a file, a folder of recordings, or - for standard input"
    )
    parser.add_argument("--closed", action="store_true", help="report fields that the contract does not define")
    parser.add_argument(
        "--verbose", action="store_true", help="print the regular expression and the schema of each violation"
    )
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the report as JSON, for --merge")
    parser.add_argument(
        "--merge", action="store_true", help="each FILE is a report that --report wrote; print their total"
    )
    add_max_unpacked(parser)
    add_format(parser)
    add_workers(parser, "number of processes (default: one per core)")


def _mutate(parser: Parser) -> None:
    parser.add_argument(
        "--variants",
        type=whole_number(0),
        default=10_000,
        metavar="N",
        help="number of valid events (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=whole_number(0), default=0, metavar="S", help="seed of the valid events (default: %(default)s)"
    )
    add_format(parser)


def _export(parser: Parser) -> None:
    from pca_events.exports import FORMATS

    summaries = "; ".join(f"{name}: {known.summary}" for name, known in FORMATS.items())
    parser.add_argument("format", metavar="FORMAT", choices=tuple(FORMATS), help=summaries)
    parser.add_argument(
        "--output", metavar="FILE", default="-", help="output file, or folder for openapi (default: standard output)"
    )


ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "list": _list,
    "show": _show,
    "sample": _sample,
    "validate": _validate,
    "mutate": _mutate,
    "export": _export,
}
"""What adds the arguments of each command."""
