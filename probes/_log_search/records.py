"""Which records of a log that is searched are about the messages that are looked for, and about what was refused?

Fetched are the records with one of their ids, those of the moments at which the stage told a fault of a look-up or
refused a certificate (they carry no id of ours), and some of the newest, by which its times are judged. Left out: what
follows from them (`_log_scan`, `_log_told`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from probes._log_canaries import Sought
from probes._log_ids import MOST_SHARED, Ids, normal
from probes._log_records import Record, read_records
from probes._log_search.asking import Hit, Question, said
from probes._log_search.searching import Search
from probes._log_source import EARLIER, Halted
from probes._log_times import UTC_BY_FORMAT, Clock, When
from probes._log_told import NEAR
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, Session

MOST_IDS = 2000
SAMPLES = 200
"""Records of the last minute by which the times of a log are judged."""
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(slots=True)
class Searched:
    """A log source while it is searched for messages. `problem`: why something may be there that was not found."""

    search: Search
    sought: Sought
    problem: Unseen | None = None
    window: tuple[datetime, datetime] | None = None
    asked: set[str] = field(default_factory=set)
    found: list[Record] = field(default_factory=list)

    @staticmethod
    def of(target: Target, session: Session, halted: Halted, sought: Sought) -> Searched:
        """Of a source that nothing has been asked yet."""
        return Searched(Search(target, session, halted), sought)

    def records(self) -> list[Record]:
        """Those that were found up to now."""
        return self.found

    def look(self, ids: Ids) -> None:
        """Fetch every record with one of the ids; an id is asked for once. CannotObserve where none can be searched."""
        if self.window is None:
            self._begin()
        texts = [text for text in self._texts(ids) if text not in self.asked]
        if len(self.asked) + len(texts) > MOST_IDS:
            texts = texts[: MOST_IDS - len(self.asked)]
            self._note(Unseen(Reason.LIMIT_REACHED, f"more than {MOST_IDS} ids lead to the messages"))
        self.asked |= set(texts)
        if texts and self.window:
            self._fetch([Question(*self.window, either=tuple(texts))])

    def _begin(self) -> None:
        """See what there is, and fetch what is found by its time alone. CannotObserve where nothing can be searched."""
        start, end = self.search.window()
        start = self.sought.since - EARLIER if self.sought.since else start
        survey = self.search.survey(start, end)
        if survey.newest is None:
            raise CannotObserve(
                Reason.NOT_CONFIGURED, "nothing of the time that is searched is in what the profile selects"
            )
        self.window = start, end
        self._note(survey.problem)
        last = max(
            (*self.sought.given_out.values(), *(fault.at for fault in self.sought.faults)), default=survey.newest
        )
        if survey.newest < last:
            self._note(
                Unseen(Reason.NOT_KEPT, "its newest record is older than the last message: not all may be in yet")
            )
        self._fetch([Question(survey.newest - MINUTE, survey.newest + SECOND)], SAMPLES)
        self._fetch([Question(*stretch) for stretch in _moments(self.sought)])

    def _fetch(self, questions: Iterable[Question], most: int | None = None) -> None:
        try:
            for hit in islice(self.search.find(questions), most):
                self.found += records_of_hit(self.search.target, hit)
        except CannotObserve as why:
            if self.search.halted():
                raise
            self._note(why.unseen)

    def _note(self, problem: Unseen | None) -> None:
        self.problem = self.problem or problem

    def _texts(self, ids: Ids) -> Iterable[str]:
        """What is asked for, each once: the messages' own ids first, then what the stage gave out, then what leads to a
        message or two."""
        calls = [fault.call_id for fault in self.sought.faults if fault.call_id]
        led = sorted(id_ for id_, leads in ids.joined.items() if len(leads) <= MOST_SHARED)
        return dict.fromkeys([*ids.given, *map(normal, (*self.sought.given_out, *calls)), *ids.marks, *led])


def records_of_hit(target: Target, hit: Hit) -> Iterator[Record]:
    """The records in one hit: of an index one; of Loki, whose entries are lines, mostly one.

    The time that a record tells itself prevails where its zone is known; else the platform's counts, which is UTC.
    """
    own = When(hit.at.replace(tzinfo=None), hit.at, UTC_BY_FORMAT, hit.resolution)
    if name := said(target, "time_field").lower():
        told = Clock.of(hit.at, utc=True).in_field(hit.fields.get(name, ""))
        yield Record(hit.text, hit.fields, told if told and told.at else own)
        return
    clock = Clock.of(hit.at, said(target, "time_format"), said(target, "time_zone"))
    for record in read_records(hit.text.split("\n"), clock, said(target, "format")):
        fields = {**hit.fields, **(record.fields or {"message": record.text})}
        when = record.when
        yield Record(record.text, fields, when if when and when.at else own)


def _moments(sought: Sought) -> list[tuple[datetime, datetime]]:
    """The stretches of time in which something was refused that has no id of ours; those that overlap as one."""
    given = [(fault.at - NEAR - SECOND, fault.at + NEAR + SECOND) for fault in sought.faults if fault.canary is None]
    given += [(start - SECOND, end + SECOND) for start, end in sought.refusals]
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in given):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
