"""`pca-events export`: the contracts in the formats of other tools."""

import argparse
import sys
from pathlib import Path

from pca_events.atomic_write import write_file, write_folder
from pca_events.errors import BadInput
from pca_events.exports import FORMATS, documented_detail_types

_STANDARD_OUTPUT = "-"


def run(options: argparse.Namespace) -> int:
    """Write the files and print one line; nothing is printed if they go to standard output."""
    known = FORMATS[options.format]
    out = Path(options.output)
    files = known.render(documented_detail_types())
    if options.output == _STANDARD_OUTPUT:
        if known.is_folder:
            raise BadInput(f"{options.format} is {len(files)} files, too many for standard output; name a folder")
        sys.stdout.buffer.write("".join(files.values()).encode())
        sys.stdout.flush()
        return 0
    if known.is_folder:
        write_folder(files, out)
        print(f"wrote {out}: {known.summary}: {', '.join(files)}")
    else:
        write_file("".join(files.values()), out)
        print(f"wrote {out}: {known.summary}")
    return 0
