"""What is everything in a report, for another program? JSON in a stable order, after a published, versioned schema.

The schema stands beside this module (`data.schema.json`); what it says of a field binds, and a change that a reader
would notice gets a new version. Values of facts have the tagged form of `readiness.values`. Names of persons who made
statements and decisions are there, since the profile's owner wrote them; secrets are not, since a profile holds none.
Left out: anything computed for people (groups, words).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from readiness.chain import Absence, Node, Profile
from readiness.model import Example, Finding, Observation, Rule, Target
from readiness.report import Report
from readiness.reports._json import indented
from readiness.reports._words import CONTROL
from readiness.values import moment_text, to_plain

SCHEMA_ID = "urn:mm-readiness:schema:data:1"
ACTING = re.compile(r"[^\n\x20-\x7e]")
"""Characters that may act on a terminal, and more."""


def data_report(report: Report) -> str:
    """The whole report as JSON text, UTF-8 safe, the same for the same report; ends with a newline.

    Characters that act on a terminal are written as JSON's own escapes, so that it can be shown as it is.
    """
    return "".join(data_pieces(report))


def data_pieces(report: Report) -> Iterator[str]:
    """The same in pieces, as large as the largest finding or observation."""
    for piece in indented(_content(report), ensure_ascii=False):
        yield ACTING.sub(_escape, piece)
    yield "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every data report satisfies."""
    text = files(__package__).joinpath("data.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def data(report: Report) -> dict[str, Any]:
    """The same, before it is text."""
    return {name: list(value) if isinstance(value, Iterator) else value for name, value in _content(report).items()}


def _content(report: Report) -> dict[str, Any]:
    """The same, with iterators for what there is much of."""
    observations = tuple(dict.fromkeys([*report.observations, *(o for f in report.findings for o in f.rests_on)]))
    numbers = {observation: number for number, observation in enumerate(observations)}
    checklist = report.checklist
    return {
        "schema": SCHEMA_ID,
        "tool": [{"name": name, "version": version} for name, version in report.tool],
        "started": moment_text(report.started),
        "ended": moment_text(report.ended),
        "judged_at": moment_text(report.judged_at),
        "part": report.part,
        "audience": report.audience,
        "exit_code": report.exit_code,
        "interrupted": report.interrupted,
        "profile_digest": report.profile_digest,
        "checklist_digest": checklist.digest,
        "profile": _profile(report.profile),
        "targets": _plain(report.profile.targets),
        "rules": _plain(checklist.rules),
        "risks": _plain(checklist.risks),
        "checks": _plain(checklist.checks),
        "matrix": _plain(checklist.matrix),
        "observations": ({"number": number, **_plain(one)} for number, one in enumerate(observations)),
        "findings": ({**_plain(one), "rests_on": [numbers[o] for o in one.rests_on]} for one in report.findings),
        "grades": _plain(report.grades),
        "deviations": [{**_plain(one), "state": state.value} for one, state in report.deviations],
        "records": _plain(report.records),
        "scenarios": _plain(report.scenarios),
    }


def _profile(profile: Profile) -> dict[str, Any]:
    """The profile without what stands beside it, its targets and its deviations with their state, and without how the
    stage is set up, the sending system started and revocation asked about: a command line or the place of a file is for
    the record, not for everybody's eyes."""
    beside = {"targets", "deviations", "stage", "sendings", "revocation"}
    return {name: value for name, value in _plain(profile).items() if name not in beside}


def _plain(noun: Any) -> Any:
    """A noun as JSON has it: fields by name, tuples as lists, moments and dates as ISO text."""
    if writers := _writers(type(noun)):  # type: ignore[arg-type]  # mypy: a type is not Hashable
        return {name: write(getattr(noun, name)) for name, write in writers}
    if isinstance(noun, tuple):
        return [_plain(member) for member in noun]
    if isinstance(noun, datetime):
        return moment_text(noun)
    if isinstance(noun, date):
        return noun.isoformat()
    return noun.value if isinstance(noun, Enum) else noun


@cache
def _writers(kind: type) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """The fields of a dataclass, each with how it is written; none for any other type."""
    if not is_dataclass(kind):
        return ()
    return tuple((field.name, WRITTEN.get((kind, field.name), _plain)) for field in fields(kind))


def _values(pairs: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    return {name: to_plain(value) for name, value in pairs}


def _names(pairs: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in pairs}


def _optional(value: Any) -> Any:
    return None if value is None else to_plain(value)


WRITTEN: dict[tuple[type, str], Callable[[Any], Any]] = {
    (Absence, "where"): _names,
    (Example, "given"): _values,
    (Example, "value"): to_plain,
    (Finding, "rests_on"): list,
    (Finding, "unseen"): _optional,
    (Node, "responsible"): lambda pairs: [{"property": name, "party": party} for name, party in pairs],
    (Observation, "undecided"): lambda pairs: [{"member": member, "why": to_plain(why)} for member, why in pairs],
    (Observation, "value"): to_plain,
    (Rule, "risks"): _names,
    (Rule, "select"): _names,
    (Rule, "verified"): lambda verified: verified and {"by": verified[0], "on": verified[1]},
    (Target, "declared"): _values,
}
"""Fields that JSON says in another shape than Python."""


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return json.dumps(char)[1:-1] if unicodedata.category(char) in CONTROL else char
