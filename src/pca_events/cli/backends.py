"""The commands that talk to a backend: `localstack`, `calibrate`, `sweep` and `watch`."""

import argparse
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from pca_events.backends import ACCOUNT, REGION, Backend, EmbeddedLocalStack, connect, identify
from pca_events.backends.control_clients import has_traces, trace_lines, trace_of
from pca_events.backends.state_folder import StateFolder, locked_state
from pca_events.catalog import Event
from pca_events.cli.console import Column, Console, Part, Progress, console
from pca_events.contract import violations
from pca_events.errors import BackendError, BadAnswer, BadInput, Leak, PcaEventsError
from pca_events.functions.entries import read_functions
from pca_events.handlers.entry import Limits
from pca_events.harness import RunId, Session
from pca_events.harness.aws_errors import aws_error_of, describe_aws_error
from pca_events.harness.pca_scenario import LiveEvents
from pca_events.harness.resources.sweep import LeftBehind, left_on
from pca_events.harness.session import now_on
from pca_events.interrupts import handle, handlers_restored

if TYPE_CHECKING:
    from pca_events.calibrate import Divergence, Operator


def run_localstack(options: argparse.Namespace) -> int:
    """Run the emulator until Ctrl-C, and print the variables to export; exit status 130 before it is ready.

    Raises:
        BackendError: it did not start, or it exited, or its state could not be saved.
        BadInput: the folder for its state cannot be used.
    """
    if options.state is None:
        return _run_localstack(options, None)
    with locked_state(options.state) as state:
        return _run_localstack(options, state)


def _run_localstack(options: argparse.Namespace, state: StateFolder | None) -> int:
    limits = Limits(float(options.function_timeout), options.function_memory)
    functions = read_functions(options.function, limits)
    emulator = EmbeddedLocalStack.of_this_process(stock=options.stock, services=options.services, functions=functions)
    try:
        backend = emulator.start(options.port)
        loaded = state.load(backend) if state is not None else ""
        try:
            print(f"{backend.name}, is ready at {backend.endpoint_url}. To use it in another terminal:\n")
            print(
                f"  export AWS_ENDPOINT_URL={backend.endpoint_url} AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION} "
                f"AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY=any\n"
            )
            if options.services:
                print(f"Switched on: {', '.join(options.services)}; each starts with its first call.\n")
            if functions:
                told = ", ".join(f"{name} ({handler})" for name, handler in functions.items())
                print(f"Functions, in every account and Region: {told}.\n")
            if loaded:
                print(f"{loaded[0].upper()}{loaded[1:]}; the state is saved when it stops.")
            print(f"Its log is {emulator.log}. Ctrl-C stops it.", flush=True)
            emulator.wait()
        except KeyboardInterrupt:
            saved = state.save(backend) if state is not None else []
            print("\n".join(["", *saved, "stopped"]))
            return 0
        raise BackendError(emulator.last_words("exited"))
    finally:
        emulator.stop()


_AS_ON_AWS, _NOT_TRIED = ("as on AWS", "green"), ("not tried", "dim")
_KNOWN, _UNKNOWN, _GONE = ("differs, known", "yellow"), ("differs", "red"), ("as on AWS, but in the ledger", "red")


def calibrate(options: argparse.Namespace) -> int:
    """Try patterns and behaviors and print the table; exit status 1 if the ledger of the product is not right."""
    out = console()
    emulator = EmbeddedLocalStack.of_this_process(stock=options.stock)
    try:
        backend = emulator.start() if options.endpoint_url is None else identify(options.endpoint_url)
        return _calibrate(backend, out)
    finally:
        emulator.stop()


def _calibrate(backend: Backend, out: Console) -> int:
    from pca_events.calibrate import BEHAVIOURS, answer_of, disagreements, ledger_of, not_recorded, operators

    session, ledger = Session(backend, RunId()), ledger_of(backend)
    columns = [Column("what AWS does"), Column("this backend"), Column("in detail"), Column("source")]
    rows: list[list[Part]] = []
    verdicts: list[Part] = []

    def add(says: str, detail: str, source: str, name: str, *, shown: bool) -> None:
        known = ledger.divergence(name) if ledger else None
        verdicts.append(_verdict(known, shown=shown))
        backend.api_calls.resume()  # bad answers to one trial do not end the next
        rows.append([says, verdicts[-1], known.reason if known else detail, source])

    with Progress(delay=0) as progress:
        for operator in operators():
            progress.show(f"trying patterns: {operator.name}")
            differs = disagreements(session, operator)
            detail = _counted(operator, differs)
            name = f"pattern-{operator.name}"
            add(f"patterns: {operator.name}", detail, operator.source, name, shown=not differs)
        rows.append([])
        for name, behaviour in BEHAVIOURS.items():
            progress.show(f"trying {name}")
            if reason := behaviour.not_testable(session):
                rows.append([behaviour.says, _NOT_TRIED, reason, behaviour.source])
            else:
                add(behaviour.says, "", behaviour.source, name, shown=behaviour.shown_by(session))
        rows.append([])
        for found in not_recorded():
            told = f"documented: {found.case.answer}; AWS's published engine: {found.engine}"
            rows.append([f"not recorded: {found.case.name}", answer_of(session, found.case), told, ""])
    out.table(columns, rows, f"{backend.name}, mode {session.mode.name}")
    out.line()
    out.line(_counts(verdicts))
    if ledger is None:
        out.line(f"no ledger in calibration/ledgers is about {backend.name}")
    elif ledger.expired:
        out.line(f"{ledger.path} expired on {ledger.expires}; set seen and expires again")
    wrong = _UNKNOWN in verdicts or _GONE in verdicts or ledger is None or ledger.expired
    return 1 if wrong else 0


def _counts(verdicts: list[Part]) -> str:
    as_on_aws, known, unknown, gone = (verdicts.count(each) for each in (_AS_ON_AWS, _KNOWN, _UNKNOWN, _GONE))
    return (
        f"{as_on_aws} of {len(verdicts)} as on AWS, {known} known differences, {unknown} that are not in the ledger, "
        f"{gone} in the ledger that are no longer there"
    )


def _counted(operator: "Operator", differs: list[str]) -> str:
    right = len(operator.cases) - len(differs)
    more = f"; {differs[0]}" if differs else ""
    return f"{right} of {len(operator.cases)}{more}"


def _verdict(known: "Divergence | None", *, shown: bool) -> Part:
    if shown:
        return _GONE if known else _AS_ON_AWS
    return _KNOWN if known else _UNKNOWN


def sweep(options: argparse.Namespace) -> int:
    """List or remove resources; exit status 1 if one could not be removed."""
    out = console()
    session = Session(connect(options.endpoint_url), RunId())
    prefix = RunId(options.run_id).prefix if options.run_id else options.prefix
    ahead = now_on(session) - datetime.now(UTC)  # of the emulator's clock, which dates what it creates
    old = [left for left in left_on(session, prefix, options.only) if _is_older(left, options.older_than, ahead)]
    failed = 0
    for left in old:
        if not options.yes:
            out.line(f"would remove {left.arn}")
        elif not _is_older(left, options.older_than, ahead):  # made anew since it was listed
            out.line(f"kept {left.arn}: it was deleted or recreated")
        elif refused := _refused(left):
            failed += 1
            out.line(("not removed", "red"), f" {left.arn}: {refused}")
        else:
            out.line(f"removed {left.arn}")
    out.line(f"{len(old)} found with prefix {prefix}" + ("" if options.yes else "; --yes removes them"))
    return 1 if failed else 0


def _refused(left: LeftBehind) -> str:
    """Remove a resource; return why that failed, empty if it did not."""
    try:
        left.remove()
    except (BadAnswer, Leak) as error:
        return str(error)
    except Exception as error:
        if refused := describe_aws_error(error):
            return refused
        raise
    return ""


def _is_older(left: LeftBehind, age: timedelta, ahead: timedelta) -> bool:
    made: list[datetime | None] = []
    if aws_error_of(lambda: made.append(left.created())) is not None:
        return False
    return age == timedelta(0) or (made[0] is not None and datetime.now(UTC) + ahead - made[0] > age)


Coming = SimpleQueue[Event | PcaEventsError | None]
"""What was received: an event, an error that ends the command, or None if it was interrupted."""

_WAIT = 5  # seconds of one long poll; an event is shown as soon as it arrives
_COLOURS = {"success": "green", "failure": "red"}


def watch(options: argparse.Namespace) -> int:
    """Show events until Ctrl-C; exit status 0 if all of them met their contract, 1 if one violated it."""
    out, aside = console(), console(stderr=True)
    backend = replace(connect(options.endpoint_url), account=options.account, region=options.region)
    if options.why and not has_traces(backend):
        raise BadInput(f"{backend.name} keeps no traces, which --why needs; pca-events localstack starts one that does")
    broke = seen = 0
    coming: Coming = SimpleQueue()
    with handlers_restored():
        handle(lambda *_: coming.put(None))
        with LiveEvents(Session(backend, RunId()), options.bus) as live:
            where = f"bus {options.bus}, account {options.account}, {options.region}, on {backend.name}"
            aside.line(f"watching {where}; Ctrl-C stops and deletes the rule and the queue")
            threading.Thread(target=_receive, args=(live, coming), daemon=True).start()
            while (came := coming.get()) is not None:
                if isinstance(came, PcaEventsError):
                    raise came
                found = [str(violation) for violation in violations(came, twins=True)]
                seen, broke = seen + 1, broke + bool(found)
                rules = _rules_of(live.session, came) if options.why else None
                _show(came, found, rules, out, as_json=options.format == "json")
    aside.line(f"events received: {seen}, violating their contract: {broke}; rule and queue deleted")
    return 1 if broke else 0


def _receive(live: LiveEvents, coming: Coming) -> None:
    """Receive events in a separate thread, so that Ctrl-C does not interrupt a call."""
    try:
        while True:
            for event in live.receive(_WAIT):
                coming.put(event)
    except PcaEventsError as error:
        coming.put(error)


def _rules_of(session: Session, event: Event) -> list[dict[str, Any]]:
    """What each rule of the bus did with an event, without the rule that watches."""
    rules = trace_of(session.backend, str(event.get("id")))["rules"]
    return [rule for rule in rules if not rule["name"].startswith(session.run.prefix)]


def _show(event: Event, found: list[str], rules: list[dict[str, Any]] | None, out: Console, *, as_json: bool) -> None:
    """Print one event with its verdict and violations, and what its rules did with it."""
    if as_json:
        told = {"event": event, "meets": not found, "violations": found} | ({} if rules is None else {"rules": rules})
        print(json.dumps(told), flush=True)
        return
    detail = event.get("detail")
    result = str(detail.get("result", "")) if isinstance(detail, dict) else ""
    verdict = ("violates", "red") if found else ("meets", "green")
    colour = _COLOURS.get(result, "yellow")
    time = datetime.now(UTC).strftime("%H:%M:%S")
    lead = f"{time}  {event.get('id')}  {event.get('detail-type')}  "
    out.line(lead, (result or "-", colour), "  ", verdict, " its contract")
    for line in [*_lines(event, found), *trace_lines(rules or [])]:
        out.line((f"          {line}", "dim"))
    out.stream.flush()


def _lines(event: Event, found: list[str]) -> list[str]:
    detail = event.get("detail")
    reason = detail.get("reason") if isinstance(detail, dict) else None
    resources = event.get("resources")
    named = [str(arn) for arn in resources] if isinstance(resources, list) else []
    return [*([str(reason)] if reason else []), *named, *found]
