"""The objects of a saved state, read strictly: what is missing or of another type is an error with its place."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any


class DamagedState(Exception):
    """A saved state cannot be restored; the text says where and why, in one line."""


class Record:
    """A JSON object of a state.

    Args:
        value: the object.
        place: where it is, such as `$.accounts[0]`.

    All methods raise DamagedState.
    """

    def __init__(self, value: Any, place: str = "$") -> None:
        self.place = place
        if not isinstance(value, dict):
            raise DamagedState(f"{place} is not an object")
        self._members: dict[str, Any] = value

    def _typed(self, name: str, kind: type, what: str) -> Any:
        value = self._members.get(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise DamagedState(f"{self.place}.{name} is not {what}")
        return value

    def has(self, name: str) -> bool:
        """Whether there is a member that is not null."""
        return self._members.get(name) is not None

    def value(self, name: str) -> Any:
        """Anything."""
        return self._members.get(name)

    def text(self, name: str) -> str:
        """A string."""
        return str(self._typed(name, str, "a string"))

    def optional_text(self, name: str) -> str | None:
        """A string, or None for null."""
        return None if self._members.get(name, "") is None else self.text(name)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """One of several strings."""
        if (value := self.text(name)) not in known:
            raise DamagedState(f"{self.place}.{name} is not one of {', '.join(known)}")
        return value

    def whole(self, name: str) -> int:
        """A whole number."""
        return int(self._typed(name, int, "a whole number"))

    def number(self, name: str) -> float:
        """A number."""
        value = self._members.get(name)
        return float(self.whole(name) if isinstance(value, int) else self._typed(name, float, "a number"))

    def flag(self, name: str) -> bool:
        """A boolean."""
        return bool(self._typed(name, bool, "true or false"))

    def mapping(self, name: str) -> dict[str, Any]:
        """An object as it is."""
        return dict(self._typed(name, dict, "an object"))

    def items(self, name: str) -> list[Any]:
        """A list as it is."""
        return list(self._typed(name, list, "a list"))

    def texts(self, name: str) -> list[str]:
        """A list of strings."""
        values = self.items(name)
        if not all(isinstance(each, str) for each in values):
            raise DamagedState(f"{self.place}.{name} is not a list of strings")
        return values

    def record(self, name: str) -> "Record":
        """An object."""
        return Record(self._members.get(name), f"{self.place}.{name}")

    def records(self, name: str) -> Iterator["Record"]:
        """A list of objects."""
        return (Record(each, f"{self.place}.{name}[{at}]") for at, each in enumerate(self.items(name)))

    def data(self, name: str) -> bytes:
        """Bytes, as Base64."""
        with self.reading(name, "not Base64"):
            return base64.b64decode(self.text(name), validate=True)

    def moment(self, name: str) -> datetime:
        """A time with its offset from UTC."""
        with self.reading(name, "not a time with an offset"):
            moment = datetime.fromisoformat(self.text(name))
            if moment.tzinfo is None:
                raise ValueError
            return moment

    def optional_moment(self, name: str) -> datetime | None:
        """A time, or None for null."""
        return None if self._members.get(name, "") is None else self.moment(name)

    @contextmanager
    def reading(self, name: str, why: str) -> Iterator[None]:
        """Raise DamagedState about a member if its value cannot be used."""
        try:
            yield
        except DamagedState:
            raise
        except Exception as error:  # cryptography raises many types for data that it cannot read
            raise DamagedState(f"{self.place}.{name} is {why}") from error


def moment_text(moment: datetime | None) -> str | None:
    """A time as `Record.moment` reads it."""
    return None if moment is None else moment.isoformat()


def data_text(data: bytes) -> str:
    """Bytes as `Record.data` reads them."""
    return base64.b64encode(data).decode()
