"""How do Canonical XML 1.0 and Exclusive Canonicalization write a text, an attribute, a start tag, a SignedInfo?

From the W3C recommendations of 2001 and 2002, without comments. What goes between the tags, and which declarations a
tag needs, is delivery_parts.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from lxml import etree

from readiness.contract.names import EXCLUSIVE_C14N

PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
"""For bytes that delivery_bytes.py has already bounded and cleared of document types."""


def text(value: str) -> bytes:
    """A text node (Canonical XML 2.3)."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
    return value.encode("utf-8")


def attribute(name: str, value: str) -> bytes:
    """An attribute or a namespace declaration, with the space before it (Canonical XML 2.3)."""
    # The contract's own few names and values return in every delivery; a long one does not, and is not kept.
    return _remembered(name, value) if len(name) + len(value) < 200 else _attribute(name, value)


def declarations(scope: Mapping[str, str]) -> bytes:
    """Namespace declarations by prefix ("" the default one), in canonical order: the default one comes first."""
    if not scope:
        return b""
    return b"".join([attribute(f"xmlns:{prefix}" if prefix else "xmlns", uri) for prefix, uri in sorted(scope.items())])


def attributes(named: Sequence[tuple[str, str, str, str]]) -> bytes:
    """Attributes given as (namespace, local name, name as written, value), in canonical order."""
    if len(named) == 1:
        return attribute(named[0][2], named[0][3])
    return b"".join([attribute(written, value) for _, _, written, value in sorted(named)])


def canonical(document: bytes, method: str, prefixes: tuple[str, ...] = ()) -> bytes:
    """A whole document by one of the two methods. Raises etree.LxmlError where libxml2 refuses it.

    `prefixes`: the InclusiveNamespaces PrefixList of the exclusive method.
    """
    return etree.tostring(
        etree.fromstring(document, PARSER),
        method="c14n",
        exclusive=method == EXCLUSIVE_C14N,
        inclusive_ns_prefixes=list(prefixes) or None,
    )


def _attribute(name: str, value: str) -> bytes:
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    value = value.replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")
    return f' {name}="{value}"'.encode()


_remembered = lru_cache(1024)(_attribute)
