"""Which lists does a kommun keep that bear on a risk, and what stands in each: the purposes of registers, as data.

A purpose names its columns by neutral English names; a profile says what its own file calls them. Left out: how a file
is read, and what is counted in it (the probe `register_file`). Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Cell(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    """A number that is not negative, with a decimal comma or point."""
    DAY = "day"
    """A date or a time in ISO 8601; without a zone it is taken as UTC, which decides no more than the order of days."""
    FLAG = "flag"
    """yes or no."""
    WORD = "word"
    """One of a closed set."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `optional`: its cells may be empty, and it may be missing; `words` is the closed set of a WORD."""

    name: str
    holds: Cell = Cell.TEXT
    optional: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a list is for. `key`: the columns that together occur once; `every`: a column and the words of its set that
    must all be there; `against`: the purpose of the list that it is compared with, "profile" for what the profile
    declares, "" for nothing else than itself; `interval`: whether the profile says how many days may
    pass between two rows."""

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    every: str = ""
    against: str = ""
    interval: bool = False

    def column(self, name: str) -> Column:
        """The column of that name. KeyError where there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def required_values(self) -> tuple[str, ...]:
        """The words that must all be there."""
        return self.column(self.every).words if self.every else ()


PROFILE = "profile"
SBOM = "sbom"
CATEGORIES = (
    "skola",
    "halso_och_sjukvard",
    "tandvard",
    "socialtjanst",
    "lss",
    "assistans",
    "annan",
    "ej_omfattad",
)
"""The kinds of privately run activity of the Act (2023:704), section 4, and what is none of them."""
OPEN_FORMATS = ("csv", "json", "xml", "txt", "html", "pdf_a", "odt", "ods", "xlsx", "docx", "eml")
"""Formats with a public specification: RFC 4180, RFC 8259, W3C, ISO 19005, ISO 26300, ISO/IEC 29500, RFC 5322."""
STEPS = ("created", "relayed", "receipted", "read")
"""What becomes of a message on its way to a test person, in order."""
LEVELS = ("klassa_k", "klassa_r", "klassa_t", "klassa_s")


def _optional(name: str, holds: Cell = Cell.TEXT) -> Column:
    return Column(name, holds, optional=True)


def _numbers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Cell.NUMBER) for name in names)


PURPOSES: Mapping[str, Purpose] = {
    "private_providers": Purpose(
        (Column("organisation_number"), Column("category", Cell.WORD, words=CATEGORIES)),
        key=("organisation_number",),
        against="senders",
    ),
    "senders": Purpose((Column("organisation_number"),), key=("organisation_number",)),
    "classification": Purpose(
        (
            Column("information_type"),
            Column("system"),
            *_numbers(*LEVELS[:3]),
            _optional("klassa_s", Cell.NUMBER),
            _optional("reason"),
        ),
        key=("information_type", "system"),
    ),
    "message_types_sent": Purpose((Column("message_type"), *_numbers("sent")), key=("message_type",), against=PROFILE),
    "inventory": Purpose((Column("host"), _optional("outside")), key=("host",), against=PROFILE),
    "requirements": Purpose((Column("requirement"), Column("component"), Column("material")), key=("requirement",)),
    "export": Purpose(
        (
            Column("part", Cell.WORD, words=("templates", "dispatch_log", "receipts", "settings")),
            Column("format", Cell.WORD, words=OPEN_FORMATS),
            *_numbers("expected", "exported"),
            Column("performed_by", Cell.WORD, words=("kommun", "vendor")),
        ),
        key=("part",),
        every="part",
    ),
    "mediators": Purpose(
        (Column("mediator"), Column("certificate"), _optional("integration"), _optional("decision")),
        key=("mediator", "certificate", "integration"),
    ),
    "component_versions": Purpose(
        (
            Column("component"),
            Column("version"),
            Column("eu_identity", Cell.WORD, words=("yes", "no", "decided")),
        ),
        key=("component",),
        against="retired_versions",
    ),
    "retired_versions": Purpose((Column("component"), Column("version")), key=("component", "version")),
    "backlog": Purpose((Column("id"), Column("opened", Cell.DAY), _optional("closed", Cell.DAY)), key=("id",)),
    "subprocessors": Purpose(
        (Column("name"), Column("country"), _optional("assessment")), key=("name",), against="previous_subprocessors"
    ),
    "previous_subprocessors": Purpose((Column("name"), Column("country")), key=("name",)),
    "processing_times": Purpose((Column("channel"), Column("received", Cell.DAY), _optional("decided", Cell.DAY))),
    "outreach": Purpose((Column("month"), *_numbers("planned", "done")), key=("month",)),
    "digital_share": Purpose(
        (Column("message_type"), Column("period"), *_numbers("sent", "digital")), key=("message_type", "period")
    ),
    "availability": Purpose(
        (Column("service"), Column("period"), *_numbers("agreed", "measured")), key=("service", "period")
    ),
    SBOM: Purpose(
        (Column("component"), Column("version"), _optional("reference")), key=("reference",), against="vulnerabilities"
    ),
    "vulnerabilities": Purpose(
        (
            Column("id"),
            Column("component"),
            Column("version"),
            Column("severity", Cell.WORD, words=("critical", "high", "medium", "low", "none")),
            Column("published", Cell.DAY),
        )
    ),
    "receipts": Purpose(
        (Column("case"), Column("consignment"), Column("receipt"), Column("receipt_at", Cell.DAY)),
        key=("consignment",),
    ),
    "paper_fallback": Purpose(
        (Column("consignment"), Column("failed_at", Cell.DAY), _optional("printed_at", Cell.DAY)),
        key=("consignment",),
    ),
    "reconciliation": Purpose(
        (Column("period"), *_numbers("created", "receipted", "paper", "failed", "in_progress")), key=("period",)
    ),
    "restore_tests": Purpose(
        (
            Column("part", Cell.WORD, words=("configuration", "templates", "log")),
            Column("on", Cell.DAY),
            Column("restored", Cell.FLAG),
        ),
        every="part",
    ),
    "end_to_end_tests": Purpose(
        (Column("message"), Column("step", Cell.WORD, words=STEPS), Column("at", Cell.DAY), Column("reference")),
        key=("message", "step"),
        every="step",
    ),
    "switch_tests": Purpose((Column("on", Cell.DAY), *_numbers("consignments", "printed", "minutes"))),
    "refused_input_tests": Purpose(
        (
            Column("case", Cell.WORD, words=("too_large", "wrong_type", "broken_signature")),
            Column("on", Cell.DAY),
            Column("status"),
            *_numbers("lost", "doubled"),
        ),
        every="case",
    ),
    "alarm_tests": Purpose((Column("on", Cell.DAY), *_numbers("minutes"))),
    "separation_tests": Purpose(
        (
            Column("on", Cell.DAY),
            Column("permit"),
            Column("asked_as"),
            Column("asked_for"),
            Column("refused", Cell.FLAG),
            Column("logged", Cell.FLAG),
        )
    ),
    "log_reviews": Purpose((Column("reviewed_on", Cell.DAY),), key=("reviewed_on",), interval=True),
    "queues": Purpose(
        (
            Column("queue"),
            Column("listed_at", Cell.DAY),
            _optional("oldest", Cell.DAY),
            *_numbers("limit_hours"),
            Column("encrypted", Cell.FLAG),
        ),
        key=("queue", "listed_at"),
    ),
    "multi_party": Purpose(
        (Column("decision"), Column("party"), Column("consignment"), Column("receipt")), key=("consignment",)
    ),
    "template_samples": Purpose(
        (Column("sample"), Column("message_type"), Column("template"), Column("follows", Cell.FLAG)), key=("sample",)
    ),
    "notifications": Purpose((Column("subject"), _optional("notification"), _optional("file_name"))),
    "tenants": Purpose((Column("tenant"), Column("fingerprint"))),
}
"""Every purpose that a [[register]] can have."""
COUNTERPARTS = frozenset(purpose.against for purpose in PURPOSES.values()) - {"", PROFILE}
"""Purposes of lists that are only held beside others."""
