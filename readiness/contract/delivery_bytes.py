"""Where in these bytes does a delivery stand, and what are its canonical parts?

One pass of expat over UTF-8: the only parser that reads the delivery, so no second one can read it differently. The
pass refuses what has no place in signed content (document types, comments, processing instructions, two equal Ids)
and bounds size, depth, elements, attributes and namespaces. Left out: what the parts are joined to
(delivery_parts.py), and what a signature says (signature_reading.py). No I/O; expat is given no way to fetch.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from readiness.contract import canonical
from readiness.contract.delivery_encoding import as_utf8
from readiness.contract.delivery_names import BEARING, NAMES, Attribute, Name, remember
from readiness.contract.delivery_parts import SIGNED, Delivery, Element, Refused, Tag, Why
from readiness.contract.delivery_places import BEFORE_THE_BODY, ON_THE_WAY, PLACES
from readiness.contract.names import MESSAGE_V3

BYTES: Final = 8 * 1024 * 1024
DEPTH: Final = 512
ELEMENTS: Final = 20_000
ATTRIBUTES: Final = 64
NAMESPACES: Final = 64
"""How many declarations may be in scope at one place. Canonical XML compares each with each, at every element."""

NOTED: Final = 3
"""How far down an Element is kept: the SignedInfo of the signature in a SignedDelivery in a SealedDelivery."""

# Canonical XML 1.0, 1.3, refuses what is relative. RFC 3986 without the square brackets of its literal addresses.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_BOUNDS = f"over {DEPTH} levels or {ELEMENTS} elements"


def read_delivery(document: bytes) -> Delivery:
    """Find the one delivery in a SOAP message, in a payload or as a document of its own. Raises Refused."""
    if len(document) > BYTES:
        raise Refused(Why.TOO_LARGE, f"the document is over {BYTES} bytes")
    return _Reader(as_utf8(document)).read()


class _Reader:
    """The pass: expat's handlers, and what they need to know of each other."""

    def __init__(self, document: bytes) -> None:
        self.found = Delivery(document)
        self.chunks: list[str] = []
        self.parser = self._parser()
        self.path: list[tuple[str, str]] = []
        self.passed: set[tuple[tuple[str, str], ...]] = set()
        self.depth = self.elements = self.top = 0
        self.identifiers: set[str] = set()
        # Namespaces by prefix, the depths and URIs that declare it, innermost last; and those of the coming start tag.
        self.scope: dict[str, list[tuple[int, str]]] = {}
        self.uris: set[str | None] = set()
        self.in_scope = 0
        self.coming: dict[str, str] = {}
        # Inside the delivery: namespaces of open elements; open elements near the top, prefixes declared above them;
        # open tags with declarations, by depth; prefixes of plain attributes.
        self.plain, self.wire = self.found.plain, self.found.wire
        self.spaces = [""]
        self.open: list[Element] = []
        self.leant: set[str] = set()
        self.tags: list[tuple[int, Tag]] = [(0, Tag(0, "", {}, []))]
        self.attribute_prefixes: list[tuple[int, dict[str, str]]] = [(0, {})]
        self.after_start = False

    def read(self) -> Delivery:
        try:
            self.parser.Parse(self.found.document, True)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            raise Refused(Why.NOT_XML, f"not well-formed XML at line {error.lineno}: {words}") from None
        finally:
            # The parser holds this object's methods: a ring that would keep the document until the collector comes.
            del self.parser
        if self.found.root is None:
            raise Refused(Why.NO_DELIVERY, "no delivery of version 3 stands where one belongs")
        return self.found

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("UTF-8", " ")
        parser.namespace_prefixes = parser.ordered_attributes = parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._seek
        parser.EndElementHandler = self._leave
        parser.StartNamespaceDeclHandler = self._declare
        parser.EndNamespaceDeclHandler = self._undeclare
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declaration
        return parser

    def _doctype(self, *_: object) -> None:
        raise Refused(Why.DOCUMENT_TYPE, "the document has a document type declaration")

    def _declaration(self, *_: object) -> None:
        """What as_utf8 did not know and take away: XML 1.1, or misspelt."""
        raise Refused(Why.NOT_XML, "the XML declaration is not one of XML 1.0")

    def _no_content(self, *_: object) -> None:
        raise Refused(Why.COMMENT, "a comment or a processing instruction stands in the delivery")

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if prefix == "xml":
            return
        self.in_scope += 1
        if self.in_scope > NAMESPACES:
            raise Refused(Why.TOO_LARGE, f"over {NAMESPACES} namespace declarations are in scope")
        if uri and uri not in self.uris and not _ABSOLUTE.fullmatch(uri):
            raise Refused(Why.NOT_XML, "the name of a namespace is no absolute URI, so that nothing is canonical")
        self.uris.add(uri)
        self.coming[prefix or ""] = uri or ""
        self.scope.setdefault(prefix or "", []).append((self.depth + 1, uri or ""))

    def _undeclare(self, prefix: str | None) -> None:
        if prefix != "xml":
            self.in_scope -= 1
            self.scope[prefix or ""].pop()

    def _seek(self, name: str, flat: list[str]) -> None:
        """A start tag outside of the delivery, or its own."""
        if len(self.path) == self.depth and self._enter(NAMES[name]):
            self._open(name, flat)
            return
        self.depth += 1
        self.elements += 1
        if self.depth > DEPTH or self.elements > ELEMENTS:
            raise Refused(Why.TOO_LARGE, _BOUNDS)
        self._attributes(flat)
        self.coming = {}

    def _attributes(self, flat: list[str]) -> list[Attribute]:
        if len(flat) > 2 * ATTRIBUTES:
            raise Refused(Why.TOO_LARGE, f"an element has over {ATTRIBUTES} attributes")
        found = []
        for name, value in zip(flat[::2], flat[1::2], strict=True):
            known = NAMES[name]
            found.append((known.namespace, known.local, known.written, value))
            if known.local.lower() == "id":
                if value in self.identifiers:
                    raise Refused(Why.DUPLICATE_ID, "two elements have the same Id")
                self.identifiers.add(value)
        return found

    def _enter(self, known: Name) -> bool:
        """Whether the delivery begins here; only a SOAP header may stand beside the way to it."""
        here = (*self.path, (known.namespace, known.local))
        if here not in ON_THE_WAY:
            if self.path and here not in BEFORE_THE_BODY:
                raise Refused(Why.NO_DELIVERY, "another element stands beside the way to the delivery")
            return False
        if here in self.passed:
            raise Refused(Why.NO_DELIVERY, "two elements stand where one leads to the delivery")
        self.passed.add(here)
        self.path.append(here[-1])
        if here not in PLACES:
            return False
        self.top, self.found.type = self.depth + 1, PLACES[here]
        self.found.path = "/".join(name for _, name in here)
        self.found.type_named = here[-1] == (MESSAGE_V3, PLACES[here])
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self.chunks.append
        self.parser.CommentHandler = self.parser.ProcessingInstructionHandler = self._no_content
        return True

    def _open(self, name: str, flat: list[str]) -> None:
        """A start tag of the delivery, written both ways."""
        self.depth += 1
        self.elements += 1
        if self.depth > DEPTH or self.elements > ELEMENTS:
            raise Refused(Why.TOO_LARGE, _BOUNDS)
        known = NAMES[name] if not flat else BEARING.get((name, *flat)) or self._bearing(name, flat)
        found, level, namespace, prefix = self.found, self.depth - self.top, known.namespace, known.prefix
        if self.chunks:
            self._text(leaf=False)
        if level <= NOTED and (level <= 1 or (len(self.open) == level and self._leads_on(self.open[-1]))):
            self._note(known, level)
        if prefix:
            found.prefixed = True
        if known.signature:
            found.signatures += 1
        if namespace and prefix not in self.leant and self.scope[prefix][-1][0] <= self.top:
            self._lean(prefix)
        if self.coming:
            self._bear(known)
        self.plain.append(known.within if namespace == self.spaces[-1] else known.alone)
        self.wire.append(known.wire)
        # The root's own plain tag is written when it is asked for; below it, it counts as named after its type.
        self.spaces.append(namespace if level else MESSAGE_V3)
        self.after_start = True

    def _bearing(self, name: str, flat: list[str]) -> Name:
        """A name with its attributes; kept for the next delivery where nothing in them depends on their place."""
        attributes = self._attributes(flat)
        known = NAMES[name].bearing(attributes, self._prefixes(attributes))
        if not any(namespace or local.lower() == "id" for namespace, local, _, _ in attributes):
            remember((name, *flat), known)
        return known

    def _bear(self, known: Name) -> None:
        """Keep the start tag's declarations."""
        own, self.coming = self.coming, {}
        tag = Tag(len(self.plain), known.written, own, known.attributes)
        self.found.declaring.append(tag)
        self.tags.append((self.depth, tag))
        self.found.prefixed = self.found.prefixed or any(own)

    def _leads_on(self, above: Element) -> bool:
        """Whether a child of this element is wanted: SignedDelivery's, and the SignedInfo that begins a Signature."""
        return above.name == SIGNED or (above.name == "Signature" and not above.children)

    def _note(self, known: Name, level: int) -> None:
        """Keep an element near the top."""
        self.leant.clear()
        namespace = known.namespace if level else MESSAGE_V3
        alone = not level or known.local in {SIGNED, "SignedInfo"}
        scope = {prefix: declared[-1] for prefix, declared in self.scope.items() if declared} if alone else {}
        at = self.parser.CurrentByteIndex
        first = len(self.plain)
        element = Element(namespace, known.local, known.written, self.depth, first, at, known.attributes, scope)
        if level:
            self.open[-1].children.append(element)
        else:
            self.found.root = element
        self.open.append(element)

    def _lean(self, prefix: str) -> None:
        """Remember a use of what is declared above the delivery, or above the SignedDelivery in it."""
        self.leant.add(prefix)
        declared = self.scope[prefix][-1][0]
        for element in self.open[:2]:
            if declared < element.depth:
                element.leans.add(prefix)

    def _prefixes(self, attributes: list[Attribute]) -> bytes:
        """The declarations that prefixed attributes need in the plain form, for an attribute cannot lose its prefix."""
        wanted = {}
        for namespace, _, written, _ in attributes:
            if namespace and (prefix := written.partition(":")[0]) != "xml":
                wanted[prefix] = namespace
                self.found.prefixed = True
                if self.scope[prefix][-1][0] <= self.top:
                    self._lean(prefix)
        if not wanted:
            return b""
        above = self.attribute_prefixes[-1][1]
        new = {prefix: uri for prefix, uri in wanted.items() if above.get(prefix) != uri}
        if new:
            self.attribute_prefixes.append((self.depth, {**above, **new}))
        return canonical.declarations(new)

    def _text(self, *, leaf: bool) -> None:
        value = "".join(self.chunks)
        self.chunks.clear()
        if not leaf and not value.lstrip(" \t\r\n"):
            self.found.blank.append(len(self.plain))
        octets = canonical.text(value)
        self.plain.append(octets)
        self.wire.append(octets)

    def _close(self, name: str) -> None:
        """An end tag of the delivery, written both ways."""
        if self.chunks:
            self._text(leaf=self.after_start)
        self.after_start = False
        known = NAMES[name]
        self.plain.append(known.plain_end)
        self.wire.append(known.wire_end)
        self.spaces.pop()
        if self.attribute_prefixes[-1][0] == self.depth:
            self.attribute_prefixes.pop()
        if self.tags[-1][0] == self.depth:
            self.tags.pop()[1].after = len(self.plain)
        if self.depth - self.top <= NOTED and self.open[-1].depth == self.depth:
            element = self.open.pop()
            element.after = len(self.plain)
            # Of <x/> expat gives the end here, so that this is too much; but what has no child is refused anyway.
            element.after_byte = self.found.document.find(b">", self.parser.CurrentByteIndex) + 1
        if self.depth > self.top:
            self.depth -= 1
            return
        self.plain[-1] = f"</{self.found.type}>".encode()
        self.parser.StartElementHandler = self._seek
        self.parser.EndElementHandler = self._leave
        self.parser.CharacterDataHandler = self.parser.CommentHandler = self.parser.ProcessingInstructionHandler = None
        self._leave(name)

    def _leave(self, _: str) -> None:
        """An end tag outside of the delivery, or its own."""
        if len(self.path) == self.depth:
            self.path.pop()
        self.depth -= 1
