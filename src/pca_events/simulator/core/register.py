"""The CAs of one account and Region, and who asked for what."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pca_events.simulator.core.agenda import Agenda
from pca_events.simulator.core.arns import check_authority
from pca_events.simulator.core.model import Authority
from pca_events.simulator.core.refusals import invalid_state, not_found
from pca_events.simulator.core.world import Settings, World

TOKENS_LAST = timedelta(minutes=5)


@dataclass
class Register:
    """Everything that one account has in one Region. Its state is read and changed under its lock."""

    account: str
    region: str
    partition: str
    world: World
    lock: threading.RLock = field(default_factory=threading.RLock)
    agenda: Agenda = field(default_factory=Agenda)
    authorities: dict[str, Authority] = field(default_factory=dict)
    tokens: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings of the world."""
        return self.world.settings

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.world.now()

    def authority(self, arn: str) -> Authority:
        """The CA of an ARN; raise InvalidArnException or ResourceNotFoundException."""
        found = self.authorities.get(check_authority(arn))
        if found is None:
            raise not_found(arn)
        return found

    def authority_in_use(self, arn: str) -> Authority:
        """The CA of an ARN, unless it is being created, failed or deleted: then raise InvalidStateException."""
        authority = self.authority(arn)
        if authority.status in ("CREATING", "FAILED", "DELETED"):
            raise invalid_state(f"The certificate authority {arn} is in the state {authority.status}.")
        return authority

    def remembered(self, scope: str, token: str | None) -> str | None:
        """What a request with this idempotency token made within five minutes. Called under the lock."""
        if token is None:
            return None
        made = self.tokens.get((scope, token))
        return made[1] if made and self.now() < made[0] + TOKENS_LAST else None

    def remember(self, scope: str, token: str | None, arn: str) -> None:
        """Note what a request with an idempotency token makes. Called under the lock."""
        if token is not None:
            now = self.now()
            self.tokens = {key: made for key, made in self.tokens.items() if now < made[0] + TOKENS_LAST}
            self.tokens[scope, token] = (now, arn)
