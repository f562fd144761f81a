"""What does one log source tell of the messages that are looked for? One pass over its records.

Left out: which messages those are (`_log_canaries`), and what follows from it (`log_traceability`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from probes._log_canaries import EVENTS, Sought
from probes._log_ids import Ids, Words, normal
from probes._log_records import Record
from probes._log_words import ALL, OTHER, codes_in, fields_told, level_of, tells_cause, tells_tls, words_pattern
from readiness.model import Target

DEFAULT_WORDS: Mapping[str, tuple[str, ...]] = {
    "created": ("created", "registered", "queued", "skapad", "skapat", "registrerad"),
    "signed": ("signed", "sealed", "signerad", "signerat", "förseglad"),
    "sent": ("sent", "sending", "submitted", "relayed", "deliverSecure", "skickad", "skickat", "skickar"),
    "receipt": ("receipt", "TransId", "kvittens", "kvitterad"),
    "error": ("error", "fault", "exception", "failed", "failure", "refused", "fel", "misslyckades"),
}
"""How an event is told where the profile does not say. Of `error` a record of that level is one, too."""
MOST_CODES = 100_000
LEVEL_HINT = re.compile(r"err|warn|fatal|crit|alert|emerg|severe|fel|varning|level|priority|^<\d")
TIMES_READ = 5_000
"""So many records of a source are asked how they write their times, beside those about messages."""


@dataclass(slots=True)
class Story:
    """What a source tells of one message: `events` out of EVENTS; `cause`: whether an error in it says why; `codes`:
    the fault codes in its records; from `first` to `last` where the times have a zone; `told`: the earliest record of
    each event, likewise."""

    events: set[str] = field(default_factory=set)
    cause: bool = False
    codes: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    records: int = 0
    told: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Scan:
    """What a source tells. `stories` by message number; `told` counts in how many of the records about messages each
    field stands; `named` has the times of the first record with each id that the stage gave out; `codes` those of each
    such id; `faults` when records of errors told which codes; `refused` which refusals are told of; `unplaced`: whether
    a record may tell of one whose time is no moment."""

    records: int = 0
    stories: dict[int, Story] = field(default_factory=dict)
    about: int = 0
    complete: int = 0
    told: Counter[str] = field(default_factory=Counter)
    zones: Counter[str] = field(default_factory=Counter)
    resolution: int = 0
    named: dict[str, datetime | None] = field(default_factory=dict)
    codes: dict[str, set[int]] = field(default_factory=dict)
    faults: list[tuple[datetime | None, frozenset[int]]] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    unplaced: bool = False


@dataclass(frozen=True, slots=True)
class Scanner:
    """Reads records with what is looked for in mind. `words`: by event, how it is told in this source."""

    sought: Sought
    ids: Ids
    words: Mapping[str, re.Pattern[str]]
    given_out: Mapping[str, str]
    given_words: Words

    @staticmethod
    def of(target: Target, sought: Sought, ids: Ids) -> Scanner:
        """For one source, with the words that its profile gives."""
        given = {event: target.says(f"words_{event}") or DEFAULT_WORDS[event] for event in EVENTS}
        words = {event: words_pattern(map(str, own)) for event, own in given.items() if isinstance(own, tuple)}
        out = dict.fromkeys([*sought.given_out, *(fault.call_id for fault in sought.faults if fault.call_id)])
        given_out, given_words = {normal(id_): id_ for id_ in out}, Words()
        for id_ in given_out:
            given_words.add(id_)
        return Scanner(sought, ids, words, given_out, given_words)

    def scan(self, records: Iterable[Record]) -> Scan:
        """All of it."""
        scan = Scan()
        for record in records:
            scan.records += 1
            about = self.ids.about(record)
            if about or scan.records <= TIMES_READ:
                _note_time(scan, record)
            if self.given_out:
                self._note_ids(scan, record)
            if about:
                self._note(scan, record, about)
            elif self._may_tell_fault(record):
                self._note_fault(scan, record)
        return scan

    def _note(self, scan: Scan, record: Record, about: frozenset[int]) -> None:
        at = record.when.at if record.when else None
        told = self._events(record)
        _note_fields(scan, record)
        for number in about:
            _tell(scan.stories.setdefault(number, Story()), record, told, at)
        if "error" in told:
            self._note_fault(scan, record)

    def _may_tell_fault(self, record: Record) -> bool:
        """Whether a record that is about no message is worth a look: one of an error, while something was refused."""
        if not self.sought.refusals and not self.sought.faults:
            return False
        lower = record.text.lower()
        if self.words["error"].search(lower):
            return True
        return LEVEL_HINT.search(lower) is not None and level_of(record) != OTHER

    def _note_fault(self, scan: Scan, record: Record) -> None:
        at = record.when.at if record.when else None
        if len(scan.faults) < MOST_CODES and (codes := codes_in(record)):
            scan.faults.append((at, codes))
        if record.when and tells_tls(record):
            scan.unplaced = scan.unplaced or at is None
        if record.when and at and tells_tls(record):
            step = timedelta(microseconds=record.when.resolution)
            windows = enumerate(self.sought.refusals)
            scan.refused |= {place for place, (start, end) in windows if start - step <= at <= end}

    def _events(self, record: Record) -> set[str]:
        lower = record.text.lower()
        found = {event for event, pattern in self.words.items() if pattern.search(lower)}
        return found if level_of(record) == OTHER else found | {"error"}

    def _note_ids(self, scan: Scan, record: Record) -> None:
        for found in set(self.given_words.within(record.text)):
            id_ = self.given_out[found]
            at = record.when.at if record.when else None
            before = scan.named.get(id_)
            scan.named[id_] = min(before, at) if before and at else before or at
            scan.codes.setdefault(id_, set()).update(codes_in(record))


def _note_time(scan: Scan, record: Record) -> None:
    if record.when is None:
        return
    scan.zones[record.when.zone] += 1
    resolution = record.when.resolution
    scan.resolution = min(scan.resolution, resolution) if scan.resolution else resolution


def _note_fields(scan: Scan, record: Record) -> None:
    told = fields_told(record)
    scan.about += 1
    scan.told.update(told)
    scan.complete += len(told) == len(ALL)


def _tell(story: Story, record: Record, told: set[str], at: datetime | None) -> None:
    story.records += 1
    story.events |= told
    story.codes |= codes_in(record)
    story.cause = story.cause or ("error" in told and tells_cause(record))
    if at:
        story.first = min(story.first or at, at)
        story.last = max(story.last or at, at)
        story.told.update({event: min(at, story.told.get(event, at)) for event in told})
