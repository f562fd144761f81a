"""What are the records of a log: when, at which level, under which names, and in which words?

One pass, one record at a time, in bounded memory. What belongs to a record stands with it: a stack trace with the line
it explains. Formats: text (also syslog and key=value), JSON lines, CSV with a header, W3C (IIS) and journal export;
without a declared one it is told by the first lines. Left out: bytes and lines (`_log_lines`), times (`_log_times`),
and what a name means (`_log_words`).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from probes._log_times import Clock, When

LONGEST = 256 * 1024
"""Characters of a record that are kept."""
FIELDS, DEPTH = 200, 4
TIME_NAMES = (
    "time", "timestamp", "@timestamp", "ts", "datetime", "date", "tid", "tidpunkt", "tidsstampel", "eventtime",
    "asctime", "instant.epochsecond", "@t", "__realtime_timestamp", "timecreated", "utctime", "t",
)  # fmt: skip
_PAIR = re.compile(r'(?<![\w.-])([^\W\d][\w.-]{0,60})[=](?:"((?:[^"\\]|\\.){0,4000})"|([^\s,;"\[\]]{1,4000}))')
_CONTINUED = re.compile(
    r"^(?:\s|Caused by\b|at [\w.$<]|Traceback \(|\.\.\. \d+ more|--- End of |[\w.$]+(?:Exception|Error)\b)"
)
_FORMATS = (
    ("json-lines", re.compile(r"^\s*\{")),
    ("w3c", re.compile(r"^#(?:Software|Version|Fields|Date):")),
    ("journal-export", re.compile(r"^__[A-Z_]+=")),
)


class Record:
    """One record. `text` is all of it, as it stands in the file; what else it says is read only when it is asked for,
    since most records of a log are about nothing that is looked for."""

    __slots__ = ("_fields", "_when", "text")

    def __init__(
        self,
        text: str,
        fields: Mapping[str, str] | Callable[[], Mapping[str, str]],
        when: When | Callable[[Record], When | None] | None,
    ) -> None:
        self.text = text
        self._fields = fields
        self._when = when

    @property
    def fields(self) -> Mapping[str, str]:
        """By their names in lower case, dotted where they stand in each other; none where a text has no pairs."""
        if callable(self._fields):
            self._fields = self._fields()
        return self._fields

    @property
    def when(self) -> When | None:
        """Its time; None where it has none that is recognised."""
        if callable(self._when):
            self._when = self._when(self)
        return self._when


def read_records(lines: Iterable[str], clock: Clock, format_: str = "") -> Iterator[Record]:
    """The records of one file, in its order. `format_` as in a profile, "" to have it told by its first lines."""
    rest = iter(lines)
    first = [line for line in _first(rest) if line]
    if not format_:
        known = (name for name, shape in _FORMATS if first and shape.match(first[-1]))
        format_ = next(known, "text")
    yield from READERS.get(format_, _texts)(chain(first, rest), clock)


def _first(lines: Iterator[str]) -> Iterator[str]:
    """The lines up to the first that is not empty."""
    for line in lines:
        yield line
        if line.strip():
            return


def _texts(lines: Iterable[str], clock: Clock) -> Iterator[Record]:
    """A line that begins with a time, or does not look like the rest of another, begins a record."""
    held: list[str] = []
    size, timed = 0, False
    for line in lines:
        begins = clock.begins(line)
        if held and not begins and (timed or _CONTINUED.match(line)):
            if size < LONGEST:
                held.append(line[: LONGEST - size])
                size += len(line)
            continue
        if held:
            yield _text(held, clock)
        held, size = ([line], len(line)) if line.strip() else ([], 0)
        timed = begins
    if held:
        yield _text(held, clock)


def _text(held: list[str], clock: Clock) -> Record:
    head = held[0][:16_384]
    return Record("\n".join(held), lambda: _pairs(head), lambda _: clock.in_line(head))


def _pairs(head: str) -> Mapping[str, str]:
    return {found[1].lower(): found[2] or found[3] or "" for found in _PAIR.finditer(head)}


def _json(lines: Iterable[str], clock: Clock) -> Iterator[Record]:
    """One object a line; what is none belongs to the object before it, as a stack trace that was printed does."""
    held: list[str] = []
    size = 0
    for line in lines:
        begins = line.lstrip().startswith("{") and line.rstrip().endswith("}")
        if begins or not held:
            if held:
                yield _printed(held, clock)
            held, size = ([line], 0) if line.strip() else ([], 0)
        elif line.strip() and size < LONGEST:
            held.append(line[: LONGEST - size])
            size += len(line)
    if held:
        yield _printed(held, clock)


def _printed(held: list[str], clock: Clock) -> Record:
    """An object and what was printed after it; or text alone, whose time its line begins with."""
    first = held[0]
    return Record(
        "\n".join(held),
        lambda: dict(flat(_object(first))),
        lambda record: _when(record.fields, clock) if record.fields else clock.in_line(first),
    )


def _object(line: str) -> dict[str, object]:
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def flat(plain: Mapping[str, object], before: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    """An object's names, in lower case and dotted where they stand in each other, each with its value as text."""
    for name, value in list(plain.items())[:FIELDS]:
        if isinstance(value, dict) and depth < DEPTH:
            yield from flat(value, f"{before}{name.lower()}.", depth + 1)
        elif isinstance(value, list | dict):
            yield f"{before}{name.lower()}", json.dumps(value, ensure_ascii=False)
        elif value is not None:
            yield f"{before}{name.lower()}", value if isinstance(value, str) else json.dumps(value)


def _csv(lines: Iterable[str], clock: Clock) -> Iterator[Record]:
    rest = iter(lines)
    header = next((line for line in rest if line.strip()), "")
    mark = max(",;\t", key=header.count)
    names = [name.strip().strip("\ufeff").lower() for name in _row(csv.reader([header], delimiter=mark)) or ()]
    rows = csv.reader((f"{line}\n" for line in rest), delimiter=mark)
    while (row := _row(rows)) is not None:
        if row:
            fields = {name: value for name, value in zip(names, row, strict=False) if value}
            yield Record(mark.join(row)[:LONGEST], fields, _when(fields, clock))


def _row(rows: Iterator[list[str]]) -> list[str] | None:
    """The next row, [] for one that is none, None at the end."""
    try:
        return next(rows, None)
    except csv.Error:
        return []


def _w3c(lines: Iterable[str], clock: Clock) -> Iterator[Record]:
    """W3C Extended Log File Format: date and time are UTC; the names may change within a file."""
    names: list[str] = []
    utc = Clock.of(clock.written, utc=True)
    for line in lines:
        if line.startswith("#Fields:"):
            names = line.removeprefix("#Fields:").lower().split()
        elif line and not line.startswith("#"):
            fields = {name: value for name, value in zip(names, line.split(" "), strict=False) if value != "-"}
            yield Record(line, fields, utc.in_line(f"{fields.get('date', '')} {fields.get('time', '')}"))


def _journal(lines: Iterable[str], clock: Clock) -> Iterator[Record]:
    """systemd's Journal Export Format. A name without "=" is followed by a size in eight bytes and so many bytes, which
    are here as characters: the value is taken to the next line that is a field or empty."""
    fields: dict[str, str] = {}
    open_ = ""
    for line in chain(lines, [""]):
        name, is_, value = line.partition("=")
        field = re.fullmatch(r"[A-Z0-9_]{1,64}", name) is not None
        if not line:
            if fields:
                yield Record("\n".join(f"{k}={v}" for k, v in fields.items())[:LONGEST], fields, _when(fields, clock))
            fields, open_ = {}, ""
        elif field and is_:
            fields[name.lower()], open_ = value, ""
        elif field:
            open_ = name.lower()
            fields[open_] = ""
        elif open_ and len(fields[open_]) < LONGEST:
            fields[open_] += ("\n" if fields[open_] else "") + (line if fields[open_] else line[8:])


def _when(fields: Mapping[str, str], clock: Clock) -> When | None:
    for name in TIME_NAMES:
        if (value := fields.get(name)) and (when := clock.in_field(value)):
            return when
    return None


READERS = {
    "text": _texts,
    "syslog": _texts,
    "json-lines": _json,
    "csv": _csv,
    "w3c": _w3c,
    "journal": _journal,
    "journal-export": _journal,
    "evtx": _json,
}
