"""Makes the steps, fixtures and options of pca_events known to every test below."""

pytest_plugins = ["pca_events.pytest_plugin.suite"]
