"""Infrastructure code read into one model of rules, targets and policies. Nothing that is read is ever run."""
