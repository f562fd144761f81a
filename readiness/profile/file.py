"""What does a profile file hold, as plain TOML data? Bytes to text to data, with every way that can go wrong.

Left out: what the data means (`profile`).
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readiness.errors import Fault, ProfileError
from readiness.model import TargetKind
from readiness.profile.shapes import shown
from readiness.texts import say

MAXIMAL_BYTES = 8 * 1024 * 1024
MORE = 8  # times as much is looked through of a larger file, only to say what is too many in it
MAXIMAL_TARGETS = 5000
MAXIMAL_DEPTH = 12

TARGET_TABLES = tuple(str(kind) for kind in TargetKind if kind is not TargetKind.CHAIN)

# What tomllib says, and the advice that fits it.
CURES = (
    (r"Unescaped|Invalid hex value|Reserved escape", "syntax_backslash"),
    (r"overwrite|twice|Duplicate|mutate immutable|Cannot define", "syntax_twice"),
    (r"Invalid date", "syntax_date"),
    (r"Invalid value|Expected newline or end of document", "syntax_value"),
    (r"Unterminated|Expected '\"|Illegal character '\\n'", "syntax_quotes"),
    (r"Invalid statement|key", "syntax_key"),
)


def read_text(path: Path, lang: str) -> str:
    """The text of a profile file. ProfileError: no such file, not readable, too large, not UTF-8."""
    source = str(path)
    if path.is_dir():
        raise _error(lang, source, "file_directory")
    try:
        with path.open("rb") as file:
            data = file.read(MAXIMAL_BYTES + 1)
            oversize = len(data) > MAXIMAL_BYTES
            tables = _target_headers(data)
            for _ in range(MORE if oversize else 0):
                tables += _target_headers(file.read(MAXIMAL_BYTES))
    except FileNotFoundError:
        raise _error(lang, source, "file_missing") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or str(error)
        raise _error(lang, source, "file_unreadable", why=shown(why)) from None
    if oversize and tables > MAXIMAL_TARGETS:
        raise _error(lang, source, "too_many_targets", limit=MAXIMAL_TARGETS)
    if oversize:
        raise _error(lang, source, "file_large", megabytes=MAXIMAL_BYTES // 1024 // 1024)
    return _decoded(data, source, lang)


def profile_data(text: str, source: str = "profile", lang: str = "sv") -> dict[str, Any]:
    """The plain TOML data of a profile's text, as `read_text` gives it.

    ProfileError: not TOML, tables within tables without end, or too many targets, which is told alone and at once.
    """
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise _error(lang, source, "too_deep", limit=MAXIMAL_DEPTH) from None
    except ValueError as error:  # TOMLDecodeError, and int() on thousands of digits
        raise _syntax(text, source, lang, str(error)) from None
    check_size(data, source, lang)
    return data


def check_size(data: Mapping[str, Any], source: str, lang: str) -> None:
    """ProfileError where data is deeper, or has more targets, than any profile can be."""
    targets = sum(len(rows) for name in TARGET_TABLES if isinstance(rows := data.get(name), list))
    if targets > MAXIMAL_TARGETS:
        raise _error(lang, source, "too_many_targets", limit=MAXIMAL_TARGETS)
    level: list[Any] = [data]
    for _ in range(MAXIMAL_DEPTH):
        level = [member for value in level for member in _members(value)]
    if level:
        raise _error(lang, source, "too_deep", limit=MAXIMAL_DEPTH)


def _members(value: Any) -> list[Any]:
    members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [member for member in members if isinstance(member, dict | list)]


def _target_headers(data: bytes) -> int:
    return len(re.findall(rb"(?m)^[ \t]*\[\[[ \t]*(?:%s)[ \t]*\]\]" % "|".join(TARGET_TABLES).encode(), data))


def _decoded(data: bytes, source: str, lang: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]:
        raise _error(lang, source, "utf16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(lang, source, "not_utf8", line=data.count(b"\n", 0, error.start) + 1) from None


def _syntax(text: str, source: str, lang: str, message: str) -> ProfileError:
    place = re.search(r" \(at line (\d+), column \d+\)$", message)
    # tomllib names no line for what it notices at the very end; the last line with anything on it is the nearest.
    line = int(place[1]) if place else text.rstrip().count("\n") + 1
    words = re.sub(r" \(at [^()]*\)$", "", message)
    cure = next((code for pattern, code in CURES if re.search(pattern, words)), "syntax_other")
    return ProfileError(
        [
            Fault(
                source,
                line,
                "",
                say(lang, "profile_wrong.syntax", said=shown(words)),
                say(lang, f"profile_cure.{cure}"),
            )
        ]
    )


def _error(lang: str, source: str, code: str, line: int = 0, **values: object) -> ProfileError:
    wrong, cure = say(lang, f"profile_wrong.{code}", **values), say(lang, f"profile_cure.{code}", **values)
    return ProfileError([Fault(source, line, "", wrong, cure)])
