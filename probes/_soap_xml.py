"""Which XML document do these bytes hold, read without following anything out of it?

No entity is resolved, no DTD loaded, nothing fetched; a document with a DTD is refused, as SOAP 1.1 section 3 has it.
Pure. Left out: what the document means.
"""

from __future__ import annotations

from lxml import etree

from readiness.model import Reason
from readiness.probe import CannotObserve


def parse(data: bytes, where: str) -> etree._Element:
    """The root. CannotObserve(not_understood) for what is not well-formed XML or has a DTD."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{where} is not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{where} has a DTD, which is not read")
    return root


def qualified(node: etree._Element, name: str, otherwise: str = "") -> str:
    """A QName in an attribute's value, as {namespace}local. `otherwise`: the namespace where no default is declared."""
    prefix, colon, local = name.strip().rpartition(":")
    namespace = node.nsmap.get(prefix if colon else None)
    if namespace is None:
        namespace = f"unbound prefix {prefix}" if colon else otherwise
    return f"{{{namespace}}}{local}"


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]
