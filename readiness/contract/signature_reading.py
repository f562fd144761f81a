"""What does one ds:Signature say: methods, reference, digest, value, certificates?

Reads by a closed list (XML Signature, sections 4.1 to 4.5): what is not on it is refused, never passed over. The key
comes from X509Certificate and from nowhere else. Left out: whether any of it holds (signature_value.py, signature.py).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from lxml import etree

from readiness.contract import canonical
from readiness.contract.delivery_parts import Refused, Why
from readiness.contract.names import EXCLUSIVE_C14N, XML_SIGNATURE

_DS = f"{{{XML_SIGNATURE}}}"
_INCLUSIVE_NAMESPACES: Final = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"
_SIGNATURE = (_DS + "SignedInfo", _DS + "SignatureValue", _DS + "KeyInfo")
_SIGNED_INFO = (_DS + "CanonicalizationMethod", _DS + "SignatureMethod", _DS + "Reference")
_REFERENCE = (_DS + "Transforms", _DS + "DigestMethod", _DS + "DigestValue")
_KEY_INFO = {_DS + "KeyName", _DS + "KeyValue", _DS + "X509Data"}
_X509 = _DS + "X509Data"
_X509_DATA = {_DS + name for name in ("X509SubjectName", "X509IssuerSerial", "X509SKI", "X509Certificate")}


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform or a canonicalization: its algorithm, and the PrefixList of InclusiveNamespaces."""

    algorithm: str
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a ds:Signature claims. `key_info`: the local names found in KeyInfo and X509Data, in order."""

    canonicalization: Transform
    signature_method: str
    uri: str
    transforms: tuple[Transform, ...]
    digest_method: str
    digest: bytes
    value: bytes
    certificates: tuple[bytes, ...]
    key_info: tuple[str, ...]


def read_claim(signature: bytes) -> Claim:
    """The ds:Signature as a document of its own. Raises Refused."""
    try:
        root = etree.fromstring(signature, canonical.PARSER)
    except etree.LxmlError as error:
        raise Refused(Why.SIGNATURE_FORM, "the Signature cannot be read on its own") from error
    info, value, key_info = _children(root, _SIGNATURE)
    canonicalization, method, reference = _children(info, _SIGNED_INFO)
    if reference.get("URI") is None or not set(reference.keys()) <= {"URI", "Id"}:
        raise Refused(Why.REFERENCE, "the Reference has no URI, or attributes besides URI and Id")
    transforms, digest_method, digest = _children(reference, _REFERENCE)
    found, certificates = _certificates(key_info)
    return Claim(
        canonicalization=_transform(canonicalization),
        signature_method=_algorithm(method),
        uri=reference.get("URI", ""),
        transforms=tuple(_transform(child) for child in _all(transforms, _DS + "Transform")),
        digest_method=_algorithm(digest_method),
        digest=_base64(digest),
        value=_base64(value),
        certificates=certificates,
        key_info=found,
    )


def _children(element: etree._Element, names: tuple[str, ...]) -> list[etree._Element]:
    """The children, which must be exactly these."""
    children = element[:]
    if tuple([child.tag for child in children]) != names:
        found = ", ".join(_local(child) for child in children[:9]) or "nothing"
        wanted = ", ".join(name.removeprefix(_DS) for name in names)
        raise Refused(Why.SIGNATURE_FORM, f"{_local(element)} holds {found}; it must hold {wanted}")
    return children


def _all(element: etree._Element, name: str) -> list[etree._Element]:
    """The children, which must all have this name."""
    return _children(element, (name,) * max(len(element), 1))


def _algorithm(element: etree._Element) -> str:
    """The Algorithm of an element without content: no HMACOutputLength, no parameters."""
    if len(element) or element.keys() != ["Algorithm"]:
        raise Refused(Why.SIGNATURE_FORM, f"{_local(element)} has parameters, or no Algorithm")
    return element.get("Algorithm", "")


def _transform(element: etree._Element) -> Transform:
    if not len(element):
        return Transform(_algorithm(element))
    inner = element[0]
    if len(element) > 1 or len(inner) or inner.tag != _INCLUSIVE_NAMESPACES or inner.keys() != ["PrefixList"]:
        raise Refused(Why.TRANSFORMS, f"{_local(element)} has parameters other than InclusiveNamespaces")
    if element.keys() != ["Algorithm"] or element.get("Algorithm") != EXCLUSIVE_C14N:
        raise Refused(Why.TRANSFORMS, "InclusiveNamespaces stands where no exclusive canonicalization is asked for")
    return Transform(EXCLUSIVE_C14N, tuple(inner.get("PrefixList", "").split()))


def _certificates(key_info: etree._Element) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """What KeyInfo holds, by name, and its certificates."""
    kinds = [(child.tag, child) for child in key_info]
    data = [child for tag, child in kinds if tag == _X509]
    held = [(child.tag, child) for child in data[0]] if len(data) == 1 else []
    if not held or not {tag for tag, _ in kinds} <= _KEY_INFO or not {tag for tag, _ in held} <= _X509_DATA:
        found = ", ".join(_local(child) for _, child in (*kinds, *held)) or "nothing"
        raise Refused(
            Why.CERTIFICATE, f"KeyInfo holds {found[:200]}; it must hold one X509Data, and no address of a key"
        )
    certificates = tuple([_base64(child) for tag, child in held if tag == _DS + "X509Certificate"])
    if not certificates:
        raise Refused(Why.CERTIFICATE, "X509Data holds no X509Certificate")
    names = [_local(child) for tag, child in (*kinds, *held) if tag != _X509]
    return tuple(names), certificates


def _base64(element: etree._Element) -> bytes:
    if len(element):
        raise Refused(Why.SIGNATURE_FORM, f"{_local(element)} holds elements")
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Why.SIGNATURE_FORM, f"{_local(element)} is not base64") from error


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2][:60]
