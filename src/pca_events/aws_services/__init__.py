"""AWS services around the Private CA inside LocalStack: providers that LocalStack loads, each if it is switched on."""
