"""The partitions of AWS inside LocalStack 4.13.1, which serves the Regions of `aws` only.

It answers a request to another Region as one to us-east-1, and knows four of the other partitions by name. Both are
corrected in the modules that every service uses; ALLOW_NONSTANDARD_REGIONS=1 must be in the environment as well.
"""

import re
import sys
import threading
from typing import Any

import moto.utilities.utils
from localstack.aws import handlers
from localstack.aws.handlers.region import DefaultRegionRewriterStrategy
from localstack.utils.aws import arns

from pca_events.regions import PREFIXES, is_known

_lock = threading.Lock()
_PACKAGES = ("localstack.", "moto.")


def serve_all_partitions() -> None:
    """Serve every known Region as itself, with its partition in all ARNs. Calling it again changes nothing."""
    with _lock:
        handlers.rewrite_region.region_rewriter_strategy = _KnownRegions()
        for owner in (arns, moto.utilities.utils):
            _add_partitions(owner)


class _KnownRegions(DefaultRegionRewriterStrategy):
    """Keeps the Regions of every partition; any other one becomes us-east-1, as in LocalStack."""

    def apply(self, context: Any) -> None:
        if not is_known(context.region or ""):
            super().apply(context)


def _add_partitions(owner: Any) -> None:
    """Add the missing partitions to a module that knows them by the prefixes of their Regions."""
    owner.REGION_PREFIX_TO_PARTITION.update(PREFIXES)
    owner.PARTITION_NAMES.extend(name for name in PREFIXES.values() if name not in owner.PARTITION_NAMES)
    before = owner.ARN_PARTITION_REGEX
    after = f"^arn:({'|'.join(sorted(owner.PARTITION_NAMES))})"
    if before == after:
        return
    # Modules that were imported earlier have copied the expression, or compiled one that begins with it.
    for name, module in list(sys.modules.items()):
        if name.startswith(_PACKAGES):
            for attribute, value in list(vars(module).items()):
                if isinstance(value, str) and value == before:
                    setattr(module, attribute, after)
                elif isinstance(value, re.Pattern) and str(value.pattern).startswith(before):
                    setattr(module, attribute, re.compile(value.pattern.replace(before, after), value.flags))
