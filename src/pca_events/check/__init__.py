"""Verdicts on event rules: on which events they fire, what is wrong with them, and how it is reported."""
