"""What a user did wrong, in words that say where and what to write instead.

    ReadinessError                 shown without a traceback; exit code 2
      +- ProfileError              a profile says something it cannot mean: file, line, key, cure; all faults at once
      +- ChecklistError            a checklist is wrong: file, rule, field, cure; all faults at once
      +- AccountError              a sending system's account cannot be read: source, line, column, cure; all at once
      +- ContractError             a folder of WSDL and XSD files cannot be used: file, line, cure; all faults at once
      +- RecordError               a record cannot be read, or was altered: which file, and what it needs
      |    +- DossierError         (dossier/faults.py) a dossier is not what was sealed: in both languages
      +- UsageError                the command line asks for what cannot be done: what to write instead

A peer's misbehaviour is an observation, never one of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class ReadinessError(Exception):
    """What a user did wrong; the message says where, and what to write instead."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in a file. `line` counts from 1; 0 where no line can be named. `key` is dotted, as in the file."""

    file: str
    line: int
    key: str
    wrong: str
    cure: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.wrong}. {self.cure}" if self.key else f"{place}: {self.wrong}. {self.cure}"


class FileError(ReadinessError):
    """All the mistakes of a file, or of several, at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class ProfileError(FileError):
    """A profile says something it cannot mean."""


class ChecklistError(FileError):
    """A checklist is wrong."""


class AccountError(FileError):
    """A sending system's account of its messages cannot be read as the profile says."""


class ContractError(FileError):
    """A folder of WSDL and XSD files cannot be used as the contract."""


class RecordError(ReadinessError):
    """A record cannot be read, or is not what was written."""


class UsageError(ReadinessError):
    """The command line asks for what cannot be done."""
