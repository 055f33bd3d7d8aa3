"""A consumer's rules: read where they are written, judged against the contract, reported."""
