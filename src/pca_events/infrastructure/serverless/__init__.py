"""Serverless Framework services."""
