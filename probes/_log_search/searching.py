"""How is a log source of the profile searched where it is, once for everything that is asked, and what is in the way?

Every search is bounded: so many requests, so many records. Left out: which records are looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from probes._log_search import loki, loki_survey, opensearch, opensearch_survey
from probes._log_search.asking import Ask, Hit, Question, Survey
from probes._log_source import Halted, go_on
from readiness.model import Reason, Target
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Session

MOST_REQUESTS = 2000
MOST_HITS = 50_000
"""Records that are fetched for one probe: what is more than that is no hit but the log."""
LOOKED_BACK = 400
"""Days that are looked back for the oldest record, at least; and twice what is declared."""
LATER = timedelta(days=1)
"""Records of clocks that are ahead are searched, too."""


@dataclass(frozen=True, slots=True)
class Platform:
    """The language of one kind of platform. `beside`: texts that stand beside records and that no search for records
    reads; `shapes`: whether it can be asked for the shape of a text."""

    find: Callable[[Ask, Target, Question], Iterator[Hit]]
    survey: Callable[[Ask, Target, datetime, datetime], Survey]
    oldest: Callable[[Ask, Target, datetime, datetime], datetime | None]
    beside: Callable[[Ask, Target, datetime, datetime], Iterator[str]]
    shapes: bool


PLATFORMS = {
    "loki": Platform(loki.find, loki_survey.survey, loki_survey.oldest, loki_survey.beside, shapes=True),
    "opensearch": Platform(
        opensearch.find, opensearch_survey.survey, opensearch_survey.oldest, opensearch.beside, shapes=False
    ),
}


def is_searched(target: Target) -> bool:
    """Whether a log source is searched where it is, and has no files."""
    return target.says("platform") in PLATFORMS


@dataclass(slots=True)
class Search:
    """A source while it is searched, for one probe. `fetched`: how many different records have come."""

    target: Target
    session: Session
    halted: Halted
    requests: int = 0
    fetched: int = 0
    known: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def platform(self) -> Platform:
        """Its kind."""
        return PLATFORMS[str(self.target.says("platform"))]

    def window(self) -> tuple[datetime, datetime]:
        """From when to when the profile lets it be searched, beginning at whole seconds."""
        days, now = self.target.says("days"), self.session.now().replace(microsecond=0)
        return now - timedelta(days=days if isinstance(days, int) else 1), now + LATER

    def survey(self, start: datetime, end: datetime) -> Survey:
        """What there is to be searched. CannotObserve where that cannot be said."""
        return self.platform.survey(self._ask, self.target, start, end)

    def oldest(self) -> datetime:
        """When the oldest record was that the platform gives, as far back as matters to what is declared.

        CannotObserve where there is none, or that cannot be said.
        """
        kept = [days for name in ("kept_days_min", "kept_days_max") if isinstance(days := self.target.says(name), int)]
        start, (_, end) = (
            self.session.now() - timedelta(days=max([LOOKED_BACK, *(2 * days for days in kept)])),
            self.window(),
        )
        found = self.platform.oldest(self._ask, self.target, start.replace(microsecond=0), end)
        if found is None:
            raise CannotObserve(Reason.NOT_CONFIGURED, "nothing is in what the profile selects")
        return found

    def beside(self, start: datetime, end: datetime) -> Iterator[str]:
        """Texts that stand beside the records of that time and that `find` does not search."""
        return self.platform.beside(self._ask, self.target, start, end)

    def find(self, questions: Iterable[Question]) -> Iterator[Hit]:
        """The records that answer, each once for all questions. CannotObserve once they cannot be had whole."""
        for question in questions:
            for hit in self.platform.find(self._ask, self.target, question):
                if hit.key in self.known:
                    continue
                self.known.add(hit.key)
                self.fetched += 1
                if self.fetched > MOST_HITS:
                    raise CannotObserve(Reason.LIMIT_REACHED, f"more than {MOST_HITS} records answer the search")
                yield hit

    def _ask(self, asked: HttpRequest) -> HttpAnswer:
        go_on(self.halted)
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            raise CannotObserve(Reason.LIMIT_REACHED, f"the search takes more than {MOST_REQUESTS} requests")
        return self.session.ask_log_platform(self.target, asked)
