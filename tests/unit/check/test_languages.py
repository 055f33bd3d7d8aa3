"""Regular languages: compared with a regular expression engine and with the laws of sets."""

import gc
import re
import weakref

import pytest
from fuzzing import times
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from pca_events import contract
from pca_events.check.verdicts.conditions import accepts_all, accepts_some, language_of
from pca_events.check.verdicts.field_domains import matching
from pca_events.check.verdicts.regular_languages import (
    ANYTHING,
    EMPTY_STRING,
    NOTHING,
    Language,
    complement,
    concat,
    contains,
    examples,
    few_strings,
    intersection,
    literal,
    overlaps,
    prefix_verdict,
    repeat,
    union,
)
from pca_events.pattern import (
    AnythingBut,
    EqualsIgnoreCase,
    Exact,
    Exists,
    Matcher,
    Numeric,
    Prefix,
    Suffix,
    Wildcard,
)

TYPES = contract.schemas()["schemas/types.schema.json"]["$defs"]
PATTERNS = [kind["pattern"] for kind in TYPES.values() if "pattern" in kind]
CA = matching(TYPES["certificateAuthorityArn"]["pattern"])
AUTHORITY = "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/11223344-1234-1122-2233-112233445566"


def begins_with(words: str) -> Language:
    return concat(literal(words), ANYTHING)


def ends(words: str) -> Language:
    return concat(ANYTHING, literal(words))


def has(texts: Language, words: str) -> bool:
    return overlaps(texts, literal(words))


@settings(max_examples=times(100))
@for_all(pattern=st.sampled_from(PATTERNS), data=st.data())
def test_the_language_of_a_regular_expression_contains_what_it_matches(pattern: str, data: st.DataObject) -> None:
    words = data.draw(st.from_regex(pattern.replace("$", r"\Z").replace("^", r"\A")))
    assert has(matching(pattern), words)
    changed = words.replace(data.draw(st.sampled_from(sorted(set(words)))), data.draw(st.sampled_from("aZ0-:/ ")), 1)
    assert has(matching(pattern), changed) == bool(re.fullmatch(pattern, changed))


@settings(max_examples=times(100))
@for_all(pattern=st.sampled_from(PATTERNS), data=st.data())
def test_the_fast_path_for_prefixes_gives_the_same_result(pattern: str, data: st.DataObject) -> None:
    words = data.draw(st.from_regex(pattern.replace("$", r"\Z").replace("^", r"\A")))
    start = words[: data.draw(st.integers(0, len(words)))] + data.draw(st.sampled_from(["", "x", "1", ":"]))
    texts, wanted = matching(pattern), begins_with(start)
    assert prefix_verdict(texts, start) == (overlaps(texts, wanted), contains(wanted, texts))


small = st.recursive(
    st.sampled_from(["", "a", "b", "ab"]).map(literal),
    lambda inner: (
        st.tuples(inner, inner).map(lambda pair: concat(*pair))
        | st.tuples(inner, inner).map(lambda pair: union(*pair))
        | st.tuples(inner, inner).map(lambda pair: intersection(*pair))
        | inner.map(complement)
        | inner.map(repeat)
    ),
    max_leaves=6,
)
WORDS = ["", "a", "b", "ab", "ba", "aa", "abab", "bb", "aab", "c"]


@settings(max_examples=times(150))
@for_all(first=small, second=small)
def test_languages_satisfy_the_laws_of_sets(first: Language, second: Language) -> None:
    for words in WORDS:
        in_first, in_second = has(first, words), has(second, words)
        assert has(intersection(first, second), words) == (in_first and in_second)
        assert has(union(first, second), words) == (in_first or in_second)
        assert has(complement(first), words) != in_first
        assert not (contains(first, second) and in_second and not in_first)
        assert overlaps(first, second) or not (in_first and in_second)
    assert contains(first, first)
    assert contains(union(first, second), second)
    assert not overlaps(first, complement(first))


@pytest.mark.parametrize(
    ("texts", "some", "every"),
    [
        (begins_with("arn:"), True, True),
        (begins_with("arn:aws"), True, True),
        (begins_with("arn:aws:"), True, False),
        (begins_with("arn:aws:acm-pca:eu-central-1:444455556666:"), True, False),
        (begins_with("arn:aws:acm:"), False, False),
        (begins_with(AUTHORITY), True, False),
        (begins_with(f"{AUTHORITY}/"), False, False),
        (ends("112233445566"), True, False),
        (ends("11223344556G"), False, False),
        (literal(AUTHORITY), True, False),
        (literal(AUTHORITY.upper(), ignore_case=True), True, False),
        (literal("11223344-1234-1122-2233-112233445566"), False, False),
        (concat(literal("arn:"), concat(ANYTHING, begins_with("certificate-authority/"))), True, True),
        (complement(literal(AUTHORITY)), True, False),
        (complement(begins_with("arn:")), False, False),
        (complement(begins_with("arn:aws:acm:")), True, True),
        (union(literal(AUTHORITY), complement(literal(AUTHORITY))), True, True),
        (ANYTHING, True, True),
        (NOTHING, False, False),
        (EMPTY_STRING, False, False),
    ],
)
def test_conditions_on_the_arns_of_a_ca(texts: Language, some: bool, every: bool) -> None:
    assert (overlaps(CA, texts), contains(texts, CA)) == (some, every)


@pytest.mark.parametrize("pattern", ["(a", "a{2", "a)b", "*", "."])
def test_invalid_expressions_are_rejected(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be parsed|has no end"):
        matching(pattern)


def test_every_pattern_of_the_schemas_can_be_read() -> None:
    found = [
        field.pattern
        for path in (*contract.schema_of().values(), *contract.twin_schema_of().values())
        for schema in (contract.per_result(path).values() if "events/" in path else [contract.dereferenced(path)])
        for field in contract.fields(schema)
        if field.pattern
    ]
    assert len(found) > 20
    assert all(matching(pattern) != NOTHING for pattern in found)


TEXTS = st.sampled_from(["", "a", "A", "arn:aws:", "us-", "-1", "2026", "0", "failure", "ure", "é", "*a*b*", "1*"])
KINDS = (Exact, Prefix, Suffix, EqualsIgnoreCase)
ONE_TEXT = st.one_of(
    st.builds(lambda kind, words: kind(words), st.sampled_from(KINDS), TEXTS),
    st.builds(lambda kind, words: kind(words, True), st.sampled_from((Prefix, Suffix)), TEXTS),
    st.builds(lambda before, after: Wildcard(f"{before}*{after}"), TEXTS, TEXTS).filter(
        lambda one: "**" not in one.text
    ),
    st.sampled_from(["failure", "success", "us-east-1", AUTHORITY]).map(Exact),
    st.sampled_from(["arn:aws", "s", "FAILURE"]).map(lambda words: Prefix(words, True)),
)
MATCHERS = st.one_of(
    ONE_TEXT,
    st.lists(ONE_TEXT, min_size=1, max_size=2).map(lambda refused: AnythingBut(tuple(refused))),
    st.builds(Exists, st.booleans()),
    st.just(Numeric(lower=1.0)),
    st.just(Exact(300)),
)
SMALL_SETS = [literal("failure"), union(literal("failure"), literal("success")), ANYTHING, literal(""), CA]
SETS = st.sampled_from(SMALL_SETS) | st.sampled_from(PATTERNS).map(matching)


@settings(max_examples=times(400))
@for_all(matchers=st.lists(MATCHERS, min_size=1, max_size=3).map(tuple), texts=SETS)
def test_the_fast_path_for_matchers_gives_the_same_result(matchers: tuple[Matcher, ...], texts: Language) -> None:
    wanted = union(*map(language_of, matchers))
    assert accepts_some(matchers, texts) == overlaps(wanted, texts)
    assert accepts_all(matchers, texts) == contains(wanted, texts)


@settings(max_examples=times(100))
@for_all(first=small, matchers=st.lists(MATCHERS, min_size=1, max_size=2).map(tuple))
def test_the_fast_path_accepts_any_language(first: Language, matchers: tuple[Matcher, ...]) -> None:
    wanted = union(*map(language_of, matchers))
    assert accepts_some(matchers, first) == overlaps(wanted, first)
    assert accepts_all(matchers, first) == contains(wanted, first)


@settings(max_examples=times(200))
@for_all(matcher=ONE_TEXT, words=st.text(st.sampled_from("aAbé*1:-"), max_size=5) | TEXTS)
def test_a_matcher_accepts_exactly_its_language(matcher: Matcher, words: str) -> None:
    assert has(language_of(matcher), words) == matcher.accepts(words)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_examples_are_in_their_set_and_unlike_each_other(pattern: str) -> None:
    found = examples(matching(pattern))
    assert all(re.fullmatch(pattern, words) for words in found)
    assert len(found) >= 8
    assert max(len(set(letters)) for letters in zip(*found, strict=False)) > 2
    assert few_strings(matching(pattern)) is None
    assert examples(matching(pattern)) == found


def test_all_strings_of_a_small_language_are_listed() -> None:
    several = union(literal("a"), literal("bc"), EMPTY_STRING, concat(literal("x"), union(literal("y"), literal("z"))))
    assert set(few_strings(several) or ()) == {"", "a", "bc", "xy", "xz"}
    assert set(examples(several)) <= set(few_strings(several) or ())
    assert few_strings(NOTHING) == () == examples(NOTHING)
    assert few_strings(ANYTHING) is None
    assert few_strings(union(*(literal(str(number)) for number in range(30)))) is None


def test_equal_expressions_are_one_object_as_long_as_one_of_them_is_in_use() -> None:
    used = literal("a text that no other test uses")
    assert literal("a text that no other test uses") is used
    forgotten = weakref.ref(used)
    del used
    gc.collect()
    assert forgotten() is None
