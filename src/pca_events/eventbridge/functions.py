"""The functions that `pca-events localstack --function` runs, as EventBridge sees them."""

import json
import os
from collections.abc import Callable
from typing import Protocol

from pca_events.service_switches import FUNCTIONS

Note = Callable[[str, str], None]
"""Notes what an attempt answered, and what follows it."""


class FunctionHost(Protocol):
    """The provider of AWS Lambda that runs functions."""

    def policy_of(self, arn: str) -> str | None:
        """Return the policy of a function as JSON; None if there is no such function."""

    def accept(self, arn: str, payload: bytes, note: Note) -> None:
        """Queue an event for a function; each attempt is noted."""


def function_host() -> FunctionHost | None:
    """Return what runs functions in this LocalStack; None if it is LocalStack's own Lambda, or nothing."""
    if not os.environ.get(FUNCTIONS):
        return None
    from localstack.services.plugins import SERVICE_PLUGINS

    host: FunctionHost = SERVICE_PLUGINS.require("lambda").lifecycle_hook
    return host


def payload_of(text: str) -> bytes:
    """Return what a function receives for the text of a target: JSON."""
    try:
        json.loads(text)
    except ValueError:
        return json.dumps(text, ensure_ascii=False).encode()
    return text.encode()
