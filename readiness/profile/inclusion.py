"""What does a profile say together with the file of statements that it names in `statements_from`?

That file holds [[statement]] and nothing else, in the profile's own form; its rows stand after the profile's. It is a
file of its own so that a program can add to it (`attest`) without touching what somebody wrote and commented by hand.
Left out: what statements mean (`statements`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.errors import ProfileError
from readiness.profile.faults import Elsewhere, Faults
from readiness.profile.file import profile_data, read_text
from readiness.profile.lines import Lines

KEY = "statements_from"
TABLE = "statement"


@dataclass(frozen=True, slots=True)
class Whole:
    """Profile and statements as one table of data, where its latter statements stand, and the SHA-256 over the text of
    the profile and then that of the statements, which is the profile's own where it names no file."""

    data: dict[str, Any]
    digest: str
    elsewhere: Elsewhere | None = None


def whole_profile(text: str, source: str, lang: str = "sv") -> Whole:
    """The data of a profile's text with that of the file of statements it names, from the folder of `source`.

    ProfileError where either is no TOML, or the file cannot be read or holds something else than statements.
    """
    data = profile_data(text, source, lang)
    name = data.get(KEY)
    if not isinstance(name, str) or not name:
        return Whole(data, _digest(text))
    path = Path(source).absolute().parent / name
    said = read_text(path, lang)
    rows, lines = _rows(said, path, lang), Lines(said)
    own = data.get(TABLE, [])
    if not isinstance(own, list):
        return Whole(data, _digest(text, said))  # the profile's own mistake, which its reader tells
    return Whole({**data, TABLE: [*own, *rows]}, _digest(text, said), Elsewhere((TABLE,), len(own), str(path), lines))


def _rows(text: str, path: Path, lang: str) -> list[Any]:
    data: Mapping[str, Any] = profile_data(text, str(path), lang)
    faults = Faults(str(path), Lines(text), lang)
    for key in data:
        if key != TABLE:
            faults.unknown((key,), "unknown_key", key, [TABLE])
    rows = data.get(TABLE, [])
    if not isinstance(rows, list):
        faults.add((TABLE,), "single_brackets")
    if faults.found:
        raise ProfileError(faults.found)
    return list(rows)


def _digest(*texts: str) -> str:
    return hashlib.sha256("".join(texts).encode("utf-8")).hexdigest()
