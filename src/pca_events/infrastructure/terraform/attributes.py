"""Attributes of resources, data sources and module calls, as far as the code shows them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Reference, reference_to
from pca_events.infrastructure.terraform.instances import Declared
from pca_events.infrastructure.terraform.references import Referred, Step
from pca_events.infrastructure.terraform.resources import policy_document
from pca_events.infrastructure.terraform.source_files import ENCRYPTED, EncryptedValue, in_file

if TYPE_CHECKING:
    from pca_events.infrastructure.terraform.scope import ModuleNames

_RULE, _BUS = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_bus"
_ARN_KINDS = {
    "aws_acmpca_certificate_authority": "AWS::ACMPCA::CertificateAuthority",
    "aws_acm_certificate": "AWS::CertificateManager::Certificate",
}
_OF_FILES = ("data.template_file.", "data.local_file.")
_NOTHING: Mapping[str, Any] = {}
_MEANINGS = {
    ("aws_caller_identity", "account_id"): "account",
    ("aws_region", "name"): "region",
    ("aws_region", "region"): "region",
    ("aws_region", "id"): "region",
    ("aws_partition", "partition"): "partition",
    ("aws_partition", "id"): "partition",
}


class ResourceAttributes:
    """Resolves attributes of the resources, data sources and calls of one module."""

    def __init__(self, names: "ModuleNames") -> None:
        self._names = names

    def attribute(self, of: Reference, step: Step) -> Any:
        """The value of a step from a reference to a resource."""
        reason = of.reason + step.text
        if of.attribute or not step.text.startswith("."):
            resource = of.resource if of.attribute else of.resource + step.text
            return Referred(
                reason, resource=resource, attribute=of.attribute and of.attribute + step.text, owner=self._names
            )
        found = self._referred(reason, of.resource, str(step.key))
        return self._names.once(f"{of.resource}{step.text}", lambda: self._configured(found), found)

    def _referred(self, reason: str, resource: str, attribute: str) -> Referred:
        """A reference to an attribute of a resource of this module, with the known parts of its ARN."""
        address = resource.removeprefix(self._names.prefix)
        block = self._names.declared.get(address.partition("[")[0])
        kind = _ARN_KINDS.get(address.partition(".")[0], "") if attribute in ("arn", "id") and block else ""
        made = reference_to(kind, reason, resource, attribute, f"line {in_file(block.line)}" if block else "")
        return Referred(reason, made.parts, "", made.meanings, (), made.names, resource, attribute, self._names)

    def every(self, of: Reference) -> Any:
        """The instances of a resource: a list, or an object of them by key; else Unknown.

        A data source that is off by default is unknown: code that reads it is often off by the same default, and is
        checked as if it were on.
        """
        block = self._names.declared.get(of.resource.removeprefix(self._names.prefix))
        if of.attribute or block is None:
            return Unknown(of.reason)
        every = self._names.instances(block)
        found = [instance for instance in every if not instance.off or self._names.evaluation.as_if_on]
        references = [
            Referred(instance.address, resource=self._names.prefix + instance.address, owner=self._names)
            for instance in found
        ]
        is_left_out = block.kind == "data" and len(found) < len(every)
        if is_left_out or any("*" in instance.address for instance in found):
            return Unknown(of.reason)
        if "for_each" in block.body.arguments:
            return dict(zip((instance.bound["each"]["key"] for instance in found), references, strict=True))
        return references if "count" in block.body.arguments else of

    def _configured(self, found: Referred) -> Any:
        """The value of an attribute of a resource or module, if the code determines it; else the reference."""
        address = found.resource.removeprefix(self._names.prefix)
        block = self._names.declared.get(re.sub(r"\[.*", "", address))
        if address.startswith("module."):
            return self._output(block, address, found) if block else found
        if address.startswith("data.") and (meaning := self._meaning(block, address, found.attribute)):
            return replace(found, meaning=meaning)
        of = [instance for instance in self._names.instances(block) if instance.address == address] if block else []
        if not block or not of or block.labels[:1] == (_RULE,) or block.kind not in ("resource", "data"):
            return found
        values = self._names.arguments(of[0])
        if block.address.startswith("data.aws_iam_policy_document.") and found.attribute == "json":
            return policy_document(values.get)
        if block.address.startswith(_OF_FILES):
            return self._of_file(found, values.get)
        if block.labels[0] == _BUS and found.attribute in ("arn", "id") and isinstance(name := values.get("name"), str):
            named = (None, f":event-bus/{name}")
            return name if found.attribute == "id" else Unknown(found.reason, named)
        value = values.get(found.attribute) if found.attribute in of[0].body.arguments else None
        return found if value is None else value

    def _of_file(self, found: Referred, get: Callable[[str], Any]) -> Any:
        """The output of a data source that reads a template or a file."""
        try:
            if found.attribute == "rendered":
                return self._names.rendered(get("template"), get("vars") or {})
            return self._names.files.text(get("filename")) if found.attribute == "content" else found
        except EncryptedValue:
            return Unknown(ENCRYPTED)
        except (LookupError, TypeError, ValueError):
            return found

    def _meaning(self, block: Declared | None, address: str, attribute: str) -> str:
        """`account`, `region` or `partition` if the attribute is that of the deployment; else empty."""
        _, kind, *_ = address.split(".")
        if block is not None and block.body.arguments.keys() & {"provider", "region", "name"}:
            return ""
        return _MEANINGS.get((kind, attribute), "")

    def _output(self, block: Declared, address: str, found: Referred) -> Any:
        children = self._names.children(block)
        child = children.get(address) or (next(iter(children.values())) if len(children) == 1 else None)
        output = child.declared.get(f"output.{found.attribute}") if child else None
        written = child.body(output).arguments.get("value") if child and output else None
        if child is None or written is None:
            return found
        value = child.value(written, _NOTHING)
        if type(value) is Unknown and value.parts == (None,):
            return replace(found, meaning=value.meaning)
        return value
