"""What the schemas of a version say together: the contract of each detail-type, in one piece and for each result."""

from dataclasses import dataclass
from typing import Any

from pca_events.contract.schemas import ENVELOPE, Schema, flat, per_result
from pca_events.schema_diff.keywords import canonical, plain
from pca_events.schema_diff.nodes import documented
from pca_events.schema_diff.shape import EVENTS, described


@dataclass(frozen=True)
class Contract:
    """The contract of one detail-type, without its words.

    Attributes:
        whole: with its conditions as they stand.
        by_result: with its conditions decided; empty where they are no conditions on a documented result.
    """

    whole: Schema
    by_result: dict[str, Schema]

    @property
    def result(self) -> Schema:
        """The field `detail.result`; only where the contract is split by it."""
        field: Schema = self.whole["properties"]["detail"]["properties"]["result"]
        return field

    @property
    def without_conditions(self) -> Schema:
        """The whole, only where the contract is split by result: there the conditions are shown by their effect."""
        fields = self.whole["properties"]
        detail = {key: value for key, value in fields["detail"].items() if key != "allOf"}
        return {**self.whole, "properties": {**fields, "detail": detail}}


@dataclass(frozen=True)
class View:
    """A version of the schemas as it is compared.

    Attributes:
        contracts: by detail-type.
        sent: the detail-types that the envelope names, and those of CloudTrail.
    """

    contracts: dict[str, Contract]
    sent: frozenset[str]


def view(files: dict[str, Schema]) -> View:
    """Read the files of a version together."""
    paths = described(files)
    own = {detail_type for detail_type, path in paths.items() if path.startswith(EVENTS)}
    named = documented(files[ENVELOPE]["properties"].get("detail-type", {}))
    sent = own if named is None else set(map(str, named))
    contracts = {detail_type: _contract(path, files) for detail_type, path in paths.items()}
    return View(contracts, frozenset(sent | (paths.keys() - own)))


def fingerprint(files: dict[str, Schema]) -> str:
    """A text that differs where a comparison of the views reads something else."""
    seen = view(files)
    contracts: dict[str, Any] = {
        detail_type: [contract.result, contract.by_result] if contract.by_result else contract.whole
        for detail_type, contract in seen.contracts.items()
    }
    return canonical([sorted(seen.sent), contracts])


def _contract(path: str, files: dict[str, Schema]) -> Contract:
    try:
        by_result = per_result(path, given=files) if path.startswith(EVENTS) else {}
    except (AttributeError, KeyError, TypeError):  # not conditions on a documented result: compared as they stand
        by_result = {}
    return Contract(
        _bare(flat(path, given=files)), {str(result): _bare(schema) for result, schema in by_result.items()}
    )


def _bare(schema: Schema) -> Schema:
    return {key: value for key, value in plain(schema).items() if key not in ("$id", "$schema")}
