"""Name constraints of RFC 5280: the names that the certificates below a CA may have."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from pca_events.simulator.core import der
from pca_events.simulator.core.api_protocol import validation

_WIDE = {0x1C: "utf-32-be", 0x1E: "utf-16-be"}  # UniversalString, BMPString

DirectoryName = tuple[frozenset[tuple[bytes, str]], ...]


@dataclass(frozen=True)
class Name:
    """A name that can be constrained.

    Attributes:
        kind: the type of a constraint that is about it.
        value: a text, which is the host of a URI; the address itself; the parts of a directory name.
    """

    kind: type[x509.GeneralName]
    value: Any

    @property
    def shown(self) -> str:
        """The name in an error."""
        return "the subject, or a directory name" if self.kind is x509.DirectoryName else repr(str(self.value))


def check_names(subject: x509.Name, alternative: bytes | None, path: list[x509.Certificate]) -> None:
    """Raise ValidationException if a name is outside the name space of a CA.

    Args:
        subject: of the certificate.
        alternative: the value of its SubjectAlternativeName extension, if it has one.
        path: the certificate of its CA and those above it.
    """
    constraints = [found for each in path if (found := constraints_of(each)) is not None]
    if not constraints:
        return
    try:
        names = list(names_of(subject, alternative))
    except (ValueError, IndexError) as error:
        raise validation(
            f"The subject alternative name cannot be compared with the name constraints: {error}"
        ) from error
    for name in names:
        if not all(allows(each, name) for each in constraints):
            raise validation(f"The certificate violates a name constraint of a certificate authority: {name.shown}.")


def check_path(path: list[x509.Certificate]) -> None:
    """Raise ValidationException if a certificate of a path, whose root is the last, violates a constraint above it."""
    for at, each in enumerate(path):
        if each.issuer != each.subject:
            check_names(each.subject, alternative_of(each.extensions), path[at + 1 :])


def constraints_of(certificate: x509.Certificate) -> x509.NameConstraints | None:
    """The name constraints in the certificate of a CA."""
    return next((each.value for each in certificate.extensions if isinstance(each.value, x509.NameConstraints)), None)


def alternative_of(extensions: Iterable[x509.Extension[x509.ExtensionType]]) -> bytes | None:
    """The value of a SubjectAlternativeName extension."""
    found = (each.value for each in extensions if each.oid == x509.SubjectAlternativeName.oid)
    return next((each.public_bytes() for each in found), None)


def names_of(subject: x509.Name, alternative: bytes | None) -> Iterator[Name]:
    """Yield the names of a certificate; raise ValueError or IndexError if they cannot be read."""
    if subject.rdns:
        yield Name(x509.DirectoryName, directory_name(subject.public_bytes()))
    if alternative is None:
        for attribute in subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
            yield Name(x509.RFC822Name, attribute.value)
        return
    for each in der.elements(der.content_of(alternative)):
        if each[0] in READERS:
            kind, read = READERS[each[0]]
            yield Name(kind, read(der.content_of(each)))


def host_of(uri: bytes) -> str:
    """The host of a URI; empty if it has none."""
    return urlsplit(uri.decode("ascii")).hostname or ""


def directory_name(name: bytes) -> DirectoryName:
    """A directory name as its parts, in a form that can be compared: without case and repeated spaces."""
    parts = []
    for part in der.elements(der.content_of(name)):
        pairs = [der.elements(der.content_of(attribute)) for attribute in der.elements(der.content_of(part))]
        parts.append(frozenset((oid, text_of(value)) for oid, value in pairs))
    return tuple(parts)


READERS: dict[int, tuple[type[x509.GeneralName], Callable[[bytes], Any]]] = {
    0x81: (x509.RFC822Name, lambda content: content.decode("ascii")),
    0x82: (x509.DNSName, lambda content: content.decode("ascii")),
    0x86: (x509.UniformResourceIdentifier, host_of),
    0x87: (x509.IPAddress, ipaddress.ip_address),
    0xA4: (x509.DirectoryName, directory_name),
}
"""The names of a SubjectAlternativeName that can be constrained, by their tag."""


def text_of(value: bytes) -> str:
    """The text of an attribute of a directory name."""
    text = der.content_of(value).decode(_WIDE.get(value[0], "utf-8"), errors="replace")
    return " ".join(text.casefold().split())


def allows(constraints: x509.NameConstraints, name: Name) -> bool:
    """Whether a name is in no excluded subtree, and in a permitted one if there is one of its type."""
    if any(contains(each, name) for each in constraints.excluded_subtrees or []):
        return False
    permitted = [each for each in constraints.permitted_subtrees or [] if type(each) is name.kind]
    return not permitted or any(contains(each, name) for each in permitted)


def contains(subtree: x509.GeneralName, name: Name) -> bool:
    """Whether a subtree contains a name."""
    return type(subtree) is name.kind and COMPARISONS[name.kind](subtree.value, name.value)


def contains_host(subtree: str, host: str) -> bool:
    """Whether a DNS subtree contains a host: itself, and everything below it."""
    subtree, host = subtree.lower(), host.lower()
    return not subtree or host == subtree or host.endswith("." + subtree.removeprefix("."))


def contains_exactly(subtree: str, host: str) -> bool:
    """Whether a subtree of mailboxes or URIs contains a host: itself, or with a dot before it only what is below."""
    subtree, host = subtree.lower(), host.lower()
    return bool(host) and (host.endswith(subtree) if subtree.startswith(".") else host == subtree)


def contains_mailbox(subtree: str, mailbox: str) -> bool:
    """Whether a subtree contains a mailbox: that one, those of a host, or those of a domain."""
    local, _, host = mailbox.rpartition("@")
    named, _, at = subtree.rpartition("@")
    return contains_exactly(at, host) and (not named or named == local)


def contains_address(subtree: Any, address: Any) -> bool:
    """Whether a network contains an IP address."""
    return address in subtree


def contains_directory_name(subtree: x509.Name, name: DirectoryName) -> bool:
    """Whether a directory name begins with that of the subtree."""
    beginning = directory_name(subtree.public_bytes())
    return name[: len(beginning)] == beginning


COMPARISONS: dict[type[x509.GeneralName], Callable[[Any, Any], bool]] = {
    x509.DNSName: contains_host,
    x509.RFC822Name: contains_mailbox,
    x509.UniformResourceIdentifier: contains_exactly,
    x509.IPAddress: contains_address,
    x509.DirectoryName: contains_directory_name,
}
