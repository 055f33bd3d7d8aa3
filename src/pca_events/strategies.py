"""Hypothesis strategies of events that meet the contract: `events()` for any, or one function for each kind.

    from hypothesis import given
    from pca_events.strategies import crl_generation_failures

    @given(crl_generation_failures())
    def test_an_alarm_names_the_reason(event): ...

Events are from every partition and in any order of keys. By default some have fields that the contract does not define,
because AWS may add fields at any time.
"""

from datetime import datetime
from functools import cache
from typing import Any

from pca_events import catalog
from pca_events.catalog import Event
from pca_events.events import PARTITIONS, AwsLocation
from pca_events.events.realistic import Role, role

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "pca_events.strategies needs hypothesis, which is not installed; pip install hypothesis", name="hypothesis"
    ) from missing

__all__ = [
    "audit_report_generation_failures",
    "audit_report_generation_successes",
    "ca_creation_failures",
    "ca_creation_successes",
    "certificate_issuance_failures",
    "certificate_issuance_successes",
    "certificate_revocation_successes",
    "crl_generation_failures",
    "crl_generation_successes",
    "events",
]

_MOST_NEW = 3
_SIMILAR = ("Result", "reason ", "replay-name", "resource", "detailType", "trace-header")  # easily read by mistake
_DIGITS, _HEX = "0123456789", "0123456789abcdef"


def events(*globs: str, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of the documented events whose IDs match, such as `crl-generation-*`; of all without a glob.

    Args:
        globs: of IDs, as `pca-events list` prints them.
        unknown_fields: whether an event may have fields that the contract does not define.

    Raises:
        BadInput: a glob matches no event; the message suggests a similar ID.
    """
    return _events(catalog.matching(globs or ("*",)), unknown_fields)


def ca_creation_successes(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about CAs that were created."""
    return events("ca-creation-success", unknown_fields=unknown_fields)


def ca_creation_failures(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about CAs that could not be created."""
    return events("ca-creation-failure", unknown_fields=unknown_fields)


def certificate_issuance_successes(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about certificates that were issued."""
    return events("certificate-issuance-success", unknown_fields=unknown_fields)


def certificate_issuance_failures(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about certificates that could not be issued."""
    return events("certificate-issuance-failure", unknown_fields=unknown_fields)


def certificate_revocation_successes(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about certificates that were revoked."""
    return events("certificate-revocation-success", unknown_fields=unknown_fields)


def crl_generation_successes(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about CRLs that were stored."""
    return events("crl-generation-success", unknown_fields=unknown_fields)


def crl_generation_failures(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about CRLs that could not be generated or stored, with each documented reason."""
    return events("crl-generation-failure-*", unknown_fields=unknown_fields)


def audit_report_generation_successes(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about audit reports that were stored."""
    return events("audit-report-generation-success", unknown_fields=unknown_fields)


def audit_report_generation_failures(*, unknown_fields: bool = True) -> st.SearchStrategy[Event]:
    """Return a strategy of events about audit reports that could not be generated or stored."""
    return events("audit-report-generation-failure", unknown_fields=unknown_fields)


@st.composite
def _events(draw: st.DrawFn, ids: tuple[str, ...], unknown_fields: bool) -> Event:
    entry = catalog.documented(draw(st.sampled_from(ids)))
    event = entry.event
    where = draw(_locations())
    event |= {
        "id": draw(_ids()),
        "account": where.account,
        "region": where.region,
        "time": f"{draw(_times()):%Y-%m-%dT%H:%M:%SZ}",
        "resources": draw(_resources([role(resource) for resource in entry.sample["resources"]], where)),
    }
    if unknown_fields:
        event["detail"] = {**draw(_new_fields()), **event["detail"]}
        event = {**draw(_new_fields()), **event}
    return dict(draw(st.permutations(list(event.items()))))


@st.composite
def _locations(draw: st.DrawFn) -> AwsLocation:
    partition = draw(st.sampled_from(list(PARTITIONS)))
    region = draw(st.sampled_from(PARTITIONS[partition]))
    return AwsLocation(partition, region, draw(st.text(_DIGITS, min_size=12, max_size=12)))


@cache
def _times() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31))


@cache
def _ids() -> st.SearchStrategy[str]:
    return st.uuids(version=4).map(str)


@st.composite
def _resources(draw: st.DrawFn, roles: list[Role], where: AwsLocation) -> list[str]:
    authority = f"arn:{where.partition}:acm-pca:{where.region}:{where.account}:certificate-authority/{draw(_ids())}"
    certificate = f"{authority}/certificate/{draw(st.text(_HEX, min_size=32, max_size=32))}"
    made = {"certificate authority": authority, "certificate": certificate, "audit report": draw(_ids())}
    return [made[each] for each in roles]


@cache
def _new_fields() -> st.SearchStrategy[dict[str, Any]]:
    """Return fields with names that the contract does not define, and JSON of any kind as values."""
    known = {name for each in catalog.documented_events() for name in (*each.sample, *each.sample["detail"])}
    values = st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=4,
    )
    names = st.sampled_from(_SIMILAR) | st.text(st.characters(codec="utf-8"), max_size=12)
    names = names.filter(lambda name: name not in known)
    return st.dictionaries(names, values, max_size=_MOST_NEW)
