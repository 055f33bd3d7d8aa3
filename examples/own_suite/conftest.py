"""Brings the steps, the fixtures and the option --pca-endpoint-url of pca-events."""

pytest_plugins = ["pca_events.pytest_plugin.suite"]
