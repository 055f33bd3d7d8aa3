"""The bindings, which turn the scenarios of features/ into tests."""
