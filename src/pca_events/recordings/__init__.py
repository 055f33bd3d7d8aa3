"""Recorded events: read from files and streams, unwrapped, validated in bulk, and reported."""

from pca_events.recordings.bulk_validation import validate
from pca_events.recordings.document_reader import LONGEST, Reader, Sink, parse_line
from pca_events.recordings.files import (
    BLOCK,
    CloudTrailRecord,
    IncompleteRecording,
    NoEvent,
    Wrapped,
    blocks,
    recordings_in,
    unwrap,
)
from pca_events.recordings.report import Group, Occurrences, RecordLocation, ValidationReport
from pca_events.recordings.report_json import as_json, from_json, merged, read_report, validation_schema
from pca_events.recordings.tally import Tally

__all__ = [
    "BLOCK",
    "LONGEST",
    "CloudTrailRecord",
    "Group",
    "IncompleteRecording",
    "NoEvent",
    "Occurrences",
    "Reader",
    "RecordLocation",
    "Sink",
    "Tally",
    "ValidationReport",
    "Wrapped",
    "as_json",
    "blocks",
    "from_json",
    "merged",
    "parse_line",
    "read_report",
    "recordings_in",
    "unwrap",
    "validate",
    "validation_schema",
]
