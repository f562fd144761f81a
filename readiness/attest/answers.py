"""Is what somebody typed an answer to a question, and which statement is it? Texts in, a [[statement]] or faults out.

Terminal and page both come here, and what is let through has been read by the profile's own reader. Left out: reading
the document (`desk` gives its digest) and keeping the statement (`store`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from readiness import personal
from readiness.attest.questions import Question
from readiness.chain import Profile
from readiness.errors import ProfileError
from readiness.profile import parse_profile
from readiness.profile.shapes import shown, tight
from readiness.texts import say

YEAR = 365
LONGEST = 10_000
"""Characters in one field."""
FIELDS = ("answer", "text", "title", "date", "file", "sha256", "by", "role", "party", "valid_until", "void_if")
KEYS = {
    "document.title": "title",
    "document.date": "date",
    "document.sha256": "sha256",
    "document.file": "file",
    "document": "title",
}
"""The field that a key of the profile is asked for in, where the names differ."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What a statement can be tied to: a node and its version, or a certificate and its serial number, as they are."""

    id: str
    name: str
    now: str
    serial: bool

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{'serial' if self.serial else 'version'}:{self.id}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was typed, as texts by field of FIELDS; `void_if` has the keys of ties."""

    texts: Mapping[str, str]
    void_if: tuple[str, ...] = ()

    def said(self, field: str) -> str:
        """One field, without the space around it and with plain line ends; "" where nothing was typed."""
        return self.texts.get(field, "").replace("\r\n", "\n").replace("\r", "\n").strip()


Wrongs = dict[str, str]
"""What is wrong by field, in words: what it is, and what to write."""


class Note(Protocol):
    """Notes a fault at a field, by the code of its words."""

    def __call__(self, field: str, code: str, /, **values: object) -> None: ...


def statement(
    question: Question,
    answer: Answer,
    data: Mapping[str, Any],
    profile: Profile,
    ties: tuple[Tie, ...],
    given: datetime,
    lang: str,
) -> tuple[dict[str, Any], Wrongs]:
    """The statement as a row of TOML data, and what is wrong with it: one of them is empty.

    `data` is what the profile says already, and `given` now. The document's digest stands in `answer` already.
    """
    wrongs = _shapes(question, answer, profile, ties, given.date(), lang) | _personal(answer, lang)
    if wrongs:
        return {}, {field: wrongs[field] for field in FIELDS if field in wrongs}
    row = _row(question, answer, profile, ties, given)
    before = data.get("statement", [])
    try:
        parse_profile({**data, "statement": [*before, row]}, profile.source, lang=lang)
    except ProfileError as error:
        prefix = f"statement[{len(before) + 1}]."
        for fault in error.faults:
            key = fault.key.removeprefix(prefix)
            wrongs.setdefault(KEYS.get(key, key if key in FIELDS else "answer"), f"{fault.wrong}. {fault.cure}")
        return {}, wrongs
    return row, {}


def toml(row: Mapping[str, Any]) -> str:
    """A statement as [[statement]] in TOML. A JSON string is a TOML basic string, but for DEL, which none here has."""
    return "\n[[statement]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in row.items())


def last_day(question: Question, today: date) -> date:
    """The last day that an answer given today can hold: as long as the check lets it count, else a year."""
    return today + timedelta(days=longest(question) or YEAR)


def longest(question: Question) -> int | None:
    """How many days an answer counts at most; None where a contract or a change decides."""
    return question.valid_days if question.valid_days is not None else question.check.valid_days


def _personal(answer: Answer, lang: str) -> Wrongs:
    said = {field: answer.said(field) for field in FIELDS}
    word = say(lang, "attest_wrong.personal_number")
    # The document's digest is hexadecimal, and so may hold such digits by chance.
    return {field: word for field, text in said.items() if field != "sha256" and personal.spans(tight(text))}


def _shapes(
    question: Question, answer: Answer, profile: Profile, ties: tuple[Tie, ...], today: date, lang: str
) -> Wrongs:
    """What the profile's reader does not ask: that the right one signs, that dates are dates, and how long it holds."""
    wrongs: Wrongs = {}

    def wrong(field: str, code: str, /, **values: object) -> None:
        wrongs.setdefault(field, say(lang, f"attest_wrong.{code}", **values))

    for field in FIELDS:
        if len(answer.said(field)) > LONGEST:
            wrong(field, "long", limit=LONGEST)
    for field in ("answer", "by", "role", "party"):
        if not answer.said(field):
            wrong(field, "empty")
    _signer_shapes(question, answer, profile, wrong, lang)
    _document_shapes(question, answer, today, wrong)
    _validity_shapes(question, answer, ties, today, wrong)
    return wrongs


def _signer_shapes(question: Question, answer: Answer, profile: Profile, wrong: Note, lang: str) -> None:
    if (role := answer.said("role")) and role not in question.roles:
        wrong("role", "role", roles=", ".join(say(lang, f"role.{one}") for one in question.roles))
    party = profile.party(answer.said("party"))
    if party and question.party_kinds and party.kind not in question.party_kinds:
        wrong("party", "party", kinds=", ".join(say(lang, f"party_kind.{one}") for one in question.party_kinds))


def _validity_shapes(question: Question, answer: Answer, ties: tuple[Tie, ...], today: date, wrong: Note) -> None:
    until, last = as_date(answer.said("valid_until")), last_day(question, today)
    if until is None:
        wrong("valid_until", "date")
    elif until < today:
        wrong("valid_until", "past")
    elif longest(question) is not None and until > last:
        wrong("valid_until", "too_long", last=last.isoformat())
    if unknown := set(answer.void_if) - {tie.key for tie in ties}:
        wrong("void_if", "unknown_tie", ties=shown(", ".join(sorted(unknown))))
    if question.tied and not answer.void_if:
        wrong("void_if", "tied" if ties else "no_ties")


def _document_shapes(question: Question, answer: Answer, today: date, wrong: Note) -> None:
    given = any(answer.said(field) for field in ("title", "date", "file", "sha256"))
    if not given and question.document and answer.said("answer") == "yes":
        wrong("title", "document")
    if not given:
        return
    if not answer.said("title"):
        wrong("title", "empty")
    if (dated := as_date(answer.said("date"))) is None:
        wrong("date", "date")
    elif dated > today:
        wrong("date", "future")
    if not answer.said("sha256"):
        wrong("file", "file_or_digest")


def as_date(text: str) -> date | None:
    """A date as 2026-11-30, or None."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-30") else None
    except ValueError:
        return None


def _row(
    question: Question, answer: Answer, profile: Profile, ties: tuple[Tie, ...], given: datetime
) -> dict[str, Any]:
    row: dict[str, Any] = {"check": question.id, "answer": answer.said("answer")}
    if text := answer.said("text"):
        row["text"] = text
    row |= {field: answer.said(field) for field in ("party", "by", "role")}
    row |= {
        "on": given.date(),
        "valid_until": as_date(answer.said("valid_until")),
        "given": given.replace(microsecond=0),
    }
    if others := _others(question, row["party"]):
        row["replaces"] = others
    if title := answer.said("title"):
        document = {"title": title, "date": as_date(answer.said("date")), "sha256": answer.said("sha256")}
        row["document"] = document | ({"file": answer.said("file")} if answer.said("file") else {})
    chosen = [tie for tie in ties if tie.key in answer.void_if]
    groups = {
        "versions": {tie.id: tie.now for tie in chosen if not tie.serial},
        "serials": {tie.id: tie.now for tie in chosen if tie.serial},
    }
    if chosen:
        row["void_if"] = {key: said for key, said in groups.items() if said}
    return row


def _others(question: Question, party: str) -> list[str]:
    """The other parties whose earlier answers can never count, for this check is not theirs to answer."""
    if not question.party_kinds:
        return []
    wrong = [one.party for one in question.earlier if one.says("party_kind") not in question.party_kinds]
    return sorted({one for one in wrong if one != party})


def _value(value: object) -> str:
    """A TOML value. Keys are the reader's own and ids, which are bare keys in TOML."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
