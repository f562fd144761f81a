"""What an account has said since an exercise began, and when each word of it was first read."""

import asyncio
import sys
from datetime import UTC, datetime

import pytest

from readiness.chain import AccountSource
from readiness.contract.persons import test_persons
from readiness.errors import AccountError
from readiness.exercise import ledger as module
from readiness.exercise.account import Reading
from readiness.exercise.ledger import Ledger
from readiness.exercise.sources import Source
from readiness.exercise.web import Web
from readiness.probe import CannotObserve
from readiness.recording import OUTCOMES, Moment

PERSONS = tuple(person.number for person in test_persons())
ANNA, BO, CILLA = PERSONS[:3]


class Book:
    """A file that a sending system writes, and a ledger that reads it; the clock counts readings."""

    def __init__(self, folder, **more):
        self.path = folder / "konto.csv"
        columns = (("person", "p"), ("message", "m"), ("outcome", "o"))
        said = AccountSource(
            **{"file": str(self.path), "columns": columns, "words": tuple((w, w) for w in OUTCOMES), **more}
        )
        self.time = 0
        reading = Reading(said, "konto", PERSONS)
        self.ledger = Ledger(Source(said, folder, Web()), reading, self.clock)

    def clock(self):
        self.time += 1
        return Moment(datetime(2026, 1, 1, tzinfo=UTC), self.time)

    def writes(self, *rows):
        self.path.write_text("p,m,o\n" + "".join(f"{','.join(row)}\n" for row in rows), "utf-8")

    def __getattr__(self, name):
        return lambda *given: asyncio.run(getattr(self.ledger, name)(*given))

    def of(self, *persons):
        return [(row.message, row.outcome, row.at.ns) for row in self.ledger.of(persons)]


def test_each_outcome_of_a_message_has_the_time_it_was_first_read(tmp_path):
    book = Book(tmp_path)
    book.begin()
    book.writes((ANNA, "a", "pending"))
    book.read()
    book.read()
    book.writes((ANNA, "a", "delivered"), (BO, "b", "paper"))
    book.read()
    assert book.of(ANNA) == [("a", "pending", 1), ("a", "delivered", 3)]
    assert book.of(BO) == [("b", "paper", 3)]
    assert book.of(CILLA) == []


def test_what_stood_there_before_is_not_of_this_exercise(tmp_path):
    book = Book(tmp_path)
    book.writes((ANNA, "old", "delivered"), (BO, "", "failed"))
    book.begin()
    book.writes((ANNA, "old", "paper"), (BO, "", "failed"), (BO, "", "delivered"), (ANNA, "new", "delivered"))
    book.read()
    assert book.of(ANNA, BO) == [("", "delivered", 2), ("new", "delivered", 2)]


def test_two_rows_that_say_the_same_are_two_messages(tmp_path):
    book = Book(tmp_path)
    book.begin()
    book.writes((ANNA, "", "delivered"), (ANNA, "", "delivered"))
    book.read()
    book.read()
    assert book.of(ANNA) == [("", "delivered", 1)] * 2


def test_a_row_that_disappears_has_been_said_all_the_same(tmp_path):
    book = Book(tmp_path)
    book.begin()
    book.writes((ANNA, "a", "pending"))
    book.read()
    book.writes()
    book.read()
    assert book.of(ANNA) == [("a", "pending", 1)]


def test_an_account_that_cannot_be_read_is_told_after_some_tries(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0.01)
    book = Book(tmp_path)
    book.begin()
    with pytest.raises(CannotObserve):
        book.read()
    book.writes((ANNA, "a", "sent"))
    book.glance()
    assert book.of(ANNA) == []
    with pytest.raises(AccountError):
        book.read()
    with pytest.raises(AccountError):
        book.begin()


def test_a_later_reading_goes_on_from_what_was_known(tmp_path):
    book = Book(tmp_path)
    book.writes((ANNA, "", "pending"), (ANNA, "", "pending"), (BO, "b", "pending"))
    book.read()
    book.writes((ANNA, "", "pending"), (ANNA, "", "pending"), (BO, "b", "paper"))
    book.read()
    known = book.ledger.of(PERSONS)
    book.ledger = Ledger(book.ledger._source, book.ledger._reading, book.clock, known)
    book.writes((ANNA, "", "delivered"), (ANNA, "", "pending"), (BO, "b", "paper"))
    book.read()
    assert book.of(ANNA) == [("", "pending", 1), ("", "pending", 1), ("", "delivered", 3)]
    assert book.of(BO) == [("b", "pending", 1), ("b", "paper", 2)]


def test_only_a_file_is_glanced_at(tmp_path):
    marks = tmp_path / "asked"
    code = f"open({str(marks)!r}, 'a').write('x'); print('p,m,o')"
    book = Book(tmp_path, file="", command=(sys.executable, "-c", code))
    book.glance()
    assert not marks.exists()
    book.read()
    assert marks.read_text("utf-8") == "x"
