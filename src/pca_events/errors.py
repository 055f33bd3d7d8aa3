"""What can go wrong, each with a message that says what, where and what to do."""


class PcaEventsError(Exception):
    """Any failure that this package explains by itself; its text is meant for people."""


class BadInput(PcaEventsError):
    """Something given by the user cannot be used: a name, a path, a value."""


class BackendError(PcaEventsError):
    """The backend does not answer, is not what it should be, or did not start."""


class BadAnswer(BackendError):
    """The backend answered with a server's error after every try, with half an answer, or without what it must hold."""


class BackendGone(BackendError):
    """The backend has stopped answering: nothing more is asked of it."""


class PublishError(PcaEventsError):
    """The bus refused an entry of PutEvents."""


class InvalidPattern(PcaEventsError):
    """EventBridge refuses an event pattern.

    Attributes:
        reason: why, in AWS's own words where AWS has them; without a place, the whole message.
        place: where: `line 3, column 17` of the text, or `$.detail.result` in a pattern given as an object.
        path: the path of the key, `$.detail.result`, however the pattern was given.
    """

    def __init__(self, reason: str, place: str | None = None, path: str | None = None) -> None:
        super().__init__(reason if place is None else f"Event pattern is not valid. Reason: {reason} (at {place})")
        self.reason = reason
        self.place = place
        self.path = path


class BusSilent(PcaEventsError):
    """The witness did not receive what was published before the deadline: the bus is dead or starved."""


class Leak(PcaEventsError):
    """Something that a scenario made is still there after it was destroyed."""


class PlanNotEmpty(PcaEventsError):
    """A configuration was applied, and the backend does not hold it."""


class Unexpected(PcaEventsError):
    """What a scenario received is not what it expected; the text says which rule, which field, wanted and found."""
