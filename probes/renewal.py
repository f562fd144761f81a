"""How were a certificate's predecessors renewed: in time, and at a fixed time as a machine does it?

Earlier certificates stand in files, or in the records of earlier runs, that the certificate's `earlier` names. How much
of the old one's time was left when the new one began is told by the certificates themselves, whenever a run happened to
look. Left out: when a new certificate was put to use, which no certificate tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from probes._certificate_files import open_file
from probes._certificates import read_certificate
from probes._held_certificate import read_held
from readiness.model import Fact, FactType, Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

PREFIX = "renewal."
OVERLAP, SPREAD, HISTORY = PREFIX + "shortest_overlap", PREFIX + "overlap_spread", PREFIX + "history"
COLUMNS = ("serial", "not_before", "not_after", "overlap", "from")
NAMES = ("serial", "not_before", "not_after")
MOST = 50
"""More earlier certificates and runs than this are not read, and leave the facts open."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One certificate of the history: from when, until when, its serial number, and where that stands."""

    not_before: datetime
    not_after: datetime
    serial: str
    where: str


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the certificate in use and those before it."""
    found, open_ = await asyncio.to_thread(_read_all, target, session)
    periods = read_history(found)
    yield Seen(OVERLAP, open_[0] if open_ else read_shortest(periods))
    yield Seen(SPREAD, open_[0] if open_ else read_spread(periods))
    yield Seen(HISTORY, Table(COLUMNS, _rows(periods)))


def read_history(found: Sequence[Period]) -> tuple[Period, ...]:
    """Each certificate once, the oldest first."""
    return tuple(sorted({(one.not_before, one.not_after, one.serial): one for one in found}.values()))


def read_overlaps(periods: Sequence[Period]) -> tuple[timedelta, ...]:
    """For each renewal, how much of the earlier certificate's time was left when the next began; negative for a gap."""
    return tuple(old.not_after - new.not_before for old, new in pairwise(periods))


def read_shortest(periods: Sequence[Period]) -> timedelta | Unseen:
    """The least of them."""
    return min(read_overlaps(periods), default=Unseen(Reason.NOT_EXERCISED, NONE))


def read_spread(periods: Sequence[Period]) -> timedelta | Unseen:
    """How far the least lies from the greatest; two renewals at least, for one has nothing to differ from."""
    overlaps = read_overlaps(periods)
    if len(overlaps) < 2:
        return Unseen(Reason.NOT_EXERCISED, NONE if not overlaps else "only one renewal among the certificates")
    return max(overlaps) - min(overlaps)


NONE = "no renewal among the certificates: name earlier ones, or the folders of earlier runs, under `earlier`"


def _read_all(target: Target, session: Session) -> tuple[list[Period], list[Unseen]]:
    """Every certificate that could be read, and why others could not."""
    found, open_ = [_period(read_held(target, session).chain[0], target.address)], list[Unseen]()
    earlier = named if isinstance(named := target.says("earlier"), tuple) else ()
    if len(earlier) > MOST:
        open_.append(Unseen(Reason.LIMIT_REACHED, f"more than {MOST} earlier certificates"))
    for path in earlier[:MOST]:
        try:
            found.append(_earlier(target, session, path))
        except CannotObserve as error:
            open_.append(Unseen(error.unseen.reason, f"{path}: {error.unseen.detail}"))
    return found, open_


def _earlier(target: Target, session: Session, path: str) -> Period:
    """Of a file, or of an earlier run's folder."""
    try:
        data = session.read_file(path)
    except CannotObserve as error:
        if error.unseen.reason is not Reason.NOT_SUPPORTED:
            raise
        return _from_run(target, session, path)
    opened = open_file(data, lambda: None)
    if not opened.certificates:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "there is no certificate in it")
    return _period(opened.certificates[0], path)


def _period(der: bytes, where: str) -> Period:
    facts = read_certificate(der, "")
    return _of([facts[name] for name in NAMES], where)


def _from_run(target: Target, session: Session, path: str) -> Period:
    """What the run saw of the certificate that was in use then (`client_certificate`)."""
    values = {observation.fact: observation.value for observation in session.earlier(target, path)}
    if missing := [name for name in NAMES if f"certificate.{name}" not in values]:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the run did not look at {missing[0]} of {target.id}")
    return _of([values[f"certificate.{name}"] for name in NAMES], path)


def _of(values: Sequence[object], where: str) -> Period:
    if unseen := next((value for value in values if isinstance(value, Unseen)), None):
        raise CannotObserve(unseen.reason, unseen.detail)
    serial, begins, ends = values
    assert isinstance(begins, datetime)  # as the certificate's facts are typed
    assert isinstance(ends, datetime)
    return Period(begins, ends, str(serial), where)


def _rows(periods: Sequence[Period]) -> tuple[tuple[str, ...], ...]:
    overlaps = ["", *(str(overlap) for overlap in read_overlaps(periods))]
    return tuple(
        (one.serial, f"{one.not_before:%Y-%m-%dT%H:%M:%SZ}", f"{one.not_after:%Y-%m-%dT%H:%M:%SZ}", overlap, one.where)
        for one, overlap in zip(periods, overlaps, strict=True)
    )


PROBE = Probe(
    TargetKind.CERTIFICATE,
    (
        Fact(OVERLAP, FactType.DURATION, "The least time that an earlier one had left when the next began."),
        Fact(SPREAD, FactType.DURATION, "How much that time differs between renewals, of which two at least are seen."),
        Fact(HISTORY, FactType.TABLE, "Each certificate, the oldest first, and the time left at its renewal."),
    ),
    observe,
    Effect.READS,
    Strength.FILE,
)
