"""The resources AWS::ACMPCA::* of CloudFormation, each made with calls of AWS Private CA."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

Model = dict[str, Any]
Done = ProgressEvent[Model]

_REVOCATION = ("CrlConfiguration", "OcspConfiguration")
_GONE = ("ResourceNotFoundException", "InvalidStateException")


def done(model: Model) -> Done:
    """Return that a resource is as the template has it."""
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)


def chosen(model: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the properties with these names that a template gives."""
    return {name: model[name] for name in names if model.get(name) is not None}


def removed_tags(model: Mapping[str, Any], before: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the tags that a template had before, and whose keys it no longer has."""
    kept = {tag["Key"] for tag in model.get("Tags") or []}
    return [tag for tag in before.get("Tags") or [] if tag["Key"] not in kept]


@contextlib.contextmanager
def ignored(*codes: str) -> Iterator[None]:
    """Ignore errors with these codes: what is deleted is gone already, or in a state of its own."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise


def schema(kind: str, identifier: str, *fixed: str, read_only: Iterable[str] = ()) -> dict[str, Any]:
    """Return what the engine needs of the schema of a resource type.

    Args:
        kind: its name.
        identifier: the property that Ref returns.
        fixed: the properties whose change replaces the resource.
        read_only: the attributes of Fn::GetAtt.
    """
    return {
        "typeName": kind,
        "primaryIdentifier": [f"/properties/{identifier}"],
        "createOnlyProperties": [f"/properties/{name}" for name in fixed],
        "readOnlyProperties": [f"/properties/{name}" for name in read_only],
    }


def private_ca(request: ResourceRequest[Model]) -> Any:
    """Return AWS Private CA, called by CloudFormation."""
    return request.aws_client_factory.acm_pca.request_metadata(
        service_principal="cloudformation", source_arn=request.stack_id
    )


class Resource(ResourceProvider[Model]):
    """A kind of resource.

    Attributes:
        TYPE: its name in templates.
    """

    TYPE: str


class CertificateAuthority(Resource):
    """A CA; deleted only once it is disabled, which the deletion of its activation does."""

    TYPE = "AWS::ACMPCA::CertificateAuthority"
    _FIXED = ("Type", "KeyAlgorithm", "SigningAlgorithm", "Subject", "CsrExtensions")
    _ALSO_FIXED = ("KeyStorageSecurityStandard", "UsageMode")
    SCHEMA = schema(TYPE, "Arn", *_FIXED, *_ALSO_FIXED, read_only=("Arn", "CertificateSigningRequest"))

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Create the CA, and retrieve its CSR."""
        model, pca = request.desired_state, private_ca(request)
        asked = {
            "CertificateAuthorityType": model["Type"],
            "CertificateAuthorityConfiguration": chosen(model, *self._FIXED[1:]),
            **chosen(model, *self._ALSO_FIXED),
        }
        if _revocation(model):
            asked["RevocationConfiguration"] = _revocation(model)
        if model.get("Tags"):
            asked["Tags"] = model["Tags"]
        model["Arn"] = pca.create_certificate_authority(**asked)["CertificateAuthorityArn"]
        csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=model["Arn"])["Csr"]
        model["CertificateSigningRequest"] = csr
        return done(model)

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Update the tags and the revocation configuration; one that is left out is disabled."""
        model, before, pca = request.desired_state, request.previous_state or {}, private_ca(request)
        about = {"CertificateAuthorityArn": before["Arn"]}
        if _revocation(model) != _revocation(before):
            wanted = {name: {"Enabled": False} for name in _REVOCATION} | _revocation(model)
            pca.update_certificate_authority(**about, RevocationConfiguration=wanted)
        if gone := removed_tags(model, before):
            pca.untag_certificate_authority(**about, Tags=gone)
        if new := [tag for tag in model.get("Tags") or [] if tag not in (before.get("Tags") or [])]:
            pca.tag_certificate_authority(**about, Tags=new)
        return done({**model, **chosen(before, "Arn", "CertificateSigningRequest")})

    def delete(self, request: ResourceRequest[Model]) -> Done:
        """Delete the CA; it can be restored for 30 days."""
        about = {"CertificateAuthorityArn": request.desired_state["Arn"]}
        pca = private_ca(request)
        if pca.describe_certificate_authority(**about)["CertificateAuthority"]["Status"] != "DELETED":
            pca.delete_certificate_authority(**about)
        return done({})


def _revocation(model: Mapping[str, Any]) -> dict[str, Any]:
    """The revocation configuration of a template, without empty parts."""
    return {name: value for name, value in (model.get("RevocationConfiguration") or {}).items() if value}


class Certificate(Resource):
    """A certificate; the CA keeps it when the resource is deleted."""

    TYPE = "AWS::ACMPCA::Certificate"
    _OPTIONS = ("ApiPassthrough", "SigningAlgorithm", "TemplateArn", "Validity", "ValidityNotBefore")
    _FIXED = ("CertificateAuthorityArn", "CertificateSigningRequest", *_OPTIONS)
    SCHEMA = schema(TYPE, "Arn", *_FIXED, read_only=("Arn", "Certificate"))

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Issue the certificate, and retrieve it."""
        model, pca = request.desired_state, private_ca(request)
        about = chosen(model, "CertificateAuthorityArn")
        csr = model["CertificateSigningRequest"].encode()
        model["Arn"] = pca.issue_certificate(**about, Csr=csr, **chosen(model, *self._OPTIONS))["CertificateArn"]
        waiter = request.aws_client_factory.acm_pca.get_waiter("certificate_issued")
        waiter.wait(**about, CertificateArn=model["Arn"])
        model["Certificate"] = pca.get_certificate(**about, CertificateArn=model["Arn"])["Certificate"]
        return done(model)

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Return the certificate: every change replaces it."""
        return done({**request.desired_state, **chosen(request.previous_state or {}, "Arn", "Certificate")})

    def delete(self, _request: ResourceRequest[Model]) -> Done:
        """Leave the certificate."""
        return done({})


class CertificateAuthorityActivation(Resource):
    """The certificate of a CA, and its status; the CA is disabled when the resource is deleted."""

    TYPE = "AWS::ACMPCA::CertificateAuthorityActivation"
    SCHEMA = schema(TYPE, "CertificateAuthorityArn", "CertificateAuthorityArn", read_only=("CompleteCertificateChain",))

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Install the certificate, and set the status if it is not ACTIVE."""
        model, pca = request.desired_state, private_ca(request)
        about, chain = chosen(model, "CertificateAuthorityArn"), model.get("CertificateChain")
        more = {"CertificateChain": chain.encode()} if chain else {}
        pca.import_certificate_authority_certificate(**about, Certificate=model["Certificate"].encode(), **more)
        pca.update_certificate_authority(**about, Status=model.get("Status") or "ACTIVE")
        model["CompleteCertificateChain"] = "\n".join([model["Certificate"], *([chain] if chain else [])])
        return done(model)

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Install the certificate again, and set the status."""
        return self.create(request)

    def delete(self, request: ResourceRequest[Model]) -> Done:
        """Disable the CA; one that is gone, or is in another state, is left."""
        about = chosen(request.desired_state, "CertificateAuthorityArn")
        with ignored(*_GONE):
            private_ca(request).update_certificate_authority(**about, Status="DISABLED")
        return done({})


class Permission(Resource):
    """The permission of AWS Certificate Manager to renew certificates of a CA."""

    TYPE = "AWS::ACMPCA::Permission"
    _FIXED = ("Actions", "CertificateAuthorityArn", "Principal", "SourceAccount")
    SCHEMA = schema(TYPE, "CertificateAuthorityArn", *_FIXED)

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Create the permission."""
        asked = chosen(request.desired_state, *self._FIXED)
        private_ca(request).create_permission(**asked)
        return done(request.desired_state)

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Return the permission: every change replaces it."""
        return done(request.desired_state)

    def delete(self, request: ResourceRequest[Model]) -> Done:
        """Delete the permission, if the CA is still there."""
        asked = chosen(request.desired_state, *self._FIXED[1:])
        with ignored(*_GONE):
            private_ca(request).delete_permission(**asked)
        return done({})


RESOURCES: tuple[type[Resource], ...] = (
    CertificateAuthority,
    Certificate,
    CertificateAuthorityActivation,
    Permission,
)
"""Each resource type."""
