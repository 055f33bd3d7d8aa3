"""The errors of this package; each message says what is wrong, where, and what to do."""


class PcaEventsError(Exception):
    """Base class of all errors; the text is a complete message for users."""


class BadInput(PcaEventsError):
    """User input is invalid: a name, a path, a value."""


class BackendError(PcaEventsError):
    """The backend does not respond, is not the expected one, or did not start."""


class BadAnswer(BackendError):
    """The backend responded with a server error after every retry, or with an incomplete response."""


class BackendGone(BackendError):
    """The backend stopped responding; no further requests are sent to it."""


class PublishError(PcaEventsError):
    """The event bus rejected an entry of PutEvents."""


class InvalidPattern(PcaEventsError):
    """EventBridge rejects an event pattern.

    Attributes:
        reason: why, in the words of AWS if there are any; the whole message if there is no place.
        place: `line 3, column 17` of the text, or `$.detail.result` of a pattern given as an object.
        path: the path of the key, `$.detail.result`, in either case.
    """

    def __init__(self, reason: str, place: str | None = None, path: str | None = None) -> None:
        super().__init__(reason if place is None else f"Event pattern is not valid. Reason: {reason} (at {place})")
        self.reason = reason
        self.place = place
        self.path = path


class BusSilent(PcaEventsError):
    """The catch-all rule received no event before the deadline: the bus does not deliver, or is too slow."""


class Leak(PcaEventsError):
    """A resource of a scenario still exists after it was destroyed."""


class PlanNotEmpty(PcaEventsError):
    """The backend differs from the configuration that was applied."""


class Unexpected(PcaEventsError):
    """A scenario did not receive the expected events; the text says which rule and field, wanted and found."""
