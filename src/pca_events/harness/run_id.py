"""Names that contain the id of the run, so that its resources can be found and swept."""

import random
import re
import secrets
from datetime import UTC, datetime

PREFIX = "pca-events"


class RunId:
    """Names everything that one run creates.

    Attributes:
        value: eight hexadecimal digits, part of every name.
        seed: of the random parts of the names; the same seed and worker give the same names.
    """

    def __init__(self, value: str | None = None, seed: str | None = None, worker: str = "") -> None:
        self.value = value or secrets.token_hex(4)
        self.seed = seed or secrets.token_hex(4)
        self._random = random.Random(f"{self.seed}/{worker}")  # noqa: S311

    @property
    def prefix(self) -> str:
        """The prefix of every name of this run."""
        return f"{PREFIX}-{self.value}-"

    def new_name(self) -> str:
        """Return a name that no other scenario has; valid for buses, rules and queues."""
        return f"{self.prefix}{self._random.getrandbits(32):08x}"

    def tags(self, scenario: str) -> dict[str, str]:
        """Return the tags of a scenario's resources; AWS allows 256 characters from a small set."""
        return {
            "pca-events:run": self.value,
            "pca-events:scenario": re.sub(r"[^\w\s.:/=+@-]", " ", scenario)[:256],
            "pca-events:created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def __str__(self) -> str:
        return self.value
