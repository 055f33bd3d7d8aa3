"""Names that say which run made a thing, so that it can be found and swept."""

import re
import secrets
from dataclasses import dataclass, field

PREFIX = "pca-events"


@dataclass(frozen=True)
class RunId:
    """Names everything that one run makes: eight hexadecimal digits."""

    value: str = field(default_factory=lambda: secrets.token_hex(4))

    def new_name(self) -> str:
        """Return a name that no other scenario has; allowed for buses, rules and queues alike."""
        return f"{PREFIX}-{self.value}-{secrets.token_hex(4)}"

    def tags(self, scenario: str) -> dict[str, str]:
        """Return what is written on a thing that a scenario makes; AWS allows 256 characters of few kinds."""
        return {
            "pca-events:run": self.value,
            "pca-events:scenario": re.sub(r"[^\w\s.:/=+@-]", " ", scenario)[:256],
        }

    def __str__(self) -> str:
        return self.value
