"""The living documentation: a static site made from features, schemas, samples and the evidence of a run."""

from pca_events.site.book import Book
from pca_events.site.build import site

__all__ = ["Book", "site"]
