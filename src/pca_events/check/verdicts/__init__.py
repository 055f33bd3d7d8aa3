"""Whether a rule fires on an event always, sometimes or never: patterns and the contract compared as sets of texts."""
