"""What do the searches of a log source for what should not stand there come to, taken together?

Each search may fail by itself; what it was to show stays open then, and what others found is kept. Left out: what is
looked for (`leaks`), and the facts (`log_personal_data`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from probes._log_search import leaks
from probes._log_search.searching import Search
from probes._logs.canaries import canary_persons, sent_pieces
from probes._logs.scan import Scanner
from probes._logs.tally import Tally
from probes._logs.text import Block
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, Session

LABELS = "labels"
"""What is told in place of a time where something stands beside records."""


@dataclass(slots=True)
class Sightings:
    """What was found in `records` records, of which those that answered a search were looked at. `open`: by fact, why
    something may be there that was not found; `failed`: the searches that were not done to their end, in words."""

    tally: Tally
    records: int
    open: dict[str, Unseen] = field(default_factory=dict)
    failed: list[tuple[str, Unseen]] = field(default_factory=list)


def sight(target: Target, session: Session, halted: Callable[[], bool]) -> Sightings:
    """Search a source. CannotObserve where nothing can be searched."""
    search = Search(target, session, halted)
    start, end = search.window()
    survey = search.survey(start, end)
    if not survey.records:
        raise CannotObserve(
            Reason.NOT_CONFIGURED, "nothing of the time that is searched is in what the profile selects"
        )
    persons, pieces = canary_persons(session), sent_pieces(session)
    found = Sightings(Tally(persons), survey.records)
    if search.platform.shapes:
        inquiries = leaks.by_shape(start, end, sorted(persons), pieces)
    else:
        inquiries = leaks.by_words(start, end, persons, pieces)
        found.open |= leaks.UNASKED
    scanner = Scanner(pieces)
    for text in search.beside(start, end):
        _look(found.tally, LABELS, text, scanner)
    for inquiry in inquiries:
        if survey.problem:
            found.open |= dict.fromkeys(inquiry.facts, survey.problem)
        try:
            _answer(found, search, inquiry, scanner)
        except CannotObserve as why:
            if halted():
                raise
            found.failed.append((inquiry.what, why.unseen))
            found.open |= dict.fromkeys(inquiry.facts, why.unseen)
    return found


def _answer(found: Sightings, search: Search, inquiry: leaks.Inquiry, scanner: Scanner) -> None:
    cut = 0
    for hit in search.find(inquiry.questions):
        cut += leaks.cut_key(hit)
        _look(found.tally, hit.at.isoformat(timespec="milliseconds"), hit.text, scanner)
    if cut:
        raise CannotObserve(
            Reason.NOT_SUPPORTED, f"{cut} records end where a private key begins: its lines stand apart"
        )


def _look(tally: Tally, where: str, text: str, scanner: Scanner) -> None:
    """What stands in one record, which is known by when it was in place of its file and line."""
    data = b"\n" + text.encode("utf-8", "replace") + b"\n"
    tally.add(where, 0, scanner.look(Block(data, 1, len(data) - 1)))
