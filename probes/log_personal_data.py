"""Does a log keep quiet about people: which numbers, keys, tokens, passwords and messages stand in it?

Exact values first: the test persons, whom nobody else writes about, and pieces of what was sent to them, in every
writing. Then patterns, which may be wrong: a number with a real date and check digit may be an order's. No value that
is found is told, kept or logged, but for test persons' numbers. Left out: whether a message can be followed through the
log, and who may read it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from threading import Event

from probes._log_search.leak_hits import Sightings, sight
from probes._log_search.searching import is_searched
from probes._log_source import in_thread
from probes._logs.canaries import canary_persons, sent_pieces
from probes._logs.scan import NUMBER, Result, Scanner
from probes._logs.secrets import MESSAGE, PASSWORD, PRIVATE_KEY, TOKEN
from probes._logs.tally import TEST_SERIES, Tally
from probes._logs.text import Block, as_utf8, blocks, plain_start, stretches
from probes._logs.workers import Look, searching
from readiness.model import Fact, FactType, Reason, Strength, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, LogFile, LogListing, Probe, Seen, Session

PREFIX = "log."
DEADLINE = 3600.0
MOST = {"hyperscan": 1 << 40, "standard library": 20 << 30}
"""Bytes read of one source at most, by engine: what is done well within the deadline."""

OF_FILES = ("files_named", "files_read", "bytes_read")
NO_FILES = Unseen(Reason.NOT_SUPPORTED, "a log that is searched where it is has no files")
PACKED, SWELLS = (".gz", ".bz2", ".xz", ".zst"), 8
"""Names of packed files, and how many times as large a log is that was packed."""
UNTRIED = Unseen(Reason.NOT_EXERCISED, "no message to a test person is recorded, so none could have left a trace")


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read every file of a log source once, or search it where it is."""
    if is_searched(target):
        async for seen in _searched(target, session):
            yield seen
        return
    listing = await asyncio.to_thread(session.log_files, target)
    stop = Event()
    try:
        tally = await asyncio.to_thread(read_source, target, session, listing, stop)
    finally:
        stop.set()
    named = len(listing.files) + len(listing.unread)
    exercised = bool(session.exchanges())
    for name, value in {"files_named": named, **read_tally(tally, exercised=exercised)}.items():
        yield Seen(PREFIX + name, value)


async def _searched(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    found = await in_thread(sight, target, session)
    for name, value in read_sightings(found, exercised=bool(session.exchanges())).items():
        yield Seen(PREFIX + name, value)


def read_source(target: Target, session: Session, listing: LogListing, stop: Event) -> Tally:
    """What stands in the files of a listing, until told to stop."""
    literals = sent_pieces(session)
    scanner = Scanner(literals)
    most = MOST[scanner.engine.name]
    tally = Tally(canary_persons(session), unread=list(listing.unread))

    def go_on() -> None:
        if stop.is_set():
            raise CannotObserve(Reason.INTERRUPTED)
        if tally.size >= most:
            raise CannotObserve(Reason.LIMIT_REACHED, "enough was read of this source")

    with searching(scanner, literals, sum(map(_unpacked_size, listing.files))) as look:
        for file in listing.files:
            name = b"\n" + file.name.encode("utf-8", "replace") + b"\n"
            try:
                go_on()
                tally.add_name(file.name, scanner.look(Block(name, 1, len(name) - 1)).hits)
                for before, result in _read_file(target, session, file, look):
                    tally.add(file.name, before, result)
                    go_on()
            except CannotObserve as why:
                tally.unread.append((file.name, why.unseen))
            else:
                tally.files_read += 1
    return tally


def read_tally(tally: Tally, *, exercised: bool) -> dict[str, Value | Unseen]:
    """The facts. A count of none says nothing where something could not be read; and of test persons, where nothing was
    sent to any (`exercised`)."""
    unread = tally.unread[0][1] if tally.unread else None
    untried = unread if exercised else unread or UNTRIED

    def counted(count: int, why: Unseen | None = unread) -> Value | Unseen:
        return count if count or why is None else why

    distinct: Value | Unseen = counted(len(tally.numbers))
    repeated: Value | Unseen = counted(max(tally.numbers.values(), default=0))
    if tally.more:
        distinct = repeated = Unseen(Reason.LIMIT_REACHED, f"more than {len(tally.numbers)} different numbers")
    return {
        "files_read": tally.files_read,
        "bytes_read": tally.size,
        "lines_read": tally.lines,
        "files_unread": Table(
            ("file", "reason", "detail"), tuple((n, str(w.reason), w.detail) for n, w in tally.unread)
        ),
        "canary_persons": counted(tally.readable, untried),
        "canary_persons_encoded": counted(tally.encoded, untried),
        "canary_encodings": tally.forms if tally.forms or untried is None else untried,
        "number_patterns": counted(tally.patterns[NUMBER]),
        "number_patterns_with_context": counted(tally.with_word),
        "numbers_distinct": distinct,
        "number_most_repeated": repeated,
        "test_series_numbers": counted(tally.patterns[TEST_SERIES]),
        "private_keys": counted(tally.patterns[PRIVATE_KEY]),
        "bearer_tokens": counted(tally.patterns[TOKEN]),
        "passwords_in_urls": counted(tally.patterns[PASSWORD]),
        "message_bodies": counted(tally.patterns[MESSAGE]),
        "excerpts": tally.excerpts(),
    }


def read_sightings(found: Sightings, *, exercised: bool) -> dict[str, Value | Unseen]:
    """The same facts of a log that was searched, in whose records lines are counted."""
    values = read_tally(found.tally, exercised=exercised) | dict.fromkeys(OF_FILES, NO_FILES)
    values |= {name: why for name, why in found.open.items() if values[name] in {0, ()}}
    failed = tuple((what, str(why.reason), why.detail) for what, why in found.failed)
    return values | {"lines_read": found.records, "files_unread": Table(("file", "reason", "detail"), failed)}


def _read_file(target: Target, session: Session, file: LogFile, look: Look) -> Iterator[tuple[int, Result]]:
    """How many lines of a file stand before each block, and what is in it. CannotObserve, last, for what is unread."""
    declared = str(target.says("encoding") or "")
    with session.open_plain_log(target, file) as log:
        if log is not None and (start := plain_start(log.head, declared)) is not None:
            yield from _counted(look(stretches(log, start)))
            return
    problem: list[CannotObserve] = []
    with session.open_log(target, file) as pieces:

        def until_it_breaks() -> Iterator[bytes]:
            try:
                yield from pieces
            except CannotObserve as why:
                problem.append(why)

        yield from _counted(look(blocks(as_utf8(until_it_breaks(), declared))))
    if problem:
        raise problem[0]


def _counted(results: Iterator[Result]) -> Iterator[tuple[int, Result]]:
    before = 0
    for result in results:
        yield before, result
        before += result.lines


def _unpacked_size(file: LogFile) -> int:
    """About how many bytes a file holds."""
    return file.size * (SWELLS if file.name.endswith(PACKED) else 1)


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(PREFIX + name, type_, meaning, of and PREFIX + of)


NUM, LINES = FactType.NUMBER, "lines_read"
FACTS = (
    _fact("files_named", NUM, "Files that the profile's path names, whether or not they could be read."),
    _fact("files_read", NUM, "Those that were read to their end.", "files_named"),
    _fact(
        "files_unread", FactType.TABLE, "Those that were not, or not to their end, and why; or searches that failed."
    ),
    _fact("bytes_read", NUM, "Bytes that were looked through, unpacked, UTF-16 counted as UTF-8."),
    _fact(LINES, NUM, "Lines that were looked through; of a log that is searched, records."),
    _fact("canary_persons", NUM, "Test persons whose number stands there as digits, or escapes of them.", LINES),
    _fact("canary_persons_encoded", NUM, "Test persons whose number stands there in base64, hex or UTF-16.", LINES),
    _fact("canary_encodings", FactType.SET, "How they are written: plain, url, json, xml, base64, hex, utf-16.", LINES),
    _fact("number_patterns", NUM, "Other numbers with a real date and check digit, outside the test series.", LINES),
    _fact("number_patterns_with_context", NUM, "Those with a word beside them that says that it is a person's.", LINES),
    _fact("numbers_distinct", NUM, "How many different ones they are.", LINES),
    _fact("number_most_repeated", NUM, "How often the most frequent of them stands there.", LINES),
    _fact("test_series_numbers", NUM, "Numbers of the series made for tests, of no declared test person.", LINES),
    _fact("private_keys", NUM, "Private keys in PEM.", LINES),
    _fact("bearer_tokens", NUM, "Bearer tokens and JSON web tokens.", LINES),
    _fact("passwords_in_urls", NUM, "Passwords, or what serves as one, in web addresses.", LINES),
    _fact(
        "message_bodies", NUM, "Messages: PDF or Mina meddelanden's XML in base64, or what was sent, in words.", LINES
    ),
    _fact("excerpts", FactType.TABLE, "The first few of each: file, line, pattern, how it is written, values masked."),
)

PROBE = Probe(TargetKind.LOG_SOURCE, FACTS, observe, strength=Strength.FILE, deadline=DEADLINE)
