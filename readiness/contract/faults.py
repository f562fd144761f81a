"""What does an error code in a fault say, and may the call be repeated?

Pure, over fault_codes.toml. Two sources, and both meanings where they differ: nobody could establish which one holds.
Left out: how a fault is read from SOAP.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Retry = Literal["repeat", "correct", "ask_again", "unstated"]
"""Repeat later as it is; correct the input first; it is being processed, ask again later; nothing is said."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one source says: in Swedish, in English; which source; the year it was known."""

    sv: str
    en: str
    source: str
    known: int


@dataclass(frozen=True, slots=True)
class FaultCode:
    """An error code. `range`: technical (0 to 4999), application (5000 to 9999), outside. `group`: web, api or nothing.

    `meanings` is empty for a code that no source lists; then only its range speaks. `ambiguous`: the sources name
    different things (5006, 5014, 6005, 6006). `in_schema`: a validating client can read it (0 and 9999 are documented,
    but not allowed).
    """

    code: int
    range: Literal["technical", "application", "outside"]
    group: Literal["", "web", "api"]
    meanings: tuple[Meaning, ...]
    retry: Retry
    ambiguous: bool
    in_schema: bool


@cache
def fault(code: int) -> FaultCode:
    """What is known of a code. Source: API document 6.3 section 5; the Java reference code's enumeration."""
    data = _data()
    row: dict[str, Any] = next((row for row in data["code"] if row["code"] == code), {})
    place: dict[str, Any] = next(
        (row for row in data["range"] if row["first"] <= code <= row["last"]), {"kind": "outside"}
    )
    return FaultCode(
        code=code,
        range=place["kind"],
        group=next((row["name"] for row in data["group"] if row["first"] <= code <= row["last"]), ""),
        meanings=tuple(_meanings(row, data["source"])),
        retry=row.get("retry", place.get("retry", "unstated")),
        ambiguous=row.get("differ", False),
        in_schema=0 < code < 9999,
    )


@cache
def listed_codes() -> tuple[int, ...]:
    """Every code that a source lists with a meaning of its own, rising."""
    return tuple(sorted(row["code"] for row in _data()["code"]))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("fault_codes.toml").read_text(encoding="utf-8"))


def _meanings(row: dict[str, Any], sources: dict[str, Any]) -> list[Meaning]:
    """The document first. What both say is one meaning of the document's, the newer."""
    found = []
    for key, source in (("both", "document"), ("document", "document"), ("older", "older")):
        if key in row:
            title = sources[source]["title"]
            found.append(Meaning(row[key]["sv"], row[key]["en"], title, sources[source]["known"]))
    return found
