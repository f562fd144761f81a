"""Which values does the contract call base64, and which of them hold characters that base64 has not?

libxml2 passes over stray characters in base64Binary, also the two of the URL alphabet, where XML Schema (part 2,
3.2.16) refuses them; a mailbox operator with another validator refuses the delivery. Left out: all that libxml2 does
refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from readiness.contract.names import XML_SCHEMA

XS: Final = f"{{{XML_SCHEMA}}}"
STRAY = re.compile(r"[^A-Za-z0-9+/= \t\r\n]")


def base64_elements(schemas: Iterable[etree._Element]) -> frozenset[str]:
    """The elements, as `{namespace}name`, whose text is base64 wherever the schemas declare them.

    A name that is of another simple type somewhere else is left out: Authority's arg2.
    """
    roots = tuple(schemas)
    bases = {name: base for root in roots for name, base in _named_types(root)}
    types = {f"{XS}base64Binary"}
    while more := {name for name, base in bases.items() if base in types} - types:
        types |= more
    complex_types = {name for root in roots for name in _complex_types(root)}
    declared: dict[str, set[str]] = {}
    for root in roots:
        for name, of in _elements(root):
            declared.setdefault(name, set()).add(of)
    return frozenset(name for name, of in declared.items() if of & types and of <= types | complex_types)


def stray_base64(judged: etree._Element, elements: frozenset[str]) -> Iterator[etree._Element]:
    """Those of the elements in a document that hold a character outside base64, in document order."""
    for element in judged.iter(*elements):
        if next(element.iterchildren("*"), None) is None:
            text = (element.text or "") + "".join(each.tail or "" for each in element)
            if STRAY.search(text):
                yield element


def _named_types(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Named types, and what each is made from."""
    namespace = root.get("targetNamespace", "")
    for kind, made in (("simpleType", "restriction"), ("complexType", "simpleContent/" + XS + "extension")):
        for named in root.iterchildren(XS + kind):
            base = named.find(XS + made)
            if base is not None:
                yield _qualified(namespace, named.get("name", "")), _resolved(base, base.get("base", ""))


def _complex_types(root: etree._Element) -> Iterator[str]:
    """Named types of elements that hold elements."""
    for named in root.iterchildren(f"{XS}complexType"):
        if named.find(f"{XS}simpleContent") is None:
            yield _qualified(root.get("targetNamespace", ""), named.get("name", ""))


def _elements(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every element that a schema declares, and its type where it has a name."""
    namespace = root.get("targetNamespace", "")
    qualified = root.get("elementFormDefault") == "qualified"
    for element in root.iter(f"{XS}element"):
        name, of = element.get("name"), element.get("type")
        if name and of:
            own = element.getparent() is root or element.get("form", "qualified" if qualified else "") == "qualified"
            yield _qualified(namespace if own else "", name), _resolved(element, of)


def _qualified(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


def _resolved(place: etree._Element, name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return _qualified(place.nsmap.get(prefix or None, ""), local)
