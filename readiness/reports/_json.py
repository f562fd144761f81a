"""How is JSON written without holding all of it at once? As `json.dumps` writes it, with `sort_keys`.

An iterator is a list whose members are made when their turn comes; it may stand anywhere but in what another one gives.
Left out: what is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any

Write = Callable[[Any, str], str]
"""(value, what a line begins with there; empty: all is one line) -> its text."""
_line = json.JSONEncoder(sort_keys=True, allow_nan=False).encode


def on_one_line(value: Any) -> Iterator[str]:
    """A value in ASCII, in pieces."""
    return _pieces(value, "", lambda one, _: _line(one))


def indented(value: Any, *, ensure_ascii: bool) -> Iterator[str]:
    """A value with `indent=1`, in pieces."""
    string = encode_basestring_ascii if ensure_ascii else encode_basestring

    def write(value: Any, line: str) -> str:
        if isinstance(value, str):
            return string(value)
        inner = f"{line} "
        if isinstance(value, dict) and value:
            named = [f"{string(name)}: {write(one, inner)}" for name, one in sorted(value.items())]
            return f"{{{inner}{f',{inner}'.join(named)}{line}}}"
        if isinstance(value, list | tuple) and value:
            return f"[{inner}{f',{inner}'.join([write(one, inner) for one in value])}{line}]"
        return _line(value)

    return _pieces(value, "\n", write)


def _pieces(value: Any, line: str, write: Write) -> Iterator[str]:
    inner = f"{line} " if line else ""
    members: Iterable[tuple[str, Iterable[str]]]
    if isinstance(value, Iterator):
        (start, end), members = "[]", (("", [write(one, inner)]) for one in value)
    elif isinstance(value, list | tuple):
        (start, end), members = "[]", (("", _pieces(one, inner, write)) for one in value)
    elif isinstance(value, dict):
        named = ((f"{write(name, inner)}: ", one) for name, one in sorted(value.items()))
        (start, end), members = "{}", ((name, _pieces(one, inner, write)) for name, one in named)
    else:
        yield write(value, line)
        return
    before = start + inner
    for name, pieces in members:
        yield before + name
        yield from pieces
        before = f",{inner}" if line else ", "
    yield start + end if before == start + inner else line + end
