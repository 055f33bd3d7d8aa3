"""What suppresses findings: comments in the code, entries of the configuration file, and the baseline."""
