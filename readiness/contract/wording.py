"""What does a validator's complaint say, in words that quote nothing of the document?

libxml2 repeats the value that it refuses: a personal identity number, a whole body. Here only names remain (of
elements, attributes, types and facets), shortened and masked. Left out: the validation itself (schemas.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from readiness.contract.names import MESSAGE_V3, SCHEMA, SEALED_DELIVERY, SERVICE_V3, SIGNED_DELIVERY
from readiness.personal import mask

FAULTS_AT_MOST: Final = 100
LENGTH_AT_MOST: Final = 400

STANDING_IN: Final = {
    SEALED_DELIVERY: (f"{{{SERVICE_V3}}}deliverSecure", f"{{{SERVICE_V3}}}deliverSecure"),
    SIGNED_DELIVERY: (f"{{{MESSAGE_V3}}}distributeSecure", f"{{{MESSAGE_V3}}}signedDelivery"),
}
"""The global element, and the element of the type inside it, that a delivery standing alone is judged as."""

ABOUT = r"Element '[^']*'(?:, attribute '[^']*')?: "
QUOTING: Final = (
    (re.compile(rf"^({ABOUT})(\[facet '\w+'\] )?The value '.*' (is |must |has )", re.DOTALL), r"\1\2the value \3"),
    (re.compile(rf"^({ABOUT})'.*' (is not a valid value of )", re.DOTALL), r"\1the value \2"),
)
"""How libxml2 quotes a value, and the same without it."""
SILENT: Final = re.compile(
    rf"^{ABOUT}(?:\[facet '\w+'\] )?(?:"
    r"the value (?:is|must|has) .*|The value has a length of '\d+'; this .*|This element is not expected\..*"
    r"|Missing child element\(s\)\..*|Character content .*|Element content .*|The attribute '[^']*' is .*"
    r"|No matching global .*|The element is not 'nillable'\.)$",
    re.DOTALL,
)
"""The complaints that quote no value (any more). Others are told by their name only."""
STEP = re.compile(r"(?:([^:\[\]]+):)?([^:\[\]]+)(?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document. `line` from 1, 0 where none is known; `path` in local names."""

    line: int
    path: str
    message: str


def standing_in(document: etree._Element) -> tuple[etree._Element, str]:
    """The element to judge, and what its name stands for ("" for itself). A delivery standing alone is wrapped."""
    if document.tag not in STANDING_IN:
        return document, ""
    outer_name, inner_name = STANDING_IN[document.tag]
    outer = etree.Element(outer_name)
    inner = etree.SubElement(outer, inner_name, dict(document.attrib))
    inner.text = document.text
    inner.extend(deepcopy(child) for child in document)
    return outer, document.tag


def not_xml(error: etree.XMLSyntaxError) -> tuple[Fault, ...]:
    """The first complaint of a parser; libxml2 quotes bytes after a line break, which is cut off."""
    words = str(error.msg or "").splitlines()[:1]
    return (Fault(error.lineno or 0, "", _plain("not well-formed XML: " + "".join(words))),)


def faults_of(log: Iterable[etree._LogEntry], judged: etree._Element, shown: str) -> tuple[Fault, ...]:
    """The complaints of a validation of `judged`, the first 100. `shown` is what its inner element stands for."""
    return tuple(_fault(entry, judged, shown) for entry in islice(log, FAULTS_AT_MOST))


def with_stray_base64(
    told: tuple[Fault, ...], found: Iterable[etree._Element], judged: etree._Element, shown: str
) -> tuple[Fault, ...]:
    """The same faults, and one for each element found that none of them is about; 100 at most, by line."""
    paths = {fault.path for fault in told}
    more = []
    for element in islice(found, FAULTS_AT_MOST):
        path = _shown(_path(element, judged), judged, shown)
        if path not in paths:
            words = f"Element '{element.tag!s}': the value has a character that base64 has not."
            more.append(Fault(element.sourceline or 0, path, _plain(words)))
    return tuple(sorted((*told, *more), key=lambda fault: fault.line)[:FAULTS_AT_MOST]) if more else told


def _fault(entry: etree._LogEntry, judged: etree._Element, shown: str) -> Fault:
    node = _node(entry.path or "", judged)
    path = _shown(_path(node, judged), judged, shown)
    message = entry.message
    for quoting, words in QUOTING:
        message = quoting.sub(words, message)
    if not SILENT.match(message):
        rule = entry.type_name.removeprefix("SCHEMAV_").lower().replace("_", "-")
        message = f"against XML Schema's rule {rule}"
    if shown:
        message = message.replace(str(judged[0].tag), shown, 1)
    return Fault(entry.line, path, _plain(message))


def _node(path: str, judged: etree._Element) -> etree._Element:
    """The element that an XPath of libxml2 leads to, as far as it goes."""
    node = judged
    for step in path.lstrip("/").split("/")[1:]:
        found = STEP.fullmatch(step)
        if found is None:
            break
        prefix, name, place = found.groups()
        siblings = (
            child
            for child in node.iterchildren("*")
            if name == "*" or (etree.QName(child).localname == name and child.prefix == prefix)
        )
        at = next(islice(siblings, int(place or 1) - 1, None), None)
        if at is None:
            break
        node = at
    return node


def _path(node: etree._Element, judged: etree._Element) -> str:
    """Local names from the judged element down, with a place where siblings share the name."""
    steps: list[str] = []
    at: etree._Element | None = node
    while at is not None:
        step = etree.QName(at).localname
        before = len(list(at.itersiblings(str(at.tag), preceding=True)))
        if at is not judged and (before or next(at.itersiblings(str(at.tag)), None) is not None):
            step += f"[{before + 1}]"
        steps.append(step)
        at = None if at is judged else at.getparent()
    return "/" + "/".join(reversed(steps))


def _shown(path: str, judged: etree._Element, shown: str) -> str:
    """The path, begun with the name that the document itself has."""
    return _plain(path.replace(_path(judged[0], judged), "/" + etree.QName(shown).localname, 1) if shown else path)


def _plain(words: str) -> str:
    """Short, printable, and with no personal identity number."""
    words = words.replace(SCHEMA, "").strip()
    if len(words) > LENGTH_AT_MOST:
        words = words[:LENGTH_AT_MOST] + "..."
    return mask("".join(letter if letter.isprintable() else "?" for letter in words))
