"""What an event is about, by role: told from its documented sample, not from a schema."""

import random
import uuid
from collections.abc import Sequence
from typing import Literal

from pca_events.generate.places import Place

Role = Literal["certificate authority", "certificate", "audit report"]


def role(resource: str) -> Role:
    """Say what a resource of a documented sample is."""
    if not resource.startswith("arn:"):
        return "audit report"
    return "certificate" if "/certificate/" in resource else "certificate authority"


def new_resources(roles: Sequence[Role], where: Place, chance: random.Random) -> list[str]:
    """Make resources of these roles that agree with the place, the certificate belonging to its authority."""
    authority = f"arn:{where.partition}:acm-pca:{where.region}:{where.account}:certificate-authority/{new_id(chance)}"
    made: dict[Role, str] = {
        "certificate authority": authority,
        "certificate": f"{authority}/certificate/{chance.getrandbits(128):032x}",
        "audit report": new_id(chance),
    }
    return [made[role] for role in roles]


def new_id(chance: random.Random) -> str:
    """Make a UUID as AWS makes them: version 4, in lower case."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
