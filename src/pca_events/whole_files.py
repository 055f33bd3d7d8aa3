"""Files that are written whole, or not at all."""

import os
from pathlib import Path


def replace_file(file: Path, content: str | bytes) -> None:
    """Write beside the file and then rename, so that nobody reads half of it; a link stays a link.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    target = file.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
