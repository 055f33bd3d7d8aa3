"""Events made to order: realistic ones, variants that meet their contract, and mutants that break it."""

from pca_events.generate.mutants import KINDS, Mutant, mutants
from pca_events.generate.places import PARTITIONS, Place, place
from pca_events.generate.variants import realistic, variant

__all__ = ["KINDS", "PARTITIONS", "Mutant", "Place", "mutants", "place", "realistic", "variant"]
