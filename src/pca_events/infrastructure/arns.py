"""ARNs as far as they are known."""

from dataclasses import dataclass
from typing import Any

from pca_events.infrastructure.wildcard_texts import wildcard_text


@dataclass(frozen=True)
class Arn:
    """The fields of an ARN; a field that is not known whole is empty, and so is every field of what is no ARN."""

    service: str = ""
    region: str = ""
    account: str = ""
    resource: str = ""


def read_arn(value: Any) -> Arn:
    """Return the fields of a value that may be an ARN, and known in part."""
    fields = wildcard_text(value).split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":
        return Arn()
    return Arn(*("" if "*" in field else field for field in fields[2:]))
