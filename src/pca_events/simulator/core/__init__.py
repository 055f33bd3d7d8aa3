"""The core of a simulated AWS Private CA, without any AWS library: operations, certificates, CRLs, reports, events."""
