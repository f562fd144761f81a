"""What does a log say became of each message? Lines in, rows of an account out, by the patterns of a profile.

Each line that a pattern fits tells something of the message it names; what is told last counts. A message belongs to
this run where a pattern tells a test person, or an id that the stage knows; the others are somebody else's, and no word
of them is read. Patterns are RE2's, whose time grows with the line and no faster. Left out: where the lines come from
(`sources`), and which rows are of this run (`ledger`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from readiness.errors import UsageError
from readiness.exercise.account import Faults, Reading, meaning, person_of, shown
from readiness.recording import AccountRow, Moment
from readiness.texts import say

LONGEST = 65_536
"""Characters of a line that are looked at."""


@dataclass(slots=True)
class Told:
    """What the log has told of one message so far, by group; `clash` names a group that one line told twice."""

    values: dict[str, str] = field(default_factory=dict)
    clash: str = ""


def read_log(data: bytes, reading: Reading, at: Moment) -> tuple[AccountRow, ...]:
    """A row for each message of this run that the log (UTF-8) says an outcome of, in the order of their first lines;
    `at` is when it was read. AccountError with every fault (20 at most)."""
    faults = Faults(reading)
    reading.links.look()
    patterns = compiled(reading.source.patterns, reading.lang)
    messages: dict[str, Told] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        _take(messages, line[:LONGEST].rstrip("\r"), patterns)
    rows = [row for message, told in messages.items() if (row := _row(message, told, faults, at))]
    faults.raise_any()
    return tuple(rows)


def compiled(patterns: Sequence[str], lang: str) -> tuple[Any, ...]:
    """The patterns, ready to look with. UsageError without the engine, or for what it does not take."""
    if not patterns:
        return ()
    try:
        import re2
    except ImportError as error:
        raise UsageError(say(lang, "exercise.log_engine")) from error
    options = re2.Options()
    options.log_errors = False
    found = []
    for number, pattern in enumerate(patterns, 1):
        try:
            found.append(re2.compile(pattern, options))
        except re2.error as error:
            said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
            raise UsageError(say(lang, "exercise.log_pattern", number=number, said=shown(str(said)))) from error
    return tuple(found)


def _take(messages: dict[str, Told], line: str, patterns: Sequence[Any]) -> None:
    """What one line tells. Where it tells two things of a message under one name, which it means nobody knows."""
    here: dict[str, dict[str, str]] = {}
    for message, group, value in _groups(line, patterns):
        values = here.setdefault(message, {})
        if values.setdefault(group, value) != value:
            messages.setdefault(message, Told()).clash = group
    for message, values in here.items():
        messages.setdefault(message, Told()).values.update(values)


def _groups(line: str, patterns: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
    """Message, group and value, wherever a pattern fits the line."""
    for pattern in patterns:
        for match in pattern.finditer(line):
            told = {name: value.strip() for name, value in match.groupdict().items() if value and value.strip()}
            if message := told.pop("message", ""):
                yield from ((message, name, value) for name, value in told.items())


def _row(message: str, told: Told, faults: Faults, at: Moment) -> AccountRow | None:
    """The row of a message of this run; None for another's, or where nothing is said of what became of it."""
    reading, values = faults.reading, told.values
    person = person_of(values.get("person", ""), reading.persons)
    if "person" not in values:
        person = reading.links.person(message, values.get("answer", ""))
    if not person:
        return None
    place = (0, f"{shown(message)} ")
    before = len(faults.found)
    if told.clash:
        faults.add(place, told.clash, "twice")
    outcome = meaning(place, "outcome", values.get("outcome", ""), reading.source.words, "words", faults)
    channel = meaning(place, "channel", values.get("channel", ""), reading.source.channels, "channels", faults)
    if len(faults.found) > before or not outcome:
        return None
    yes = values["told"].casefold() in reading.source.told if "told" in values else None
    return AccountRow(person, shown(message), outcome, at, channel, yes)
