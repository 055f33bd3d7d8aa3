"""`pca-events watch`: the events of AWS Private CA on an event bus, as they arrive."""

import argparse
import json
import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime
from queue import SimpleQueue

from pca_events.backends import connect
from pca_events.catalog import Event
from pca_events.cli.console import Console, console
from pca_events.contract import violations
from pca_events.errors import PcaEventsError
from pca_events.harness import RunId, Session
from pca_events.harness.pca_scenario import LiveEvents

Coming = SimpleQueue[Event | PcaEventsError | None]
"""What was received: an event, an error that ends the command, or None if it was interrupted."""

_WAIT = 5  # seconds of one long poll; an event is shown as soon as it arrives
_ENDS = (signal.SIGINT, signal.SIGTERM)
_COLOURS = {"success": "green", "failure": "red"}


def run(options: argparse.Namespace) -> int:
    """Show events until Ctrl-C; exit status 0 if all of them met their contract, 1 if one violated it."""
    out, aside = console(), console(stderr=True)
    backend = replace(connect(options.endpoint_url), account=options.account, region=options.region)
    broke = seen = 0
    coming: Coming = SimpleQueue()
    before = {number: signal.signal(number, lambda *_: coming.put(None)) for number in _ENDS}
    try:
        with LiveEvents(Session(backend, RunId()), options.bus) as live:
            where = f"bus {options.bus}, account {options.account}, {options.region}, on {backend.name}"
            aside.line(f"watching {where}; Ctrl-C stops and deletes the rule and the queue")
            threading.Thread(target=_receive, args=(live, coming), daemon=True).start()
            while (came := coming.get()) is not None:
                if isinstance(came, PcaEventsError):
                    raise came
                found = [str(violation) for violation in violations(came)]
                seen, broke = seen + 1, broke + bool(found)
                _show(came, found, out, as_json=options.format == "json")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
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


def _show(event: Event, found: list[str], out: Console, *, as_json: bool) -> None:
    """Print one event with its verdict and violations."""
    if as_json:
        print(json.dumps({"event": event, "meets": not found, "violations": found}), flush=True)
        return
    detail = event.get("detail")
    result = str(detail.get("result", "")) if isinstance(detail, dict) else ""
    verdict = ("violates", "red") if found else ("meets", "green")
    colour = _COLOURS.get(result, "yellow")
    time = datetime.now(UTC).strftime("%H:%M:%S")
    lead = f"{time}  {event.get('id')}  {event.get('detail-type')}  "
    out.line(lead, (result or "-", colour), "  ", verdict, " its contract")
    for line in _lines(event, found):
        out.line((f"          {line}", "dim"))
    out.stream.flush()


def _lines(event: Event, found: list[str]) -> list[str]:
    detail = event.get("detail")
    reason = detail.get("reason") if isinstance(detail, dict) else None
    resources = event.get("resources")
    named = [str(arn) for arn in resources] if isinstance(resources, list) else []
    return [*([str(reason)] if reason else []), *named, *found]
