"""Where is a statement kept? In a file of its own beside the profile, whole or not at all, after those before it.

What a person wrote into the profile stays as it is, but for one line, added once: the name of that file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from readiness.errors import UsageError
from readiness.profile.inclusion import KEY
from readiness.texts import say
from readiness.whole_file import USUAL_MODE, replacing


def statements_file(profile: Path, named: str) -> Path:
    """The file that the profile names, or the one that it will name: <profile>-uppgifter.toml in its folder."""
    return profile.parent / (named or f"{profile.stem}-uppgifter.toml")


def keep(profile: Path, named: str, row: str, lang: str) -> bool:
    """Add a statement, in TOML, to the profile's file of statements; whether the profile had to be told of the file.

    UsageError where a file cannot be written, or where the profile does not name one and one is there already.
    """
    path = statements_file(profile, named)
    try:
        if not named:
            _begin(profile, path, lang)
        _write(path, path.read_bytes() + row.encode("utf-8"))
    except OSError as error:
        raise UsageError(
            say(lang, "attest.unwritable", path=error.filename or path, why=error.strerror or error)
        ) from error
    return not named


def _begin(profile: Path, path: Path, lang: str) -> None:
    """An empty file of statements, and then the line that names it: a stop in between leaves nothing that counts."""
    if path.exists() and tomllib.loads(path.read_text(encoding="utf-8-sig")):
        raise UsageError(say(lang, "attest.not_named", path=path, profile=profile, line=_line(path)))
    _write(path, say(lang, "attest.file_head", profile=profile.name).encode("utf-8"))
    _write(profile, with_line(profile.read_bytes(), _line(path)))


def with_line(profile: bytes, line: str) -> bytes:
    """A profile with a line put in where the comments at its top end, and nothing else changed."""
    head = 0
    rows = profile.splitlines(keepends=True)
    while head < len(rows) and (not (row := rows[head].removeprefix(b"\xef\xbb\xbf").strip()) or row.startswith(b"#")):
        head += 1
    end = b"\r\n" if rows and rows[0].endswith(b"\r\n") else b"\n"
    mark = b"\xef\xbb\xbf" if not head and profile.startswith(b"\xef\xbb\xbf") else b""
    before, after = b"".join(rows[:head]), b"".join(rows[head:]).removeprefix(mark)
    return mark + before + line.encode("utf-8") + end + after


def _line(path: Path) -> str:
    return f'{KEY} = "{path.name}"' if '"' not in path.name and "\\" not in path.name else f"{KEY} = '{path.name}'"


def _write(path: Path, content: bytes) -> None:
    """The whole content in the place of what was there, with the same permissions; the old one where that fails."""
    mode = path.stat().st_mode if path.exists() else USUAL_MODE
    with replacing(path, mode) as file:
        file.write(content)
