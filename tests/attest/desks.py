"""A small profile on a desk, with the shipped checklist and a clock that stands, for tests of attest."""

from __future__ import annotations

from pathlib import Path

from readiness.attest.answers import Answer
from readiness.attest.desk import Desk, Looked
from readiness.attest.questions import Question
from readiness.attest.words import parties
from readiness.run import shipped_or
from tests.conftest import NOON
from tests.profiles import SOUND

CHECKLIST = shipped_or(None)
TODAY = NOON.date().isoformat()


def desk(folder: Path, profile: str = SOUND, lang: str = "sv") -> Desk:
    """A desk with that profile in the folder, under a comment of its owner's."""
    path = folder / "kedja.toml"
    path.write_text(f"# Min egen kommentar\n{profile}", encoding="utf-8", newline="\n")
    return Desk(path, CHECKLIST, lang, lambda: NOON)


def sound(looked: Looked, question: Question, **said: str) -> Answer:
    """An answer that nothing is wrong with."""
    texts = {"answer": "yes", "by": "Anna Alm", "role": question.roles[0], "valid_until": TODAY}
    texts["party"] = parties(question, looked.profile)[0][0]
    if question.document:
        texts |= {"title": "En handling", "date": "2026-11-01", "sha256": "ab" * 32}
    return Answer(texts | said, tuple(tie.key for tie in looked.ties) if question.tied else ())
