"""What does the program say, in Swedish and in English? Data in `sv/*.toml` and `en/*.toml`, one table a subject.

A key is "table.name"; both languages have the same keys and the same placeholders (a test holds it). Placeholders are
`{name}`; a value is put in as text and never read as a template. Left out: the words of rules and risks, which stand
with them in the checklists.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from readiness.model import Words

LANGUAGES = ("sv", "en")


def say(lang: str, key: str, **values: object) -> str:
    """The text of a key in a language. KeyError names a key or a placeholder that is missing."""
    return texts(lang)[key].format_map(values) if values else texts(lang)[key]


def pick(lang: str, words: Words) -> str:
    """One of the two languages of a text that travels with its data."""
    return words.sv if lang == "sv" else words.en


@cache
def texts(lang: str) -> dict[str, str]:
    """Every text of a language, by key. ValueError when two files define one key."""
    found: dict[str, str] = {}
    for file in sorted(files(__name__).joinpath(lang).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        for table, rows in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for name, text in rows.items():
                if (key := f"{table}.{name}") in found:
                    raise ValueError(f"{lang}/{file.name}: {key} is defined twice")
                found[key] = text
    return found
