"""Who may a test be about?

310 identity numbers of the test series (birth numbers 238 and 239, which no living person is given), made by the rule,
check digit right. Left out: whether a kommun's test register knows a number; a profile may name those it knows.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import ClassVar

ADULT_AT = 18
"""Mina meddelanden gives mailboxes to people of 18 and above."""


@dataclass(frozen=True, slots=True)
class TestPerson:
    """`number`: twelve digits. `adult`: born 2005 or earlier; the minors turn 18 from 2028 on."""

    __test__: ClassVar = False  # pytest would take it for a test class
    number: str
    born: date
    adult: bool

    def adult_on(self, day: date) -> bool:
        """Whether the person is 18 or more on a day; born on a leap day, from 1 March."""
        return (day.year - self.born.year, (day.month, day.day)) >= (ADULT_AT, (self.born.month, self.born.day))


@cache
def test_persons() -> tuple[TestPerson, ...]:
    """All of them, by number: 300 adults and 10 minors, the same in every release."""
    text = files(__package__).joinpath("test_persons.csv").read_text(encoding="utf-8")
    return tuple(
        TestPerson(row["number"], date.fromisoformat(row["born"]), row["age_group"] == "adult")
        for row in csv.DictReader(text.splitlines())
    )


test_persons.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test
