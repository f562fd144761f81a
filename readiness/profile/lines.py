"""On which line of a TOML text does a key stand? An index of table headers, keys and list members.

tomllib reads values and forgets where they stood. This scanner goes over a text that tomllib has already accepted and
is lenient: what it does not recognise it passes by. Left out: values, and any judgement of the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

Place = tuple[str | int, ...]
"""Where in the data: keys, and places in lists counted from 0, as ("endpoint", 2, "address")."""

TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\n\[\]{},=.]"
    r"|[^\s\[\]{},=.#\"']+",
    re.DOTALL,
)


class Lines:
    """Line numbers, counted from 1, by path. The text is scanned when the first line is asked for: a sound profile
    never pays for it. Without a text every line is 0, which means that none can be named."""

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._index: dict[Place, int] | None = None

    def __bool__(self) -> bool:
        return bool(self._text)

    def line(self, path: Place) -> int:
        """The line of a key, or of the nearest thing around it that has one; 0 without a text."""
        if not self._text:
            return 0
        if self._index is None:
            self._index = index(self._text)
        return next((self._index[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._index), 1)


def index(text: str) -> dict[Place, int]:
    """The line on which each table, key and list member first stands."""
    return _Scan(text).run()


class _Scan:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.found: dict[Place, int] = {}
        self.seen: dict[Place, int] = {}  # how many [[tables]] of that path there have been
        self.table: Place = ()

    def run(self) -> dict[Place, int]:
        for token, line in self.tokens:
            if token == "[":
                self._header(line)
            elif token not in {"\n", ".", "=", "]", "}", ","}:
                self._value(self._key(token, line))
        return self.found

    def _header(self, line: int) -> None:
        parts: list[str] = []
        brackets = 1
        for token, _ in self.tokens:
            if token == "[":
                brackets += 1
            elif token in {"]", "\n"}:
                break
            elif token != ".":
                parts.append(_bare(token))
        self.table = self._resolve(tuple(parts[:-1]))
        if parts:
            self.table = (*self.table, parts[-1])
            self._note(self.table, line)
        if brackets == 2:
            place = self.seen.get(self.table, 0)
            self.seen[self.table] = place + 1
            self.table = (*self.table, place)
            self._note(self.table, line)
        elif self.table in self.seen:
            self.table = (*self.table, self.seen[self.table] - 1)

    def _resolve(self, parts: tuple[str, ...]) -> Place:
        """A path in which each list of tables is followed by the place of its last table."""
        path: Place = ()
        for part in parts:
            path = (*path, part)
            if path in self.seen:
                path = (*path, self.seen[path] - 1)
        return path

    def _key(self, first: str, line: int) -> Place:
        """Read the rest of a dotted key, up to its "="."""
        path: Place = (*self.table, _bare(first))
        self._note(path, line)
        for token, at in self.tokens:
            if token in {"=", "\n"}:
                break
            if token != ".":
                path = (*path, _bare(token))
                self._note(path, at)
        return path

    def _value(self, path: Place) -> None:
        """Pass over one value, noting the members of a list; what stands deeper is on its member's line, or near."""
        depth = place = 0
        fresh = True  # whether the next token starts a member
        for token, line in self.tokens:
            if token == "\n":
                if not depth:
                    return
                continue
            if depth == 1 and fresh and token not in {"]", "}", ","}:
                self._note((*path, place), line)
                fresh = False
            if token in {"[", "{"}:
                depth += 1
                fresh = depth == 1
            elif token in {"]", "}"}:
                depth -= 1
            elif token == "," and depth == 1:
                place += 1
                fresh = True

    def _note(self, path: Place, line: int) -> None:
        self.found.setdefault(path, line)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in TOKEN.finditer(text):
        token = match.group()
        if token[0] != "#":
            yield token, line
        line += token.count("\n")


def _bare(token: str) -> str:
    if token[0] in "\"'":
        try:
            return str(tomllib.loads(f"k = {token}")["k"])
        except tomllib.TOMLDecodeError:
            return token
    return token
