"""Unmaking what a scenario made, and the proof that nothing is left."""

from pca_events.errors import Leak
from pca_events.harness.session import Session


def destroy(session: Session, name: str) -> None:
    """Destroy the bus and the queues of that name, found by listing, in the order target, rule, queue, bus.

    Works as well where the scenario crashed before it noted what it made.

    Raises:
        Leak: something of that name is still listed; the text gives the command that removes each.
    """
    for bus in _buses(session, name):
        _destroy_rules(session, bus)
    for url in _queues(session, name):
        session.sqs.delete_queue(QueueUrl=url)
    for bus in _buses(session, name):
        session.events.delete_event_bus(Name=bus)
    _prove_gone(session, name)


def _destroy_rules(session: Session, bus: str) -> None:
    for rule in session.events.list_rules(EventBusName=bus)["Rules"]:
        where = {"Rule": rule["Name"], "EventBusName": bus}
        targets = session.events.list_targets_by_rule(**where)["Targets"]
        if targets:
            session.events.remove_targets(**where, Ids=[target["Id"] for target in targets])
        session.events.delete_rule(Name=rule["Name"], EventBusName=bus)


def _prove_gone(session: Session, name: str) -> None:
    commands = [f"aws events delete-event-bus --name {bus}" for bus in _buses(session, name)]
    commands += [f"aws sqs delete-queue --queue-url {url}" for url in _queues(session, name)]
    if commands:
        remedy = "\n".join(f"  {command} --endpoint-url {session.backend.endpoint_url}" for command in commands)
        raise Leak(f"{name} is still there after it was destroyed; remove it with\n{remedy}")


def _buses(session: Session, name: str) -> list[str]:
    return [bus["Name"] for bus in session.events.list_event_buses(NamePrefix=name)["EventBuses"]]


def _queues(session: Session, name: str) -> list[str]:
    urls: list[str] = session.sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return urls
