"""What can go wrong, each with a message that says what, where and what to do."""


class PcaEventsError(Exception):
    """Any failure that this package explains by itself; its text is meant for people."""


class BadInput(PcaEventsError):
    """Something given by the user cannot be used: a name, a path, a value."""


class BackendError(PcaEventsError):
    """The backend does not answer, is not what it should be, or did not start."""


class PublishError(PcaEventsError):
    """The bus refused an entry of PutEvents."""


class InvalidPattern(PcaEventsError):
    """EventBridge refuses an event pattern."""


class BusSilent(PcaEventsError):
    """The witness did not receive what was published before the deadline: the bus is dead or starved."""


class Leak(PcaEventsError):
    """Something that a scenario made is still there after it was destroyed."""


class PlanNotEmpty(PcaEventsError):
    """A configuration was applied, and the backend does not hold it."""
