"""How much, how many, how long, and of which type may things be?

Pure, over limits.toml; each value says where it comes from and when that was known. Left out: measuring.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Limit:
    """Between `least` and `most`, both allowed. `in_schema`: the XSD holds it; else a document or practice says so."""

    name: str
    least: int
    most: int
    unit: Literal["bytes", "count", "characters"]
    in_schema: bool
    source: str
    known: int

    def allows(self, amount: int) -> bool:
        """Whether an amount, in `unit`, is within the limit."""
        return self.least <= amount <= self.most


@dataclass(frozen=True, slots=True)
class ContentType:
    """A type that a body or an attachment may have. `spelt`: so in the API document; else its registered name."""

    name: str
    part: Literal["body", "attachment"]
    spelt: bool
    source: str
    known: int


@cache
def limits() -> tuple[Limit, ...]:
    """All of them, in the order of the file."""
    return tuple(Limit(**{"least": 0, **row}) for row in _data()["limit"])


@cache
def limit(name: str) -> Limit:
    """One by name (message_bytes, recipients_per_look_up, subject, reference ...). KeyError for another name."""
    return {known.name: known for known in limits()}[name]


@cache
def content_types(part: Literal["body", "attachment"]) -> tuple[ContentType, ...]:
    """What a part may be, by the API document 6.3 (a wrong one is answered with code 5019)."""
    return tuple(ContentType(**row) for row in _data()["content_type"] if row["part"] == part)


def base64_length(octets: int) -> int:
    """How many characters that many bytes become in base64 without line breaks (RFC 4648, 4)."""
    return -(-octets // 3) * 4


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("limits.toml").read_text(encoding="utf-8"))
