"""AWS Lambda inside LocalStack, for handlers that run here: a provider that LocalStack loads if there are functions."""
