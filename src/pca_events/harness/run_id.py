"""Names that say which run made a thing, so that it can be found and swept."""

import random
import re
import secrets
from datetime import UTC, datetime

PREFIX = "pca-events"


class RunId:
    """Names everything that one run makes.

    Attributes:
        value: eight hexadecimal digits, part of every name.
        seed: what the random parts of the names follow from; the same seed and worker give the same names.
    """

    def __init__(self, value: str | None = None, seed: str | None = None, worker: str = "") -> None:
        self.value = value or secrets.token_hex(4)
        self.seed = seed or secrets.token_hex(4)
        self._random = random.Random(f"{self.seed}/{worker}")  # noqa: S311

    @property
    def prefix(self) -> str:
        """What every name of this run begins with."""
        return f"{PREFIX}-{self.value}-"

    def new_name(self) -> str:
        """Return a name that no other scenario has; allowed for buses, rules and queues alike."""
        return f"{self.prefix}{self._random.getrandbits(32):08x}"

    def tags(self, scenario: str) -> dict[str, str]:
        """Return what is written on a thing that a scenario makes; AWS allows 256 characters of few kinds."""
        return {
            "pca-events:run": self.value,
            "pca-events:scenario": re.sub(r"[^\w\s.:/=+@-]", " ", scenario)[:256],
            "pca-events:created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def __str__(self) -> str:
        return self.value
