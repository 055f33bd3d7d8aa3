"""The step definitions, one module for each subject. features/README.md is the phrase book."""

pytest_plugins = [
    "pca_events.steps.calibrations",
    "pca_events.steps.configurations",
    "pca_events.steps.consumers",
    "pca_events.steps.contracts",
    "pca_events.steps.deliveries",
    "pca_events.steps.events",
    "pca_events.steps.example_consumers",
    "pca_events.steps.infrastructure",
    "pca_events.steps.operations",
    "pca_events.steps.refusals",
    "pca_events.steps.rules",
    "pca_events.steps.trails",
    "pca_events.steps.undelivered",
    "pca_events.steps.verdicts",
]
