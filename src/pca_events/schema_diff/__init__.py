"""What changed between two versions of the schemas, and whether a consumer of the events has to care."""

from pca_events.schema_diff.changes import Change, diff
from pca_events.schema_diff.effects import Effect
from pca_events.schema_diff.versions import Version, read_version

__all__ = ["Change", "Effect", "Version", "diff", "read_version"]
