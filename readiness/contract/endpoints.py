"""Where do the services stand, and who are the operators and the test environment's organisations?

Pure, over facts.toml; every value carries its source and the year it was known. What is in force today is for the
profile's owner to know. Left out: which hosts are production (the package itself answers that, for the permits).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from readiness.contract import facts


@dataclass(frozen=True, slots=True)
class KnownPath:
    """A path on FaR's hosts. `stale`: met in old clients only; then `path` is a beginning and `service` is empty."""

    path: str
    service: str
    environment: Literal["production", "test"]
    stale: bool
    source: str
    known: int


@dataclass(frozen=True, slots=True)
class Operator:
    """A mailbox operator by the name that FaR answers with. `number`: 16 and ten digits, empty where not public;
    `left`: the year it stopped, 0 for one in business."""

    name: str
    number: str
    left: int
    source: str
    known: int


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    """An organisation made for tests; `number` is 16 and ten digits."""

    name: str
    number: str
    source: str
    known: int


@cache
def known_paths() -> tuple[KnownPath, ...]:
    """All of them, in the order of the file."""
    return tuple(KnownPath(**row) for row in facts()["path"])


def stale_path(path: str) -> bool:
    """Whether the path of a URL is one that only old clients still have."""
    return any(known.stale and path.startswith(known.path) for known in known_paths())


@cache
def operators() -> tuple[Operator, ...]:
    """All of them, those that stopped too."""
    return tuple(Operator(**{"left": 0, **row}) for row in facts()["operator"])


@cache
def organisations_for_tests() -> tuple[KnownOrganisation, ...]:
    """Kommun A and Kommun B of the test environment."""
    return tuple(KnownOrganisation(**row) for row in facts()["test_organisation"])
