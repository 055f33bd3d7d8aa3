"""The kinds of mutation: each names one way to change a documented event."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from pca_events import json_path
from pca_events.catalog import DocumentedEvent, documented_events
from pca_events.events.realistic import role

ABSENT = object()

Changes = Iterator[tuple[str, Any]]
"""Pairs of a JSON path and the value to set there."""


def _paths(entry: DocumentedEvent) -> list[str]:
    """Every field of a sample, by its path."""
    fields = [f"$.{name}" for name in entry.sample]
    items = [f"$.resources[{index}]" for index in range(len(entry.sample["resources"]))]
    return [*fields, *items, *(f"$.detail.{name}" for name in entry.sample["detail"])]


def _texts(entry: DocumentedEvent) -> list[tuple[str, str]]:
    found = ((path, json_path.get(entry.sample, path)) for path in _paths(entry))
    return [(path, value) for path, value in found if isinstance(value, str)]


def _dropped(entry: DocumentedEvent) -> Changes:
    yield from ((path, ABSENT) for path in _paths(entry))


def _renamed(entry: DocumentedEvent) -> Changes:
    def names(name: str) -> list[str]:
        words = name.split("-")
        camel = words[0] + "".join(map(str.title, words[1:]))
        return [camel, name.replace("-", "_"), name.upper(), name.title(), camel[0].upper() + camel[1:], f"{name}s"]

    def with_name(fields: dict[str, Any], old: str, new: str) -> dict[str, Any]:
        return {new if name == old else name: value for name, value in fields.items()}

    sample = entry.event
    for name in sample:
        yield from (("$", with_name(sample, name, new)) for new in names(name))
    for name in sample["detail"]:
        yield from (("$.detail", with_name(sample["detail"], name, new)) for new in names(name))


def _retyped(entry: DocumentedEvent) -> Changes:
    for path in _paths(entry):
        value = json_path.get(entry.sample, path)
        others: list[Any] = [0, 1, -1.5, True, False, [value], {"value": value}, json.dumps(value)]
        yield from ((path, other) for other in others)


def _emptied(entry: DocumentedEvent) -> Changes:
    nothing: tuple[Any, ...] = ("", [], {})
    yield from ((path, empty) for path in _paths(entry) for empty in nothing)


def _nulled(entry: DocumentedEvent) -> Changes:
    yield from ((path, None) for path in _paths(entry))


def _swapped(entry: DocumentedEvent) -> Changes:
    """The value of another event at the same path."""
    others = [other for other in documented_events() if other is not entry]
    for name in entry.sample:
        yield from ((f"$.{name}", copy.deepcopy(other.sample[name])) for other in others)


def _other_case(entry: DocumentedEvent) -> Changes:
    for path, text in _texts(entry):
        yield from ((path, other) for other in (text.upper(), text.lower(), text.title(), text.swapcase()))


def _padded(entry: DocumentedEvent) -> Changes:
    for path, text in _texts(entry):
        for space in (" ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff"):
            yield from ((path, padded) for padded in (space + text, text + space))


def _cut(entry: DocumentedEvent) -> Changes:
    for path, text in _texts(entry):
        yield from ((path, cut) for cut in (text[:-1], text[1:], text[: len(text) // 2]))


def _doubled(entry: DocumentedEvent) -> Changes:
    yield from ((path, text + text) for path, text in _texts(entry))


def _lookalike(entry: DocumentedEvent) -> Changes:
    """Characters that look alike: Cyrillic letters, full-width digits, another hyphen."""
    alike = str.maketrans("aceops0123-", "асеорѕ０１٢٣‐")  # noqa: RUF001 - that is the point
    yield from ((path, text.translate(alike)) for path, text in _texts(entry))


def _misspelt(entry: DocumentedEvent) -> Changes:
    for source in (
        "aws.acmpca",
        "acm-pca",
        "aws.acm",
        "aws.acm_pca",
        "acm-pca.amazonaws.com",
        "aws.pca-connector-scep",
    ):
        yield "$.source", source
    spelt = entry.detail_type
    for detail_type in (
        spelt.replace("ACM Private CA", "AWS Private CA"),
        spelt.replace("ACM ", ""),
        spelt.replace(" ", ""),
        spelt.replace(" ", "  "),
        f"{spelt} State Change",
        f"{spelt} ({entry.result})",
    ):
        yield "$.detail-type", detail_type
    for result in ("failed", "succeeded", "fail", "ok", "error", "pending", "SUCCEEDED", "FAILED", "unknown"):
        yield "$.detail.result", result
    yield "$.version", "1"
    yield "$.version", "0.0"


def _unknown_reason(entry: DocumentedEvent) -> Changes:
    """A reason where none is allowed, and undocumented reasons where one is required."""
    if "CRL" in entry.detail_type:
        yield from (("$.detail.reason", reason) for reason in ("Unknown.", "Internal failure.", "Access denied"))
        if entry.reason is None:
            failures = [other.reason for other in documented_events() if other.reason is not None]
            yield from (("$.detail.reason", reason) for reason in failures)
        else:
            yield "$.detail.reason", entry.reason.rstrip(".")


def _never_sent(entry: DocumentedEvent) -> Changes:
    if "Revocation" in entry.detail_type:
        yield "$.detail.result", "failure"
        yield "$.detail", {"result": "failure", "reason": "The certificate is revoked already."}


def _misplaced(entry: DocumentedEvent) -> Changes:
    """Fields of detail at the top level, and top-level fields in detail."""
    sample = entry.event
    flat = {**sample, **sample["detail"]}
    del flat["detail"]
    yield "$", flat
    yield "$.detail", {"detail": sample["detail"]}
    for name in ("source", "account", "resources"):
        yield (
            "$",
            {key: value for key, value in sample.items() if key != name}
            | {"detail": {**sample["detail"], name: sample[name]}},
        )
    yield "$.resources", [sample["resources"]]
    yield "$.resources", {str(index): resource for index, resource in enumerate(sample["resources"])}


def _other_count(entry: DocumentedEvent) -> Changes:
    """Resources that are duplicated, too many, too few, or in the wrong order."""
    resources = entry.sample["resources"]
    for index, resource in enumerate(resources):
        yield "$.resources", [*resources[: index + 1], resource, *resources[index + 1 :]]
        yield "$.resources", [resource] * len(resources) if len(resources) > 1 else [resource] * 3
    yield "$.resources", resources[::-1] if len(resources) > 1 else []
    yield "$.resources", [*resources, "arn:aws:s3:::a-bucket"]
    yield "$.resources", [None, *resources]


def _other_kind(entry: DocumentedEvent) -> Changes:
    """An ARN of another service or resource type, and an ID where an ARN is required."""
    for index, resource in enumerate(entry.sample["resources"]):
        path = f"$.resources[{index}]"
        if role(resource) == "audit report":
            yield path, f"{entry.sample['resources'][0]}/audit-report/{resource}"
            yield path, f"arn:aws:acm-pca:us-east-1:111122223333:audit-report/{resource}"
            continue
        yield path, resource.rpartition("/")[2]
        yield path, resource.partition(":certificate-authority")[2].lstrip("/:")
        yield path, resource.replace(":acm-pca:", ":acm:")
        yield path, resource.replace(":acm-pca:", ":pca-connector-ad:")
        yield path, resource.replace("certificate-authority/", "certificate/")
        yield path, resource.replace("certificate-authority/", "certificate-authority:")
        yield path, resource.replace("/certificate/", "/certificates/")
        yield path, f"{resource}/"
        yield path, f"{resource}/template/EndEntityCertificate/V1"


def _other_partition(entry: DocumentedEvent) -> Changes:
    for index, resource in enumerate(entry.sample["resources"]):
        if resource.startswith("arn:aws:"):
            for partition in ("aws-mars", "AWS", "", "aws_cn", "aws-", "aws-us-gov-", "azure", "*"):
                yield f"$.resources[{index}]", resource.replace("arn:aws:", f"arn:{partition}:")


def _other_arn_place(entry: DocumentedEvent) -> Changes:
    """An ARN without a Region, with an account of eleven digits, or with a wildcard."""
    for index, resource in enumerate(entry.sample["resources"]):
        if resource.startswith("arn:aws:"):
            for region in ("", "*", "us-east", "US-EAST-1", "useast1", "us_east_1"):
                yield f"$.resources[{index}]", resource.replace(":us-east-1:", f":{region}:")
            for account in ("", "*", "11112222333", "1111222233334", "1111-2222-3333", "account"):
                yield f"$.resources[{index}]", resource.replace(":111122223333:", f":{account}:")


def _no_such_time(entry: DocumentedEvent) -> Changes:
    day, _, clock = entry.sample["time"].partition("T")
    for time in (
        day,
        clock,
        f"{day} {clock}",
        f"{day}T{clock[:-1]}",
        f"{day}T{clock[:-1]}+00:00",
        f"{day}T{clock[:-1]}.000Z",
        f"{day}T24:00:00Z",
        f"{day}T23:60:00Z",
        "2019-02-29T00:00:00Z",
        "2019-13-01T00:00:00Z",
        "2019-00-10T00:00:00Z",
        "2019-04-31T10:00:00Z",
        "1572894896",
        "Mon, 04 Nov 2019 19:14:56 GMT",
    ):
        yield "$.time", time


KINDS: dict[str, Callable[[DocumentedEvent], Changes]] = {
    "dropped": _dropped,
    "renamed": _renamed,
    "retyped": _retyped,
    "emptied": _emptied,
    "nulled": _nulled,
    "swapped": _swapped,
    "other-case": _other_case,
    "padded": _padded,
    "cut": _cut,
    "doubled": _doubled,
    "lookalike": _lookalike,
    "misspelt": _misspelt,
    "unknown-reason": _unknown_reason,
    "never-sent": _never_sent,
    "misplaced": _misplaced,
    "other-count": _other_count,
    "other-kind": _other_kind,
    "other-partition": _other_partition,
    "other-arn-place": _other_arn_place,
    "no-such-time": _no_such_time,
}
"""The kinds of mutation, by name."""
