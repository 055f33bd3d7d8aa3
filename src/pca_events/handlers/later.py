"""The function that AWS Lambda's runtime calls for a retry that comes minutes later: the clock of its process is ahead.

A claim that expires after a fixed time has expired then, as for the last retry of AWS Lambda. The clock is that of
`time.time` and `datetime.now`; a database has its own. It runs in the process of the handler, before that is imported.
"""

import datetime
import os
import time
from typing import Any

from pca_events.handlers.traced import wrapped

AHEAD = "PCA_EVENTS_CLOCK_AHEAD"
"""The variable with the seconds."""

_AHEAD = float(os.environ.get(AHEAD, "0"))
_time, _time_ns, _Datetime = time.time, time.time_ns, datetime.datetime


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _Datetime)


class _Later(datetime.datetime, metaclass=_AnyDatetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        return cls.now()


def handler(event: Any, context: Any) -> Any:
    """Call the handler."""
    if _AHEAD and datetime.datetime is not _Later:
        time.time = lambda: _time() + _AHEAD
        time.time_ns = lambda: _time_ns() + int(_AHEAD * 1_000_000_000)
        datetime.datetime = _Later  # type: ignore[misc]
    return wrapped()(event, context)
