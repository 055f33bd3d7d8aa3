"""The command `pca-events`."""

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from typing import TextIO

from pca_events.interrupts import INTERRUPTED, die_at_once, handlers_restored, raise_interrupts

COMMANDS = {
    "check": "check the event rules in infrastructure code",
    "explain": "show which events a rule matches, why, and what to change",
    "list": "list the documented events, and what is never sent",
    "show": "describe one event: example, meaning, remedy, fields, rules to copy",
    "sample": "print realistic events as JSON Lines, or events that violate the contract",
    "validate": "validate recorded events against the contract",
    "mutate": "test the schemas with invalid events and unusual valid ones",
    "diff": "show what changed between two versions of the schemas",
    "export": "write the contracts as AsyncAPI, OpenAPI, JSON Schema, TypeScript or Python",
    "init": "write the contract file of a consumer, from the rules and handlers in its code",
    "verify-consumer": "verify the rules and handlers of a contract file, from the event to the handler",
    "matrix": "show which consumers rely on which events",
    "test-handler": "test whether a handler tolerates what EventBridge may deliver",
    "verify": "run the scenarios and show the result for each documented event",
    "site": "write the living documentation as a static site",
    "calibrate": "compare an emulator of EventBridge with AWS",
    "sweep": "list resources that interrupted runs left behind; --yes removes them",
    "localstack": "run the embedded LocalStack until Ctrl-C",
    "watch": "show the events on an event bus as they arrive, until Ctrl-C",
    "fail": "make calls to the simulated AWS Private CA fail",
    "clock": "show or advance the clock of the simulated AWS Private CA",
    "deliver": "duplicate, delay, drop or shuffle the next events",
    "completion": "print the completion script for a shell",
}
"""What each command does, in one line. `options` has its arguments."""

_FUNCTIONS = {
    "check": "check.run",
    "explain": "explain.run",
    "list": "events.list_events",
    "show": "events.show_event",
    "sample": "events.print_samples",
    "validate": "contracts.validate_events",
    "mutate": "events.mutate_events",
    "diff": "contracts.diff_schemas",
    "export": "contracts.export",
    "init": "consumers.init",
    "verify-consumer": "consumers.verify",
    "matrix": "consumers.matrix",
    "test-handler": "handlers.test_handler",
    "verify": "verify.run",
    "site": "verify.run_site",
    "calibrate": "backends.calibrate",
    "sweep": "backends.sweep",
    "localstack": "backends.run_localstack",
    "watch": "backends.watch",
    "fail": "controls.fail",
    "clock": "controls.clock",
    "deliver": "controls.deliver",
    "completion": "parser.print_completion",
}
"""The module and the function that run each command; the module is imported when the command is run."""

EXTRAS = {
    "_pytest": "suite",
    "awslambdaric": "handlers",
    "boto3": "suite",
    "botocore": "suite",
    "cucumber_messages": "site",
    "gherkin": "site",
    "jinja2": "site",
    "localstack": "localstack",
    "localstack_client": "suite",
    "markupsafe": "site",
    "pact": "pact",
    "psutil": "localstack",
    "pytest": "suite",
    "pytest_bdd": "suite",
    "xdist": "suite",
}
"""The extra that installs each package that is not part of the base."""

INPUT_UNREADABLE = 2

UNTOLD = 141
"""The exit status if the reader closed the pipe before the end of the output, as in a shell."""

_STANDARD_ERROR = 2
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 success, 1 a contract is violated, 2 unusable input.

    Args:
        words: the command line; by default that of the process, whose SIGINT and SIGTERM handlers are then replaced.
    """
    with nullcontext() if words is None else handlers_restored():
        try:
            die_at_once()
            try:
                return _run(sys.argv[1:] if words is None else words)
            finally:
                die_at_once()
                _discard_unwritten_errors()
        except KeyboardInterrupt:
            return INTERRUPTED


def _run(words: Sequence[str]) -> int:
    """Run a command, flush its output, and return its exit status."""
    _fill_closed_streams()
    if sys.stdout is None:
        _complain("standard output is closed; send it to a file, or to /dev/null")
        return INPUT_UNREADABLE
    try:
        try:
            status = _command(words)
        except SystemExit:  # help, or invalid arguments
            sys.stdout.flush()
            raise
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has read enough
        discard_output()
        return UNTOLD if _judges(words) else 0
    except OSError as error:
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        discard_output()
        _complain(f"standard output cannot be written ({error.strerror}); free some space, or send it elsewhere")
        return INPUT_UNREADABLE
    return status


def _command(words: Sequence[str]) -> int:
    import importlib

    from pca_events.cli.parser import parsed
    from pca_events.errors import PcaEventsError

    try:
        options = parsed(words)
        module, _, function = _FUNCTIONS[options.command].rpartition(".")
        run = getattr(importlib.import_module(f"pca_events.cli.{module}"), function)
        raise_interrupts()
        status: int = run(options)
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get((missing.name or "").partition(".")[0])
        if extra is None:
            raise
        _complain(f"{missing.name} is not installed; install pca-events with the extra [{extra}] (docs/install.md)")
        return INPUT_UNREADABLE
    except PcaEventsError as error:
        _complain(str(error))
        return INPUT_UNREADABLE
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # of an interrupt while a class is made
            raise error.__cause__ from None
        if not (cause := _missing_folder(error) or _refused_call(error)):
            raise
        _complain(cause)
        return INPUT_UNREADABLE
    return status


def _missing_folder(error: Exception) -> str:
    """Describe an error because the current directory was removed; empty for any other."""
    if isinstance(error, FileNotFoundError):
        try:
            os.getcwd()
        except FileNotFoundError:
            return "the current directory no longer exists; change to one that does"
    return ""


def _refused_call(error: Exception) -> str:
    """Describe an error of a call to a backend; empty for any other."""
    if "botocore" not in sys.modules:
        return ""
    from pca_events.harness.aws_errors import describe_aws_error

    return describe_aws_error(error)


def _fill_closed_streams() -> None:
    """Open the null device in the place of each standard stream that is closed.

    Otherwise the next files that are opened would take their places, also in child processes.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
            pass
        os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = open(_STANDARD_ERROR, "w", closefd=False)  # noqa: SIM115


def _complain(message: str) -> None:
    with suppress(OSError):  # the exit status says it too
        print(f"pca-events: {message}", file=sys.stderr)


def _judges(words: Sequence[str]) -> bool:
    """Whether the exit status of a command is a verdict, which must not be 0 if the output was not read."""
    from pca_events.cli.help import HELP

    return any("1" in HELP[word].statuses for word in words[:1] if word in HELP)


def discard_output() -> None:
    """Keep Python from trying to flush its output buffer at exit."""
    _discard(sys.stdout)


def _discard_unwritten_errors() -> None:
    """Keep Python from trying again at exit, with an exit status of its own, to write what standard error rejects."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
