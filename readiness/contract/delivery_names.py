"""How is an element's name written in its tags, with its prefix and without?

Left out: attributes and declarations other than the default one (delivery_bytes.py, delivery_parts.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from readiness.contract import canonical
from readiness.contract.names import XML_SIGNATURE


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and the tags of an element of that name without attributes, canonical.

    `alone`: the plain start tag where the element above has another namespace; `within`: where it has the same.
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


def _split(name: str) -> Name:
    """expat writes a name as one text: namespace, local name and prefix, or the last only, or the first two."""
    pieces = name.split(" ")
    namespace, local, prefix = ("", name, "") if len(pieces) == 1 else (*pieces, "")[:3]
    written = f"{prefix}:{local}" if prefix else local
    alone = b"<" + local.encode("utf-8") + canonical.attribute("xmlns", namespace) + b">"
    tags = f"<{local}>", f"<{written}>", f"</{local}>", f"</{written}>"
    within, wire, plain_end, wire_end = (tag.encode("utf-8") for tag in tags)
    signature = (namespace, local) == (XML_SIGNATURE, "Signature")
    return Name(namespace, local, prefix, written, alone, within, wire, plain_end, wire_end, signature)


class _Names(dict[str, Name]):
    """Names as expat gives them, kept where they may be the contract's own: short, and among the first met."""

    def __missing__(self, name: str) -> Name:
        known = _split(name)
        if len(name) < 200 and len(self) < 4096:
            self[name] = known
        return known


NAMES = _Names()
"""Every name, split; the few that return in every delivery are split once."""
