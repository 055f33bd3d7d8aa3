"""Hypothesis strategies for event patterns and events."""

from hypothesis import strategies as st

texts = st.text(max_size=6) | st.sampled_from(["success", "failure", "10.0.0.1", "*", "a.b", ""])
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | texts
# $or, and the comparisons that are reserved inside it, are not fields.
keys = st.sampled_from(["a", "b", "c", "a.b", "detail"]) | st.text(min_size=1, max_size=3).filter(
    lambda key: not set(key) & set("$<=>")
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
events = st.dictionaries(keys, values, min_size=1, max_size=3)

operands = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["prefix", "suffix", "numeric", "wildcard", "cidr", "exists", "anything-but", "$or"])
            | st.sampled_from(["equals-ignore-case", "exactly", "a"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)

elements = st.one_of(
    leaves,
    st.builds(lambda text: {"prefix": text}, texts),
    st.builds(lambda text: {"suffix": text}, texts),
    st.builds(lambda text: {"equals-ignore-case": text}, texts),
    st.builds(lambda number: {"numeric": ["<=", number]}, st.integers(-9, 9)),
    st.builds(lambda several: {"anything-but": several}, st.lists(texts, min_size=1, max_size=3)),
    st.builds(lambda several: {"anything-but": several}, st.lists(st.integers(-9, 9), min_size=1, max_size=3)),
    st.builds(lambda wanted: {"exists": wanted}, st.booleans()),
)
patterns = st.dictionaries(
    keys,
    st.recursive(
        st.lists(elements, min_size=1, max_size=3),
        lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=2),
        max_leaves=3,
    ),
    min_size=1,
    max_size=3,
)
