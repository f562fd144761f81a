"""How does an entry of a stage's journal stand as JSON, and how is it read back? Each field by its type.

Left out: the file (record).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields
from json import dumps
from json.encoder import encode_basestring as quoted
from typing import Any

from readiness.recording import (
    AccountRow,
    Action,
    Alert,
    Attribution,
    Connection,
    Entry,
    Exchange,
    Masked,
    Moment,
    Performance,
)
from readiness.values import moment_from, moment_text


def to_json(entry: Entry) -> str:
    """One entry of the journal as JSON, keys in order. Fields that say nothing are left out.

    Written piece by piece: a stage writes one for each exchange, and dicts on the way cost half as much time again.
    """
    pieces = [f'"entry": {quoted(NAMES[type(entry)])}']
    for name, before, write, zero in FIELDS[type(entry)]:
        value = getattr(entry, name)
        if value or (zero and value is not None):  # a field that is "", b"", () or None says nothing
            pieces.append(before + write(value))
    return "{" + ", ".join(sorted(pieces)) + "}"


def from_plain(row: Mapping[str, Any]) -> Entry:
    """The entry that `to_json` wrote, equal to it. ValueError or TypeError for what does not belong in a journal."""
    kind = KINDS[row["entry"]]
    readers, given = READERS[kind], {name: value for name, value in row.items() if name != "entry"}
    if unknown := given.keys() - readers.keys():
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: readers[name](value) for name, value in given.items()})


def _list(members: Iterable[str]) -> str:
    return f"[{', '.join(members)}]"


def _moment(value: Moment) -> str:
    return f'["{moment_text(value.wall)}", {value.ns}]'


def _moment_from(plain: Any) -> Moment:
    wall, ns = plain
    return Moment(moment_from(wall), _number(ns))


def _bytes(value: bytes) -> str:
    return quoted(b64encode(value).decode("ascii"))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise TypeError(f"{value!r} is no list of texts")
    return tuple(value)


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _action(value: Action) -> str:
    done = _moment(value.done) if value.done else "null"
    return f"[{quoted(value.name)}, {_moment(value.planned)}, {done}, {quoted(value.detail)}]"


def _row(value: AccountRow) -> str:
    person, message, outcome, channel = map(quoted, (value.person, value.message, value.outcome, value.channel))
    return f"[{person}, {message}, {outcome}, {_moment(value.at)}, {channel}, {dumps(value.told)}]"


def _action_from(plain: Any) -> Action:
    name, planned, done, detail = plain
    return Action(str(name), _moment_from(planned), _moment_from(done) if done else None, str(detail))


def _alert(value: Alert) -> str:
    return f"[{quoted(value.level)}, {quoted(value.name)}, {_moment(value.at)}]"


def _alert_from(plain: Any) -> Alert:
    level, name, at = plain
    return Alert(str(level), str(name), _moment_from(at))


def _row_from(plain: Any) -> AccountRow:
    person, message, outcome, at, channel, told = plain
    return AccountRow(str(person), str(message), str(outcome), _moment_from(at), str(channel), _flag_or_none(told))


def _flag_or_none(value: Any) -> bool | None:
    return None if value is None else _flag(value)


KINDS: dict[str, type[Connection] | type[Exchange] | type[Performance]] = {
    "connection": Connection,
    "exchange": Exchange,
    "performance": Performance,
}
NAMES = {kind: name for name, kind in KINDS.items()}
Shape = tuple[Callable[[Any], str], Callable[[Any], Any]]
SHAPES: dict[str, Shape] = {
    "str": (quoted, _text),
    "int": (str, _number),
    "bool": (lambda value: "true" if value else "false", _flag),
    "bytes": (_bytes, lambda plain: b64decode(plain, validate=True)),
    "Moment": (_moment, _moment_from),
    "tuple[str, ...]": (lambda value: _list(map(quoted, value)), _texts),
    "tuple[bytes, ...]": (
        lambda value: _list(map(_bytes, value)),
        lambda plain: tuple(b64decode(der, validate=True) for der in plain),
    ),
    "tuple[Attribution, ...]": (
        lambda value: _list(_list(map(quoted, (a.scenario, a.by, a.digest, a.person))) for a in value),
        lambda plain: tuple(Attribution(*_texts(row)) for row in plain),
    ),
    "tuple[Action, ...]": (lambda value: _list(map(_action, value)), lambda plain: tuple(map(_action_from, plain))),
    "tuple[Alert, ...]": (lambda value: _list(map(_alert, value)), lambda plain: tuple(map(_alert_from, plain))),
    "tuple[Masked, ...]": (
        lambda value: _list(f"[{quoted(part.what)}, {quoted(part.sha256)}]" for part in value),
        lambda plain: tuple(Masked(*_texts(row)) for row in plain),
    ),
    "tuple[AccountRow, ...]": (lambda value: _list(map(_row, value)), lambda plain: tuple(map(_row_from, plain))),
}
"""How a field of a type is written and read, but for None, which is left out."""


def _shape(field: Field[Any]) -> Shape:
    return SHAPES[str(field.type).removesuffix(" | None")]


ZEROS = {"int", "int | None", "bool"}
"""Types of fields whose 0 and false say something."""
FIELDS = {
    kind: tuple((one.name, f"{quoted(one.name)}: ", _shape(one)[0], str(one.type) in ZEROS) for one in fields(kind))
    for kind in KINDS.values()
}
"""Of each kind: a field's name, what stands before its value, what writes it, and whether it is one of ZEROS."""
READERS = {kind: {one.name: _shape(one)[1] for one in fields(kind)} for kind in KINDS.values()}
