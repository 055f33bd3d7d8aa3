"""Handlers of events: invoked as AWS Lambda does, delivered to as EventBridge may deliver, and judged."""
