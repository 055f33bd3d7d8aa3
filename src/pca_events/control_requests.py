"""Requests to the control APIs inside LocalStack: what is accepted, and the messages for everything else."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

DEFAULT_ACCOUNT = "111122223333"
"""The default account; `pca-events` uses it."""

MOST = 1_000_000
"""The highest count that can be planned."""

_LONGEST = 100 * 366 * 24 * 3600.0  # seconds: a century

_LONGEST_SHOWN = 200  # characters

Body = dict[str, Any]


class BadRequest(Exception):
    """A request to a control API is invalid; the text says what to send instead."""


class HttpRequest(Protocol):
    """A request, as far as the control APIs read it."""

    @property
    def args(self) -> Mapping[str, str]:
        """The query parameters."""

    def get_data(self) -> bytes:
        """Return the body."""


def account_of(request: HttpRequest, default: str = DEFAULT_ACCOUNT) -> str:
    """Return the account of a request: `?account=`.

    Raises:
        BadRequest: it is not an account.
    """
    account = request.args.get("account", default)
    if not re.fullmatch("[0-9]{12}", account):
        raise BadRequest(f'"account" is "{account}"; write the twelve digits of an account')
    return account


def read_json(request: HttpRequest, known: Sequence[str]) -> Any:
    """Return the body of a request.

    Raises:
        BadRequest: it is not valid JSON; the message names the members that an object may have.
    """
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not valid JSON ({error}); write an object with {', '.join(known)}") from error


def read_body(request: HttpRequest, known: Sequence[str]) -> Body:
    """Return the body of a request: a JSON object with known members.

    Raises:
        BadRequest: it is something else.
    """
    body = read_json(request, known)
    if not isinstance(body, dict) or not body:
        raise BadRequest(f"the body is not a JSON object with members; write one with {', '.join(known)}")
    if unknown := [name for name in body if name not in known]:
        raise BadRequest(f"{', '.join(map(shown, unknown[:3]))} is not a known member; write {', '.join(known)}")
    return body


def count_of(body: Mapping[str, Any], name: str, least: int) -> int:
    """Return a count.

    Raises:
        BadRequest: the member is not a whole number from `least` to MOST.
    """
    value = body.get(name)
    if type(value) is not int or not least <= value <= MOST:
        raise BadRequest(f'"{name}" is {shown(value)}; write a whole number from {least} to {MOST}')
    return value


def seconds_of(body: Mapping[str, Any], name: str) -> timedelta:
    """Return a duration that is given in seconds.

    Raises:
        BadRequest: the member is not a number, or is negative or longer than a century.
    """
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
        raise BadRequest(f'"{name}" is {shown(value)}; write seconds, from 0 to {_LONGEST:.0f}')
    return timedelta(seconds=value)


def shown(value: Any) -> str:
    """Return a value of a body as JSON for a message, shortened."""
    try:
        text = json.dumps(value)
    except RecursionError:
        text = "nested too deeply"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
