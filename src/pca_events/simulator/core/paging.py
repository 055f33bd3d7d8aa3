"""Lists given out page by page."""

import base64
import binascii
from typing import Any

from pca_events.simulator.core.world import ServiceError


def page(items: list[Any], request: dict[str, Any], member: str, most: int = 1000) -> dict[str, Any]:
    """The items that a request asks for, under the name of the member, with a NextToken where more are left."""
    start = start_of(request.get("NextToken"), member)
    end = start + min(request.get("MaxResults") or most, most)
    response: dict[str, Any] = {member: items[start:end]}
    if end < len(items):
        response["NextToken"] = base64.urlsafe_b64encode(f"{member}:{end}".encode()).decode()
    return response


def start_of(token: str | None, member: str) -> int:
    """Where a NextToken goes on; raise InvalidNextTokenException for a token that was never given."""
    if token is None:
        return 0
    try:
        name, _, number = base64.b64decode(token, altchars=b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name = number = ""
    if name != member or not number.isdecimal():
        raise ServiceError(
            "InvalidNextTokenException",
            "The token specified in the NextToken argument is not valid. Use the one of your previous call.",
        )
    return int(number[:9])
