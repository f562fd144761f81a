"""What is a list of the example kommun, before its file is written?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

Row = dict[str, str | int]
DAY = timedelta(days=1)


@dataclass(slots=True)
class RegisterPlan:
    """A list: its purpose, headings as its owner writes them, rows by neutral names, and how old it is in days.

    A value that is a whole number under a name in `days` is so many days before the demo.
    """

    purpose: str
    rows: list[Row]
    headings: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    days: tuple[str, ...] = ()
    compare_with: str = ""
    age: int = 2
    party: str = ""
    sensitive_words: tuple[str, ...] = ()
    interval_days: int = 0
    """How many days may pass between two entries; 0 where nobody says."""
