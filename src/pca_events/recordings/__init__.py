"""Recorded events: read from files, streams and the wrappings in which they are stored."""

from pca_events.recordings.files import BLOCK, blocks
from pca_events.recordings.folders import recordings_in
from pca_events.recordings.reader import LONGEST, Reader, Sink
from pca_events.recordings.strict import Refused, decode, parse_line
from pca_events.recordings.wrappings import CloudTrailRecord, NoEvent, Wrapped, unwrap

__all__ = [
    "BLOCK",
    "LONGEST",
    "CloudTrailRecord",
    "NoEvent",
    "Reader",
    "Refused",
    "Sink",
    "Wrapped",
    "blocks",
    "decode",
    "parse_line",
    "recordings_in",
    "unwrap",
]
