"""How events reach a bus again or another bus on AWS: archives and replays, and forwarding between buses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events import catalog
from pca_events.calibrate.trial import RULE, Behaviour, Message, TrialSetup, awaited, behaviour, sample
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.resources import Archive, Rule, Target

_ARCHIVES = "User Guide, Archiving and replaying events"
_BUSES = "User Guide, Sending and receiving events between event buses"
_FIRST, _LAST = "first", "last"
_OTHER = "ca-creation-success"


@contextmanager
def _archived(setup: TrialSetup, pattern: dict[str, Any] | None = None) -> Iterator[tuple[ScenarioBus, Archive]]:
    """A bus with an archive of what matches a pattern, by default of the sample."""
    with setup.bus() as bus:
        archive = Archive(bus.name, bus.name, pattern or sample().pattern)
        bus.create("archive", archive)
        bus.put_rule_under_test(RULE, {"source": sample().pattern["source"]})
        yield bus, archive


def _replay(bus: ScenarioBus, archive: Archive, **destination: Any) -> str:
    """Start a replay of all events of an archive to its bus, and return its name."""
    name = bus.session.run.new_name()
    bus.session.events.start_replay(
        ReplayName=name,
        EventSourceArn=bus.backend.archive_arn(archive.name),
        EventStartTime=datetime(2000, 1, 1, tzinfo=UTC),
        EventEndTime=datetime.now(UTC) + timedelta(minutes=1),
        Destination={"Arn": bus.backend.bus_arn(bus.name), **destination},
    )
    return name


@behaviour("an archived event can be replayed", _ARCHIVES)
def archive_and_replay(setup: TrialSetup) -> bool:
    """Replay one."""
    with _archived(setup, {"source": sample().pattern["source"]}) as (bus, archive):
        bus.publish(sample().event)
        bus.deliveries()
        bus.replay(archive)
        return bool(bus.replayed())


@behaviour("a replayed event has the name of its replay", _ARCHIVES)
def replay_name(setup: TrialSetup) -> bool:
    """Replay one."""
    with _archived(setup) as (bus, archive):
        bus.publish(sample().event)
        bus.deliveries()
        name = _replay(bus, archive)
        return bool(bus.replayed().get("replay-name") == name)


@behaviour("an archive keeps only the events that match its pattern", _ARCHIVES)
def archive_filter(setup: TrialSetup) -> bool:
    """Archive one of two events, replay, and publish a third: only that one and the first arrive."""
    with _archived(setup) as (bus, archive):
        earlier = {**catalog.documented(_OTHER).event, "time": "2001-01-01T00:00:00Z"}
        bus.publish(earlier, sample().event)
        before = len(bus.deliveries())
        _replay(bus, archive)
        replayed = [bus.replayed()]
        bus.publish(sample().event)
        replayed += [delivery.event for delivery in bus.deliveries() if "replay-name" in (delivery.event or {})]
        return before == 2 and {event["detail"]["result"] for event in replayed} == {"failure"}


@behaviour("a replay can be limited to chosen rules", "API Reference, ReplayDestination")
def replay_rules(setup: TrialSetup) -> bool:
    """Replay to the last of two rules, and publish again: the first gets both that were published, and no other."""
    with _archived(setup) as (bus, archive):
        bus.put_observer_rule(_FIRST, sample().pattern)
        bus.create("last", Rule(bus.name, _LAST, sample().pattern))
        bus.create("last target", bus.default_target(_LAST))
        bus.delete_out_of_band("rule")
        bus.publish(sample().event)
        bus.deliveries()
        _replay(bus, archive, FilterArns=[bus.backend.rule_arn(bus.name, _LAST)])
        replayed = bus.replayed()
        bus.publish(sample().event)
        by_first = [delivery for delivery in bus.deliveries() if delivery.rule == _FIRST]
        return bool(replayed) and len(by_first) == 2


@behaviour("a replayed event is not archived again", _ARCHIVES)
def archived_once(setup: TrialSetup) -> bool:
    """Replay one, and count the events of the archive."""
    with _archived(setup) as (bus, archive):
        bus.publish(sample().event)
        bus.deliveries()
        _replay(bus, archive)
        replayed = bus.replayed()
        described = setup.events.describe_archive(ArchiveName=archive.name)
        return bool(replayed) and described.get("EventCount", 0) == 1


@behaviour("a forwarded event keeps account and Region", _BUSES)
def forwarded_stamps(setup: TrialSetup) -> bool:
    """Forward an event to another bus of the account."""
    with setup.fresh_bus() as bus, setup.fresh_bus() as second:
        _forward(bus, second)
        second.put_rule_under_test(RULE, sample().pattern)
        bus.publish(sample().event)
        came = awaited(setup.session, second.name, lambda _: True)
        where = (bus.backend.account, bus.backend.region)
        return came is not None and (came.event.get("account"), came.event.get("region")) == where


@behaviour("an event is forwarded through one bus only", _BUSES)
def forwarded_once(setup: TrialSetup) -> bool:
    """Chain three buses, and publish to the last as well, once the second has the event."""
    with setup.fresh_bus() as bus, setup.fresh_bus() as second, setup.fresh_bus() as third:
        _forward(bus, second)
        _forward(second, third)
        second.put_rule_under_test("own", sample().pattern)
        third.put_rule_under_test(RULE, sample().pattern)
        bus.publish(sample().event)
        if awaited(setup.session, second.name, lambda _: True) is None:
            return False
        own: set[str] = set()
        for _ in range(2):  # a delivery that was only held up arrives before the second
            (stamped,) = third.publish(sample().event)
            own.add(stamped)
            third.deliveries({(RULE, stamped)})
        return {delivery.event_id for delivery in third.received} == own


@behaviour(
    "a bus of another account receives an event only if its policy allows it",
    _BUSES,
    on_aws="the run has one account",
)
def other_account(setup: TrialSetup) -> bool:
    """Forward an event to a bus of another account before and after it gets a policy."""
    own = setup.session.backend
    other = Session(replace(own, account=f"{int(own.account) ^ 1:012d}"), setup.session.run, setup.session.mode.name)
    with setup.fresh_bus() as bus, setup.fresh_bus(other) as second:
        role = {"RoleArn": f"arn:aws:iam::{own.account}:role/{bus.name}"}
        _forward(bus, second, role)
        second.put_rule_under_test(RULE, sample().pattern)
        refused = {**sample().event, "resources": ["refused"]}
        bus.publish(refused)
        bus.deliveries()
        allow = {"StatementId": "trial", "Principal": own.account, "Action": "events:PutEvents"}
        other.events.put_permission(EventBusName=second.name, **allow)
        arrived: list[bool] = []
        for _ in range(2):  # a delivery that was only held up arrives before the second
            bus.publish(sample().event)
            allowed = awaited(other, second.name, lambda message: _note_allowed(message, arrived))
            if allowed is None:
                return False
        return all(arrived)


def _note_allowed(message: Message, arrived: list[bool]) -> bool:
    """Whether a message has the event that was published after the policy was set; adds the answer to a list."""
    arrived.append(message.event["resources"] == sample().event["resources"])
    return arrived[-1]


def _forward(bus: ScenarioBus, to: ScenarioBus, options: dict[str, Any] | None = None) -> None:
    """Put a rule on a bus that forwards the sample to another bus."""
    bus.put_rule_under_test(RULE, sample().pattern)
    bus.modify_out_of_band(Target(bus.name, RULE, to.backend.bus_arn(to.name), options or {}))


WAYS: tuple[Behaviour, ...] = (
    archive_and_replay,
    archive_filter,
    archived_once,
    replay_name,
    replay_rules,
    forwarded_stamps,
    forwarded_once,
    other_account,
)
"""The behaviours of this module."""
