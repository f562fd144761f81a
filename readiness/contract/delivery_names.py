"""How is an element written in its tags, with its prefix and without?

Left out: declarations other than the default one (delivery_bytes.py, delivery_parts.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from readiness.contract import canonical
from readiness.contract.names import XML_SIGNATURE

Attribute = tuple[str, str, str, str]
"""namespace, local name, name as written, value."""


@dataclass(frozen=True, slots=True)
class Name:
    """An element's name and attributes, and its canonical tags.

    `alone`: the plain start tag where the element above has another namespace; `within`: where it has the same. `wire`:
    the start tag as written, without declarations.
    """

    namespace: str
    local: str
    prefix: str
    written: str
    alone: bytes
    within: bytes
    wire: bytes
    plain_end: bytes
    wire_end: bytes
    signature: bool
    attributes: Sequence[Attribute] = ()

    def bearing(self, attributes: Sequence[Attribute], declared: bytes) -> Name:
        """The same element with attributes, and with the declarations that these need in the plain form."""
        end = canonical.attributes(attributes) + b">"
        tags = self.alone[:-1] + declared + end, self.within[:-1] + declared + end, self.wire[:-1] + end
        ends = self.plain_end, self.wire_end, self.signature
        return Name(self.namespace, self.local, self.prefix, self.written, *tags, *ends, attributes)


def named(name: str) -> Name:
    """expat writes a name as one text: namespace, local name and prefix, or the last only, or the first two."""
    pieces = name.split(" ")
    namespace, local, prefix = ("", name, "") if len(pieces) == 1 else (*pieces, "")[:3]
    written = f"{prefix}:{local}" if prefix else local
    alone = b"<" + local.encode("utf-8") + canonical.attribute("xmlns", namespace) + b">"
    tags = f"<{local}>", f"<{written}>", f"</{local}>", f"</{written}>"
    within, wire, plain_end, wire_end = (tag.encode("utf-8") for tag in tags)
    signature = (namespace, local) == (XML_SIGNATURE, "Signature")
    return Name(namespace, local, prefix, written, alone, within, wire, plain_end, wire_end, signature)


class Names(dict[str, Name]):
    """Names as expat gives them, kept where they may be the contract's own: short, and among the first met."""

    def __missing__(self, name: str) -> Name:
        known = named(name)
        if len(name) < 200 and len(self) < 4096:
            self[name] = known
        return known


NAMES: Final = Names()
BEARING: Final[dict[tuple[str, ...], Name]] = {}
"""The names, and the names with attributes, that return in every delivery: written once, for all of them."""


def remember(key: tuple[str, ...], name: Name) -> None:
    """Keep a name with its attributes under expat's words for both, on the same terms."""
    if sum(map(len, key)) < 400 and len(BEARING) < 1024:
        BEARING[key] = name
