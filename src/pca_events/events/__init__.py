"""Generated events: realistic ones, variants that meet their contract, and mutants that violate it."""

from pca_events.events.mutation_testing import Mutant, MutationReport, kinds, mutants, mutate
from pca_events.events.mutations import KINDS
from pca_events.events.realistic import (
    PARTITIONS,
    AwsLocation,
    aws_location,
    realistic,
    related,
    sample,
    variant,
    with_new_fields,
)

__all__ = [
    "KINDS",
    "PARTITIONS",
    "AwsLocation",
    "Mutant",
    "MutationReport",
    "aws_location",
    "kinds",
    "mutants",
    "mutate",
    "realistic",
    "related",
    "sample",
    "variant",
    "with_new_fields",
]
