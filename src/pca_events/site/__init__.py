"""The living documentation: a static site made from features, schemas, samples and the messages of a run."""

from pca_events.site.build import site
from pca_events.site.site_data import SiteData

__all__ = ["SiteData", "site"]
