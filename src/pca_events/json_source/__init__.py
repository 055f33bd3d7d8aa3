"""Reads JSON text strictly, and keeps what Python drops: duplicate keys, numbers as written, and positions."""

from pca_events.json_source.documents import DocumentDecoder, decode
from pca_events.json_source.errors import InvalidJson, InvalidLine, MalformedJson, NestedTooDeep
from pca_events.json_source.exact import Members, WrittenNumber, index_of, line_and_column, read_exactly, read_members
from pca_events.json_source.lines import MOST_DIGITS, NewObject, ObjectWithLines, parse, read_lines

__all__ = [
    "MOST_DIGITS",
    "DocumentDecoder",
    "InvalidJson",
    "InvalidLine",
    "MalformedJson",
    "Members",
    "NestedTooDeep",
    "NewObject",
    "ObjectWithLines",
    "WrittenNumber",
    "decode",
    "index_of",
    "line_and_column",
    "parse",
    "read_exactly",
    "read_lines",
    "read_members",
]
