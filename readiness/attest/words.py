"""How is a question told to whoever shall answer it, on the terminal and on the page alike, without leading them?"""

from __future__ import annotations

from readiness.attest.questions import Question
from readiness.chain import Profile
from readiness.model import Target
from readiness.standing import Change, Standing
from readiness.texts import say


def described(lang: str, question: Question) -> tuple[tuple[str, str], ...]:
    """What there is to know before an answer, as (label, text) pairs."""
    rule = question.rules[0]
    rows = [
        ("now", standing_text(lang, question)),
        ("signer", ", ".join(say(lang, f"role.{role}") for role in question.roles)),
        ("party", ", ".join(say(lang, f"party_kind.{kind}") for kind in question.party_kinds)),
        ("expected", _document(lang, question)),
        ("criterion", question.check.criterion),
        ("answers", say(lang, "attest_word.answers_are")),
        ("valid", _valid(lang, question)),
        ("tied", say(lang, "attest_word.tied_yes") if question.tied else ""),
        ("source", rule.source),
        ("basis", say(lang, f"basis.{rule.basis.value}")),
    ]
    rows += [("earlier", _earlier(lang, one)) for one in question.earlier]
    return tuple((say(lang, f"attest_word.{key}"), text) for key, text in rows if text)


def standing_text(lang: str, question: Question) -> str:
    """How the question stands, and what has changed where something has."""
    word = say(lang, f"standing.{question.standing.value}")
    if question.standing is not Standing.VOID or not question.changes:
        return word
    return f"{word}: {', '.join(change_text(lang, one) for one in question.changes)}"


def change_text(lang: str, change: Change) -> str:
    """What a statement was tied to and what it is now."""
    key = "serial_changed" if change.serial else "version_changed" if change.now else "version_gone"
    return say(lang, f"standing.{key}", id=change.id, then=change.then, now=change.now)


def parties(question: Question, profile: Profile) -> tuple[tuple[str, str], ...]:
    """The parties that may answer, as (id, name); the profile's own subject first."""
    fits = [one for one in profile.parties if not question.party_kinds or one.kind in question.party_kinds]
    return tuple((one.id, one.name) for one in sorted(fits, key=lambda one: one.id != profile.subject.party))


def _document(lang: str, question: Question) -> str:
    if not question.document:
        return say(lang, "attest_word.no_document")
    if question.document_days is None:
        return say(lang, "attest_word.document")
    return say(lang, "attest_word.document_days", days=question.document_days)


def _valid(lang: str, question: Question) -> str:
    days = question.valid_days if question.valid_days is not None else question.check.valid_days
    return say(lang, "attest_word.valid_else") if days is None else say(lang, "attest_word.valid_days", days=days)


def _earlier(lang: str, statement: Target) -> str:
    said = dict(statement.declared)
    on = said.get("on")
    return say(
        lang,
        "attest_word.earlier_said",
        answer=say(lang, f"answer.{said.get('answer')}"),
        on=f"{on:%Y-%m-%d}" if on else "",
        by=said.get("by", ""),
    )
