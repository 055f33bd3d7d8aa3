"""The account and the Region of every run on LocalStack, where nothing else is asked for."""

ACCOUNT = "111122223333"
"""LocalStack takes it from the access key id."""

REGION = "us-east-1"
