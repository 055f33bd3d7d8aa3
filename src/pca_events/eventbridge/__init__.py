"""EventBridge inside LocalStack, corrected to behave as AWS does: a provider for the service `events`."""
