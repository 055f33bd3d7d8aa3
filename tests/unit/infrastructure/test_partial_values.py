"""Partly unknown strings: each unknown part keeps its reason and its meaning."""

import pytest

from pca_events.check.report import readable
from pca_events.infrastructure.model import Unknown, as_placeholder
from pca_events.infrastructure.partial_values import Reference, joined
from pca_events.infrastructure.source_tree import plain

REGION = Unknown("${AWS::Region}", meaning="region")


def test_each_unknown_part_is_shown_with_its_own_reason() -> None:
    text = joined(["arn:aws:acm-pca:", REGION, ":", Unknown("!Ref Account"), ":x/", Unknown("var.id")])
    assert str(text) == "arn:aws:acm-pca:${AWS::Region}:${Account}:x/${var.id}"
    assert readable(plain({"resources": [text]})) == {"resources": [str(text)]}


def test_each_unknown_part_keeps_its_meaning() -> None:
    text = plain(joined(["a", REGION, "b", Unknown("var.id")]))
    assert text.meanings == ("region", "")
    assert text.reasons == ("${AWS::Region}", "var.id")
    assert plain(REGION).meaning == "region"


def test_a_shared_reason_is_not_repeated() -> None:
    assert plain(joined([Unknown("var.a"), "-", Unknown("var.a")])) == Unknown("var.a", (None, "-", None))


def test_nested_strings_keep_reasons_and_meanings() -> None:
    inner = plain(joined(["x-", REGION, "-", Unknown("var.a")]))
    outer = plain(joined([inner, "/", Unknown("var.b")]))
    assert str(outer) == "x-${AWS::Region}-${var.a}/${var.b}"
    assert outer.meanings == ("region", "", "")


def test_a_reference_with_a_known_string_counts_as_that_string() -> None:
    bus = Reference("!Ref Bus", ("pki",), resource="Bus")
    assert str(bus) == "pki"
    assert joined(["event-bus/", bus]) == "event-bus/pki"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("var.ca_arn", "${var.ca_arn}"),
        ("!Ref CaArn", "${CaArn}"),
        ("!GetAtt Ca.Arn", "${Ca.Arn}"),
        ("${AWS::Region}", "${AWS::Region}"),
        ("!Select [0, !Ref Arns]", "${!Select [0, !Ref Arns]}"),
    ],
)
def test_a_reason_as_a_placeholder(reason: str, shown: str) -> None:
    assert as_placeholder(reason) == shown
