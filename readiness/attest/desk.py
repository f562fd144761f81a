"""A profile on somebody's desk: which questions are open now, and one answer taken in.

Every question is judged by the judge on what the probe sees, so that attest and a report never differ about what
stands. Reads only the files that the profile names, and the document of an answer. Left out: asking.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import probes
from probes.statements import DOCUMENT_BYTES, serial_of
from readiness.attest.answers import Answer, Tie, Wrongs, statement, toml
from readiness.attest.questions import Question, questions
from readiness.attest.store import keep, statements_file
from readiness.chain import Profile
from readiness.judge import judge
from readiness.model import Evidence, TargetKind, Unseen
from readiness.observe import observe
from readiness.probe import CannotObserve, Limits, Probe
from readiness.profile import load_profile, read_text, whole_profile
from readiness.profile.inclusion import KEY
from readiness.profile.shapes import shown
from readiness.register import Checklist
from readiness.session import LiveSession
from readiness.texts import say


@dataclass(slots=True)
class Desk:
    """One profile, one checklist, one language; `clock` gives now, UTC. `said` tells what was done to which file."""

    path: Path
    checklist: Checklist
    lang: str
    clock: Callable[[], datetime]
    said: Callable[[str], None] = lambda text: None

    def look(self) -> Looked:
        """The profile and its statements as the files have them now. ProfileError where they are faulty."""
        profile = load_profile(self.path, self.lang)
        data = whole_profile(read_text(self.path, self.lang), str(self.path), self.lang).data
        session = LiveSession(profile, _nothing_kept, Limits(), self.clock)
        statements = [probe for probe in probes.discover() if probe.kind is TargetKind.STATEMENT]
        rules = tuple(rule for rule in self.checklist.rules if rule.stated)
        findings = judge(rules, profile, _observed(statements, profile, session), self.clock())
        return Looked(profile, data, questions(self.checklist, profile, findings), _ties(profile, session))

    def take(self, looked: Looked, question: Question, answer: Answer) -> Wrongs:
        """Keep an answer, or say what is wrong with it, by field."""
        answer, wrongs = self._with_digest(answer)
        row, more = statement(question, answer, looked.data, looked.profile, looked.ties, self._now(), self.lang)
        if wrongs or more:
            return more | wrongs
        named = str(looked.data.get(KEY, ""))
        if keep(self.path, named, toml(row), self.lang):
            self.said(say(self.lang, "attest.named", path=statements_file(self.path, named), profile=self.path))
        return {}

    def _now(self) -> datetime:
        return self.clock().astimezone(UTC)

    def _with_digest(self, answer: Answer) -> tuple[Answer, Wrongs]:
        """The answer with the digest of the document's file, whose path starts from the profile's folder."""
        if not (name := answer.said("file")):
            return answer, {}
        try:
            path = self.path.absolute().parent / name
            if not path.is_file():
                return answer, {"file": say(self.lang, "attest_wrong.no_file", path=shown(str(path), 300))}
            with path.open("rb") as file:
                content = file.read(DOCUMENT_BYTES + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            return answer, {"file": say(self.lang, "attest_wrong.unreadable", why=why)}
        if len(content) > DOCUMENT_BYTES:
            return answer, {"file": say(self.lang, "attest_wrong.large", megabytes=DOCUMENT_BYTES // 1024 // 1024)}
        digest = hashlib.sha256(content).hexdigest()
        if answer.said("sha256").lower() not in {"", digest}:
            return answer, {"sha256": say(self.lang, "attest_wrong.other_digest", digest=digest)}
        return replace(answer, texts={**answer.texts, "sha256": digest}), {}


@dataclass(frozen=True, slots=True)
class Looked:
    """What is on the desk at one moment: the profile, its data, the questions, and what an answer can be tied to."""

    profile: Profile
    data: Mapping[str, Any]
    questions: tuple[Question, ...]
    ties: tuple[Tie, ...]

    def question(self, check: str) -> Question | None:
        """The question about a check."""
        return next((question for question in self.questions if question.id == check), None)

    def asked(self, check: str = "", role: str = "") -> tuple[Question, ...]:
        """The questions to put: the open ones, for a role where one is given; or the one about a check, open or not."""
        if check:
            return tuple(question for question in self.questions if question.id == check)
        return tuple(one for one in self.questions if one.standing.open and (not role or role in one.roles))


def _observed(statements: list[Probe], profile: Profile, session: LiveSession) -> Any:
    observations, complete = asyncio.run(observe(statements, session, Limits(), profile, lambda _: None))
    if not complete:
        raise KeyboardInterrupt
    return observations


def _ties(profile: Profile, session: LiveSession) -> tuple[Tie, ...]:
    """Every node with a version, and every certificate whose serial number can be read, as they are now."""
    found = [Tie(node.id, node.name, node.version, serial=False) for node in profile.nodes if node.version]
    for target in profile.targets:
        if target.kind is TargetKind.CERTIFICATE:
            try:
                serial = serial_of(target, session)
            except CannotObserve:
                continue
            if not isinstance(serial, Unseen):
                found.append(Tie(target.id, target.id, serial, serial=True))
    return tuple(found)


def _nothing_kept(data: bytes, media_type: str, origin: str, masked: str) -> Evidence:
    return Evidence(hashlib.sha256(data).hexdigest(), media_type, origin, masked)
