"""Consumers and their contract file: what they rely on, written, read, verified, compared, and exported."""
