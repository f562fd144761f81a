"""What is a delivery made of, and which octets does each reading of its signatures cover?

Three readings. *Strict* takes the element as it stands on the wire, alone, by Canonical XML 1.0. *Mina meddelanden* is
what the reference code and the operators read: every namespace declared as the default one, the root named after its
type. *Squeezed* is that again without the white space beside elements, which a pretty-printer puts there. Left out:
how the parts are read (delivery_bytes.py), and whether a signature agrees with them (signature.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from readiness.contract import canonical
from readiness.contract.delivery_names import Attribute
from readiness.contract.names import INCLUSIVE_C14N

SEALED: Final = "SealedDelivery"
SIGNED: Final = "SignedDelivery"


class Reading(StrEnum):
    """A way to read what was signed; from the W3C's own to the most forgiving."""

    STRICT = "strict"
    MINA_MEDDELANDEN = "mina_meddelanden"
    SQUEEZED = "squeezed"


class Why(StrEnum):
    """Why a signature could not be verified."""

    NOT_XML = "not_xml"
    ENCODING = "encoding"
    TOO_LARGE = "too_large"
    DOCUMENT_TYPE = "document_type"
    COMMENT = "comment"
    DUPLICATE_ID = "duplicate_id"
    NO_DELIVERY = "no_delivery"
    SHAPE = "shape"
    SIGNATURE_FORM = "signature_form"
    REFERENCE = "reference"
    TRANSFORMS = "transforms"
    ALGORITHM = "algorithm"
    CERTIFICATE = "certificate"
    DIGEST_DIFFERS = "digest_differs"
    VALUE_DIFFERS = "value_differs"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The kind of reason, and the reason in English words."""

    why: Why
    words: str


class Refused(Exception):
    """Stops a reading; `refusal` says why."""

    def __init__(self, why: Why, words: str) -> None:
        super().__init__(words)
        self.refusal = Refusal(why, words)


@dataclass(slots=True)
class Element:
    """An element near the top of a delivery: its place among the parts, and among the bytes.

    `scope`: where a standing-alone form needs it, the namespaces in scope by prefix, each with the depth that declares
    it. `leans`: prefixes used in it that are declared above it.
    """

    namespace: str
    name: str
    written: str
    depth: int
    first: int
    first_byte: int
    attributes: Sequence[Attribute]
    scope: Mapping[str, tuple[int, str]]
    after: int = 0
    after_byte: int = 0
    leans: set[str] = field(default_factory=set)
    children: list[Element] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        """Its Id, or ""."""
        return next((value for _, _, written, value in self.attributes if written == "Id"), "")


@dataclass(slots=True)
class Tag:
    """A start tag that bears declarations of its own: the part that it is, and the part behind the element's end."""

    first: int
    written: str
    own: Mapping[str, str]
    attributes: Sequence[Attribute]
    after: int = 0


@dataclass(slots=True)
class Delivery:
    """A delivery as canonical tags and texts.

    `type`: SealedDelivery or SignedDelivery. `path`: the local names down to it on the wire; `type_named`: whether its
    name there is that of its type. `plain` and `wire` have the same length. `plain`: every namespace as the default
    one, the root named after its type. `wire`: names as written, tags without declarations; those are in `declaring`.
    `blank`: which parts are white space beside elements.
    `prefixed`: whether a prefix is used or declared. `signatures`: how many ds:Signature stand anywhere in it.
    """

    document: bytes
    type: str = ""
    path: str = ""
    root: Element | None = None
    plain: list[bytes] = field(default_factory=list)
    wire: list[bytes] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    declaring: list[Tag] = field(default_factory=list)
    prefixed: bool = False
    signatures: int = 0
    type_named: bool = False

    def form(self, element: Element, reading: Reading) -> Reading:
        """The reading with the same octets that is computed for it: the plain one, where nothing tells them apart."""
        plain_on_the_wire = not self.prefixed and (element is not self.root or self.type_named)
        if (reading is Reading.STRICT and plain_on_the_wire) or (reading is Reading.SQUEEZED and not self.blank):
            return Reading.MINA_MEDDELANDEN
        return reading

    def differ_at_once(self, element: Element) -> bool:
        """Whether the strict octets differ from the plain ones in the very first tag."""
        plain = _plain_alone(self.type if element is self.root else element.name, element)
        return plain != _tag(element.written, self._declared_alone(element), element.attributes)

    def octets(self, element: Element, signature: Element | None, reading: Reading) -> bytes:
        """The octets to be digested: the element alone, canonical, without that signature (enveloped-signature)."""
        if reading is Reading.STRICT and self.form(element, reading) is reading:
            parts = self._standing_alone(element)
        else:
            named = self.type if element is self.root else element.name
            parts = [_plain_alone(named, element), *self._parts(reading)[element.first + 1 : element.after]]
        if signature:
            del parts[signature.first - element.first : signature.after - element.first]
        return b"".join(parts)

    def signed_info(
        self, element: Element, info: Element, reading: Reading, method: str, prefixes: tuple[str, ...]
    ) -> bytes:
        """The canonical SignedInfo of the signature on `element`. Raises etree.LxmlError where libxml2 refuses it."""
        if reading is Reading.STRICT and self.form(element, reading) is reading:
            return canonical.canonical(self._signed_info_alone(element, info, method), method, prefixes)
        parts = self._parts(reading)
        return b"".join((_plain_alone(info.name, info), *parts[info.first + 1 : info.after]))

    def bytes_alone(self, element: Element) -> bytes:
        """The element's own bytes, UTF-8, as a document: what it leans on above it is declared, and nothing else."""
        return _with_declarations(self.document, element, {p: element.scope[p][1] for p in element.leans})

    def plain_alone(self, element: Element) -> bytes:
        """The element alone, in the Mina meddelanden form."""
        return b"".join((_plain_alone(element.name, element), *self.plain[element.first + 1 : element.after]))

    def _parts(self, reading: Reading) -> list[bytes]:
        if reading is not Reading.SQUEEZED or not self.blank:
            return self.plain
        parts = self.plain.copy()
        for at in self.blank:
            parts[at] = b""
        return parts

    def _standing_alone(self, element: Element) -> list[bytes]:
        """The wire's parts of an element, each tag with the declarations that Canonical XML gives it when alone."""
        parts = self.wire[element.first : element.after]
        own = self._declared_alone(element)
        parts[0] = _tag(element.written, own, element.attributes)
        scopes = [(element.after, own)]
        for tag in self.declaring:
            if not element.first < tag.first < element.after:
                continue
            while scopes[-1][0] <= tag.first:
                scopes.pop()
            above = scopes[-1][1]
            new = {prefix: uri for prefix, uri in tag.own.items() if above.get(prefix, "") != uri}
            parts[tag.first - element.first] = _tag(tag.written, new, tag.attributes)
            scopes.append((tag.after, {**above, **new}))
        return parts

    def _declared_alone(self, element: Element) -> dict[str, str]:
        """The declarations on an element when it stands alone: its own, and those that it leans on."""
        declared = {prefix: uri for prefix, (depth, uri) in element.scope.items() if depth == element.depth and uri}
        return {**declared, **{prefix: element.scope[prefix][1] for prefix in element.leans}}

    def _signed_info_alone(self, element: Element, info: Element, method: str) -> bytes:
        """SignedInfo as a document with the namespaces that are in scope at it when the element stands alone."""
        wanted = {
            prefix: uri
            for prefix, (depth, uri) in info.scope.items()
            if depth < info.depth and (method != INCLUSIVE_C14N or depth >= element.depth or prefix in element.leans)
        }
        return _with_declarations(self.document, info, wanted)


def _plain_alone(name: str, element: Element) -> bytes:
    return _tag(name, {"": element.namespace} if element.namespace else {}, element.attributes)


def _tag(written: str, declarations: Mapping[str, str], attributes: Sequence[Attribute]) -> bytes:
    return (
        b"<" + written.encode("utf-8") + canonical.declarations(declarations) + canonical.attributes(attributes) + b">"
    )


def _with_declarations(document: bytes, element: Element, declarations: Mapping[str, str]) -> bytes:
    after_name = element.first_byte + 1 + len(element.written.encode("utf-8"))
    added = canonical.declarations(declarations)
    return document[element.first_byte : after_name] + added + document[after_name : element.after_byte]
