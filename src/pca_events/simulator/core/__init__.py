"""The core of a simulated AWS Private CA, free of any AWS library: operations, certificates, CRLs, reports, events."""
