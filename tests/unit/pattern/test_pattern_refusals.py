"""Patterns that EventBridge rejects: its messages, and their positions."""

import json
import pickle
from typing import Any

import pytest

from pca_events.errors import BadInput
from pca_events.pattern import EventPattern, InvalidPattern

ONE_KEY = "Only one key allowed in match expression"
TOO_MANY = "Too many elements in numeric expression"
NO_OPERAND = "Value of anything-but must be an array or single string/number value."
MIXED = "Inside anything but list, either all values are number or string, mixed type is not supported"
COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a"
    " wildcard character"
)

OF_ONE_VALUE = [
    ({}, "Match expression name not found"),
    (["success"], "Match value must be String, number, true, false, or null"),
    ({"Prefix": "a"}, "Unrecognized match type Prefix"),
    ({"regex": "a"}, "Unrecognized match type regex"),
    ({"exactly": 1}, "exact match pattern must be a string"),
    ({"prefix": "a", "suffix": "b"}, ONE_KEY),
    ({"prefix": True}, "prefix match pattern must be a string"),
    ({"prefix": {}}, "Prefix expression name not found"),
    ({"prefix": {"suffix": "a"}}, "Unsupported prefix pattern: suffix"),
    ({"prefix": {"equals-ignore-case": 1}}, "equals-ignore-case match pattern must be a string"),
    ({"prefix": {"equals-ignore-case": "a", "b": 1}}, ONE_KEY),
    ({"suffix": None}, "suffix match pattern must be a string"),
    ({"suffix": {}}, "Suffix expression name not found"),
    ({"suffix": {"wildcard": "*"}}, "Unsupported suffix pattern: wildcard"),
    ({"equals-ignore-case": 1}, "equals-ignore-case match pattern must be a string"),
    ({"exists": "true"}, "exists match pattern must be either true or false."),
    ({"exists": {"a": True}}, "exists match pattern must be either true or false."),
    ({"exists": True, "prefix": "a"}, ONE_KEY),
    ({"wildcard": ["*"]}, "wildcard match pattern must be a string"),
    ({"wildcard": "crl/**"}, "Consecutive wildcard characters at pos 5"),
    ({"wildcard": "é**"}, "Consecutive wildcard characters at pos 3"),
    ({"wildcard": "crl\\n"}, "Invalid escape character at pos 4"),
    ({"wildcard": "crl\\"}, "Invalid escape character at pos 4"),
    ({"wildcard": "*-*-*-*-*-certificate/*"}, COMPLEX),
    ({"wildcard": "*" + "a" * 20}, COMPLEX),
    ({"anything-but": {"wildcard": "*-*-*-*-*-certificate/*"}}, COMPLEX),
    ({"cidr": 1}, "prefix match pattern must be a string"),
    ({"cidr": "10.0.0.0"}, "Malformed CIDR, one '/' required"),
    ({"cidr": "10.0.0.0/8/8"}, "Malformed CIDR, one '/' required"),
    ({"cidr": "10.0.0.0/x"}, "Malformed CIDR, mask bits must be an integer"),
    ({"cidr": "10.0.0.0/-1"}, "Malformed CIDR, mask bits must not be negative"),
    ({"cidr": "10.0.0.0/32"}, "IPv4 mask bits must be < 32"),
    ({"cidr": "2001:db8::/128"}, "IPv6 mask bits must be < 128"),
    ({"cidr": "10.0.0.256/8"}, "Invalid IP address: 10.0.0.256"),
    ({"cidr": "1:2/8"}, "Invalid IP address: 1:2"),
    ({"cidr": "ca.example/8"}, "Nonstandard IP address: ca.example"),
    ({"numeric": 5}, "Value of numeric must be an array."),
    ({"numeric": []}, "Invalid member in numeric match: ]"),
    ({"numeric": [5]}, "Invalid member in numeric match: 5"),
    ({"numeric": [None]}, "Invalid member in numeric match: null"),
    ({"numeric": [{}]}, "Invalid member in numeric match: {"),
    ({"numeric": [[]]}, "Invalid member in numeric match: ["),
    ({"numeric": ["!=", 5]}, "Unrecognized numeric range operator: !="),
    ({"numeric": ["="]}, "Value of equals must be numeric"),
    ({"numeric": ["=", "5"]}, "Value of equals must be numeric"),
    ({"numeric": ["<", True]}, "Value of < must be numeric"),
    ({"numeric": [">="]}, "Value of >= must be numeric"),
    ({"numeric": ["=", 1, 2]}, TOO_MANY),
    ({"numeric": ["<", 5, ">", 1]}, TOO_MANY),
    ({"numeric": [">", 1, 5]}, "Bad value in numeric range: 5"),
    ({"numeric": [">", 1, ">", 5]}, "Bad numeric range operator: >"),
    ({"numeric": [">", 1, "<"]}, "Value of < must be numeric"),
    ({"numeric": [">", 1, "<", 5, "<", 9]}, "Too many terms in numeric range expression"),
    ({"numeric": [">", 5, "<", 5]}, "Bottom must be less than top"),
    ({"numeric": [">=", 5, "<=", 1]}, "Bottom must be less than top"),
    ({"numeric": [">", 9007199254740993]}, "Cannot compare number : 9007199254740993"),
    ({"numeric": [">", 1], "prefix": "a"}, TOO_MANY),
    ({"anything-but": None}, NO_OPERAND),
    ({"anything-but": False}, NO_OPERAND),
    ({"anything-but": []}, MIXED),
    ({"anything-but": ["a", 1]}, MIXED),
    ({"anything-but": ["a", None]}, "Inside anything but list, start|null|boolean is not supported."),
    ({"anything-but": [["a"]]}, "Inside anything but list, start|null|boolean is not supported."),
    ({"anything-but": 12345678901234567890}, "Cannot compare number : 12345678901234567890"),
    ({"anything-but": {}}, "Anything-But expression name not found"),
    ({"anything-but": {"exists": True}}, "Unsupported anything-but pattern: exists"),
    ({"anything-but": {"numeric": [">", 1]}}, "Unsupported anything-but pattern: numeric"),
    ({"anything-but": {"prefix": True}}, NO_OPERAND),
    ({"anything-but": {"prefix": ["a", ""]}}, "Null prefix/suffix not allowed"),
    ({"anything-but": {"suffix": [1]}}, "prefix/suffix match pattern must be a string"),
    ({"anything-but": {"prefix": []}}, "Empty arrays are not allowed"),
    ({"anything-but": {"wildcard": "**"}}, "Consecutive wildcard characters at pos 1"),
    ({"anything-but": {"wildcard": [1]}}, "wildcard match pattern must be a string"),
    ({"anything-but": {"prefix": "a", "suffix": "b"}}, TOO_MANY),
    ({"anything-but": "a", "prefix": "b"}, TOO_MANY),
]

OF_A_PATTERN = [
    ({}, "Empty objects are not allowed", "$"),
    ({"detail": {}}, "Empty objects are not allowed", "$.detail"),
    ({"resources": []}, "Empty arrays are not allowed", "$.resources"),
    ({"source": "aws.acm-pca"}, '"source" must be an object or an array', "$.source"),
    ({"source": None}, '"source" must be an object or an array', "$.source"),
    ({"$or": {"a": ["b"]}}, "It must be an Array followed with $or.", "$.$or"),
    ({"$or": "a"}, "It must be an Array followed with $or.", "$.$or"),
    ({"$or": []}, "There must have at least 2 Objects in $or relationship.", "$.$or"),
    ({"$or": [{"a": ["b"]}]}, "There must have at least 2 Objects in $or relationship.", "$.$or"),
    ({"$or": [{"a": ["b"]}, "a"]}, "Only JSON object is allowed in array of $or relationship.", "$.$or[1]"),
    ({"$or": [{"a": ["b"]}, {}]}, "Empty objects are not allowed", "$.$or[1]"),
    (
        {"detail": {"$or": [{"a": ["b"]}, {"c": {"prefix": ["d"]}}]}},
        "prefix is Ruler reserved fieldName which cannot be used inside $or.",
        "$.detail.$or[1].c.prefix",
    ),
    ({"$or": [{"=": ["b"]}, {"a": ["b"]}]}, "= is Ruler reserved fieldName which cannot be used inside $or.", None),
    (["a"], "Filter is not an object", "$"),
    ("a", "Filter is not an object", "$"),
    (None, "Filter is not an object", "$"),
]


def refusal(pattern: Any) -> InvalidPattern:
    with pytest.raises(InvalidPattern) as refused:
        EventPattern.parse(pattern)
    return refused.value


@pytest.mark.parametrize(("element", "reason"), OF_ONE_VALUE)
def test_an_element_is_rejected_with_the_message_of_aws(element: Any, reason: str) -> None:
    pattern = {"detail": {"result": ["success", element]}}
    for refused in (refusal(pattern), refusal(json.dumps(pattern)), refusal(json.dumps(pattern, indent=2))):
        assert (refused.reason, refused.path) == (reason, "$.detail.result")


@pytest.mark.parametrize(("pattern", "reason", "path"), OF_A_PATTERN)
def test_a_pattern_is_rejected_with_the_message_of_aws(pattern: Any, reason: str, path: str | None) -> None:
    refused = refusal(json.dumps(pattern))
    assert refused.reason == reason
    assert path in (refused.path, None)


@pytest.mark.parametrize("element", [{"prefix": "a"}, {"exists": True}, 5, None, True, "", {"cidr": "10.0.0.0/31"}])
def test_valid_elements_are_accepted(element: Any) -> None:
    assert EventPattern.parse({"detail": {"result": [element]}}).conditions


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"source": "aws.acm-pca"}', "line 1, column 12"),
        ('{\n  "detail": {\n    "result": ["success",\n      {"prefix": 1}]}}', "line 4, column 7"),
        ('{"a": {"b": [1, 2]}, "a" : {"b\\"]": [ [] ] }}', "line 1, column 39"),
        ('{"$or":[{"a":["b"]},\t{"c":\n{}}]}', "line 2, column 1"),
        ('{"source": ["aws.acm-pca"] "a"}', "line 1, column 28"),
        ("{'source': ['aws.acm-pca']}", "line 1, column 2"),
        ('{"source": ["aws.acm-pca"]} {}', "line 1, column 29"),
        ("", "line 1, column 1"),
    ],
)
def test_a_text_is_rejected_with_line_and_column(text: str, place: str) -> None:
    refused = refusal(text)
    assert refused.place == place
    assert str(refused) == f"Event pattern is not valid. Reason: {refused.reason} (at {place})"


def test_an_object_is_rejected_with_its_path() -> None:
    refused = refusal({"detail": {"result": []}})
    assert refused.place == refused.path == "$.detail.result"
    assert str(refused) == "Event pattern is not valid. Reason: Empty arrays are not allowed (at $.detail.result)"
    assert str(pickle.loads(pickle.dumps(refused))) == str(refused)  # noqa: S301


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": [NaN]}', "NaN is not a JSON number"),
        ('{"a": [-Infinity]}', "-Infinity is not a JSON number"),
        ('{"a": [%s]}' % ("1" * 1_001), "A number of 1001 characters is longer than 1000"),
        ('{"a": [1e99999999999999999999999]}', "too large"),
        ('{"a":' * 100_000, "nested too deep"),
        ('{"a":' * 2_000 + '["b"]' + "}" * 2_000, "nested too deep"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_unreadable_text_gives_no_traceback(text: str, reason: str) -> None:
    assert reason in refusal(text).reason


@pytest.mark.parametrize(
    "given", [5, None, ["a"], {"a": {1, 2}}, {"a": [float("nan")]}, {"a": [object()]}, {(): ["a"]}]
)
def test_values_that_are_not_json_give_no_traceback(given: Any) -> None:
    assert refusal(given).place == "$"


def test_a_self_referencing_object_gives_no_traceback() -> None:
    endless: dict[str, Any] = {}
    endless["a"] = endless
    assert refusal(endless).place == "$"


def test_too_many_combinations_are_rejected() -> None:
    def pattern(fields: int) -> dict[str, Any]:
        return {f"field{n}": {"$or": [{"a": ["b"]}, {"c": ["d"]}]} for n in range(fields)}

    assert len(EventPattern.parse(pattern(9)).conditions) == 512
    assert refusal(pattern(40)).path == "$.field9.$or"


def test_an_event_that_is_not_an_object_is_bad_input() -> None:
    with pytest.raises(BadInput, match="an event is a JSON object, and this is list"):
        EventPattern.parse({"a": ["b"]}).matches([])  # type: ignore[arg-type]
