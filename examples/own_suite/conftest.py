"""Brings the steps, the fixtures and the option --endpoint-url of pca-events."""

pytest_plugins = ["pca_events.pytest_plugin"]
