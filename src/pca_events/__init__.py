"""Contracts and a test harness for the events that AWS Private CA sends to Amazon EventBridge."""

__version__ = "0.1.0"
