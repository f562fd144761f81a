"""How is a log kept: who can read its files, how far back it goes, whether any is lacking, and would a change show?

How far back is compared with what the profile declares as decided. Files are only read: the byte that is changed is one
of a copy in memory. Left out: what stands in the log (`log_traceability`, `log_personal_data`), and storage that cannot
be altered (WORM), which does not show in a file.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from probes._log_chain import BROKEN, MOST_COPIED, NONE, Chain, chain_of, changes_noticed, raw_lines
from probes._log_records import Record
from probes._log_rotation import rotation_of
from probes._log_search.searching import Search, is_searched
from probes._log_source import Halted, go_on, in_thread, records_of
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, LogFile, LogListing, Probe, Seen, Session

PREFIX = "custody."
DEADLINE = 600.0
JOURNAL = "journal"
HEAD = 1000
"""Records at the start of a file among which its first time is looked for."""
DAY = timedelta(days=1)
NO_FILES = Unseen(Reason.NOT_SUPPORTED, "a log that is searched where it is shows neither files nor their bytes")
Values = dict[str, Value | Unseen]


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the source in a thread, and tell of it."""
    values, details = await in_thread(_searched if is_searched(target) else _read, target, session)
    for name, value in values.items():
        yield Seen(PREFIX + name, value, details.get(name, ""))


def _read(target: Target, session: Session, halted: Halted) -> tuple[Values, dict[str, str]]:
    listing = session.log_files(target)
    if not listing.files:
        raise CannotObserve(listing.unread[0][1].reason, listing.unread[0][1].detail)
    names = [file.name for file in listing.files] + [name for name, _ in listing.unread]
    rotated, lacking = rotation_of(names)
    values: Values = {
        "files": len(listing.files),
        "readable_by": _readable_by(target, session, listing),
        "rotated": rotated,
        "rotation_gaps": len(lacking),
        **_times(target, session, listing, halted),
        **_chain(target, session, listing, halted),
    }
    return values, {"rotation_gaps": f"lacking: {', '.join(lacking[:10])}" if lacking else ""}


def _searched(target: Target, session: Session, halted: Halted) -> tuple[Values, dict[str, str]]:
    """Of a log that is searched where it is only how far back it can be searched."""
    values: Values = {fact.name.removeprefix(PREFIX): NO_FILES for fact in FACTS}
    try:
        oldest = Search(target, session, halted).oldest()
    except CannotObserve as error:
        return values | dict.fromkeys(("oldest", "days_short", "days_over"), error.unseen), {}
    return {**values, "files": 1, "oldest": oldest, **compare_kept(target, oldest, session.now())}, {}


def _readable_by(target: Target, session: Session, listing: LogListing) -> Value | Unseen:
    try:
        found = {who for file in listing.files for who in session.log_file_mode(target, file)}
    except CannotObserve as error:
        return error.unseen
    return tuple(sorted(found))


def _times(target: Target, session: Session, listing: LogListing, halted: Halted) -> Values:
    """How far back it goes, and by how many days that is less or more than what is declared."""
    first = [at for file in listing.files if (at := _first(target, session, file, halted))]
    if not first:
        none = Unseen(Reason.NOT_UNDERSTOOD, "no record has a time that is recognised")
        return dict.fromkeys(("oldest", "days_short", "days_over"), none)
    oldest, now = min(first), session.now()
    return {"oldest": oldest, **compare_kept(target, oldest, now)}


def compare_kept(target: Target, oldest: datetime, now: datetime) -> Values:
    """Days between the oldest record and the declared retention. Nothing is older than the node that wrote it."""
    least, most, since = (target.says(name) for name in ("kept_days_min", "kept_days_max", "since"))
    undeclared = Unseen(Reason.NOT_CONFIGURED, "the profile does not say how long the log is to be kept")
    short: Value | Unseen = undeclared
    if isinstance(least, int):
        start = now - least * DAY
        start = max(start, since) if isinstance(since, datetime) else start
        short = max(0, (oldest - start) // DAY)
    over = max(0, (now - oldest) // DAY - most) if isinstance(most, int) else undeclared
    return {"days_short": short, "days_over": over}


def _first(target: Target, session: Session, file: LogFile, halted: Halted) -> datetime | None:
    """The earliest time among the first records of a file; to the day also where their zone is not known."""
    try:
        with session.open_log(target, file) as pieces:
            records = islice(records_of(target, file, pieces), HEAD)
            return min((at for record in records if go_on(halted) and (at := _at(record))), default=None)
    except CannotObserve:
        if halted():
            raise
        return None


def _at(record: Record) -> datetime | None:
    when = record.when
    return (when.at or when.local.replace(tzinfo=UTC)) if when else None


def _chain(target: Target, session: Session, listing: LogListing, halted: Halted) -> Values:
    """Every file is followed; the copy is the start of the newest."""
    if target.says("format") == JOURNAL:
        return _journal(target, session, listing)
    name = str(target.says("hash_field") or "")
    chain, copied = chain_of(name), list[bytes]()
    for file in listing.files:
        try:
            copied = _follow(chain, target, session, file, halted) or copied
        except CannotObserve as error:
            if halted():
                raise
            return dict.fromkeys(("hash_chain", "changes_tried", "changes_unnoticed"), error.unseen)
    noticed, tried = changes_noticed(copied, name) if chain.state != NONE else (0, 0)
    return {"hash_chain": chain.state, "changes_tried": tried, "changes_unnoticed": tried - noticed}


def _journal(target: Target, session: Session, listing: LogListing) -> Values:
    """A binary journal has hashes that anybody can make anew, which is no chain; but a change by mistake shows. Nothing
    is copied, so no change is tried."""
    untried = Unseen(Reason.NOT_SUPPORTED, "of a journal no byte is changed for a trial")
    states = [_whole(target, session, file) for file in listing.files]
    unseen = next((one for one in states if isinstance(one, Unseen)), None)
    state: Value | Unseen = BROKEN if False in states else unseen or NONE
    return {"hash_chain": state, "changes_tried": untried, "changes_unnoticed": untried}


def _whole(target: Target, session: Session, file: LogFile) -> bool | Unseen:
    try:
        return session.verify_journal(target, file)
    except CannotObserve as error:
        return error.unseen


def _follow(chain: Chain, target: Target, session: Session, file: LogFile, halted: Halted) -> list[bytes]:
    """Follow the chain through a file; gives the lines at its start."""
    start: list[bytes] = []
    with session.open_log(target, file) as pieces:
        chain.follow(_copied(raw_lines(piece for piece in pieces if go_on(halted)), start))
    return start


def _copied(lines: Iterator[bytes], copy: list[bytes]) -> Iterator[bytes]:
    """The lines; the first of them are copied on their way."""
    left = MOST_COPIED
    for line in lines:
        left -= len(line) + 1
        if left >= 0:
            copy.append(line)
        yield line


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(PREFIX + name, type_, meaning, of and PREFIX + of)


NUMBER = FactType.NUMBER
FACTS = (
    _fact("files", NUMBER, "Files of the log; one that is searched where it is counts as one."),
    _fact("readable_by", FactType.SET, "Who besides their owner can read or write one of them.", "files"),
    _fact("rotated", NUMBER, "Those with a number or a date in their name, as rotated logs have.", "files"),
    _fact("rotation_gaps", NUMBER, "Numbers or days that are lacking among them.", "rotated"),
    _fact("oldest", FactType.MOMENT, "The time of the oldest record."),
    _fact("days_short", NUMBER, "Days of the declared least retention that the log does not reach back.", "files"),
    _fact("days_over", NUMBER, "Days that it reaches back beyond the declared longest retention.", "files"),
    _fact(
        "hash_chain",
        FactType.TEXT,
        "Whether each line has the hash of the one before: none, unbroken, broken; of a journal: none, broken.",
    ),
    _fact("changes_tried", NUMBER, "Bytes that were changed in a copy of the log, one at a time."),
    _fact("changes_unnoticed", NUMBER, "Those that its hash chain does not show.", "changes_tried"),
)

PROBE = Probe(TargetKind.LOG_SOURCE, FACTS, observe, Effect.READS, Strength.FILE, deadline=DEADLINE)
