"""Compares two versions of the schemas, and tells which changes break consumers of the events."""

from pca_events.schema_diff.changes import Change, diff
from pca_events.schema_diff.comparison import Effect
from pca_events.schema_diff.versions import Version, read_version

__all__ = ["Change", "Effect", "Version", "diff", "read_version"]
