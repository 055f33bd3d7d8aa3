"""Another account, which uses the CA of a scenario as far as the policy of the CA allows."""

import json
from collections.abc import Sequence
from typing import Any

from pca_events.backends.control_clients import SimulatorControls
from pca_events.catalog import Event
from pca_events.harness.pca_scenario import PcaScenario, own_account_session


class OtherAccount:
    """An account that nothing else in the run uses; it owns nothing.

    Args:
        scenario: has the CA and the certificate that it uses.

    Attributes:
        scenario: as given; its certificate is the last one that this account has issued.
    """

    def __init__(self, scenario: PcaScenario) -> None:
        self.scenario = scenario
        self._session = own_account_session(scenario.session)

    def allow(self, operations: Sequence[str]) -> None:
        """Attach a policy to the CA of the scenario that allows this account some operations, and nothing else."""
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": self._session.backend.account},
            "Action": [f"acm-pca:{operation}" for operation in operations],
            "Resource": self.scenario.authority,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.scenario.call("PutPolicy", Policy=policy)

    def call(self, operation: str) -> dict[str, Any]:
        """Call an operation about the CA and the certificate of the scenario, and return its answer.

        Raises:
            ClientError: the service rejects it.
        """
        return self.scenario.call(operation, session=self._session)

    def listed(self) -> list[str]:
        """Return the ARNs of the CAs that other accounts share with this one."""
        answer = self._session.pca.list_certificate_authorities(ResourceOwner="OTHER_ACCOUNTS")
        return [each["Arn"] for each in answer["CertificateAuthorities"]]

    def sent(self) -> list[Event]:
        """Return the events that the buses of this account have accepted from the simulator."""
        return SimulatorControls(self._session.backend).sent()[0]
