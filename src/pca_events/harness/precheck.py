"""What must hold before a scenario's verdict means anything."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pca_events.errors import BackendError, BackendGone
from pca_events.harness.session import Session

_MOST_SKEW = timedelta(minutes=5)
"""AWS refuses a signature that is older."""


def unmet(session: Session) -> list[str]:
    """Return what does not hold, each with what to do; empty where the backend can be relied on.

    Looks at: both services answer, the account and the Region are those of the backend, the clocks agree.

    Raises:
        BackendGone: nobody answers there any more.
    """
    backend = session.backend
    try:
        bus = session.events.describe_event_bus(Name="default")
        session.sqs.list_queues(QueueNamePrefix="pca-events-none")
    except BackendGone:
        raise
    except (BotoCoreError, ClientError, BackendError) as error:
        return [f"{backend.name} does not serve events and sqs ({error}); start it with both"]
    found = tuple(bus["Arn"].split(":")[3:5])
    expected = (backend.region, backend.account)
    problems = []
    if found != expected:
        where = " and ".join(found)
        problems.append(
            f"the default bus is in {where}, expected {' and '.join(expected)}; is this the right endpoint?"
        )
    return problems + _skew(bus)


def _skew(answer: dict[str, Any]) -> list[str]:
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if told is None:
        return []
    skew = abs(datetime.now(UTC) - parsedate_to_datetime(told).astimezone(UTC))
    if skew <= _MOST_SKEW:
        return []
    return [f"the clock of the backend is {skew.total_seconds():.0f} s away from the one here; set it right"]
