"""What the control APIs inside LocalStack know by name."""

ACCEPTED_OPERATIONS = (
    "CreateCertificateAuthority",
    "IssueCertificate",
    "CreateCertificateAuthorityAuditReport",
    "CRL",
    "CRL-S3",
)
"""What can fail after the call was accepted. A CRL is generated and stored after a revocation."""

REJECTED_OPERATIONS = (
    "CreateCertificateAuthority",
    "CreateCertificateAuthorityAuditReport",
    "CreatePermission",
    "DeleteCertificateAuthority",
    "DeletePermission",
    "DeletePolicy",
    "DescribeCertificateAuthority",
    "DescribeCertificateAuthorityAuditReport",
    "GetCertificate",
    "GetCertificateAuthorityCertificate",
    "GetCertificateAuthorityCsr",
    "GetPolicy",
    "ImportCertificateAuthorityCertificate",
    "IssueCertificate",
    "ListCertificateAuthorities",
    "ListPermissions",
    "ListTags",
    "PutPolicy",
    "RestoreCertificateAuthority",
    "RevokeCertificate",
    "TagCertificateAuthority",
    "UntagCertificateAuthority",
    "UpdateCertificateAuthority",
)
"""What can be rejected with an error."""

ERROR_CODES = (
    "ThrottlingException",
    "ConcurrentModificationException",
    "RequestFailedException",
    "LimitExceededException",
    "InternalFailure",
)
"""The errors that can be planned."""

SERVICE_FAULTS = ("drop", "delay", "duplicate")
"""What can happen to an event on its way from AWS Private CA to the bus."""

RULE_FAULTS = (*SERVICE_FAULTS, "fail", "shuffle")
"""What can happen to a delivery of a rule to a target."""
