"""The bindings: what turns the scenarios of features/ into tests."""
