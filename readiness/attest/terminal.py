"""How is somebody walked through the questions on a terminal, or a pipe? Field by field, each answer kept when whole.

Left out: what a sound answer is (`answers`), and where lines are read from and written to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from textwrap import wrap

from readiness.attest.answers import FIELDS, LONGEST, Answer, last_day
from readiness.attest.desk import Desk, Looked
from readiness.attest.questions import Question
from readiness.attest.words import described, parties, standing_text
from readiness.profile.shapes import shown
from readiness.profile.statements import ANSWERS
from readiness.texts import pick, say

REMEMBERED = ("by", "party")
"""What one person types once: offered again in the next question."""


class Move(Exception):
    """Somebody wants on: "next", "back" or "quit"."""


@dataclass(slots=True)
class Walk:
    """A person's way through questions. `ask` prompts with a text and a default; EOFError ends it."""

    desk: Desk
    ask: Callable[[str, str], str]
    tell: Callable[[str], None]
    width: int
    saved: int = 0
    remembered: dict[str, str] = field(default_factory=dict)

    def through(self, checks: Sequence[str]) -> None:
        """Ask about each check in turn, until the last or until somebody quits."""
        self._say("intro", count=len(checks))
        self._say("keys")
        place = 0
        while place < len(checks):
            looked = self.desk.look()
            if (question := looked.question(checks[place])) is None:
                place += 1
                continue
            self._head(question, place + 1, len(checks))
            try:
                self._one(looked, question)
                place += 1
            except Move as move:
                if str(move) == "quit":
                    return
                if str(move) == "next":
                    self._say("skipped", check=question.id)
                place = max(0, place - 1) if str(move) == "back" else place + 1

    def _head(self, question: Question, number: int, count: int) -> None:
        self.tell("")
        self._say("progress", number=number, count=count)
        self._say("check", check=question.id, risk=question.check.risk)
        self._lines(pick(self.desk.lang, question.title))
        for label, text in described(self.desk.lang, question):
            self._lines(f"{label}: {shown(text, 600)}", "  ")

    def _one(self, looked: Looked, question: Question) -> None:
        answer, wanted = Answer({}), list(FIELDS)
        while wanted:
            for name in wanted:
                answer = self._field(name, answer, looked, question)
            if not self._yes():
                wanted = list(FIELDS)
                continue
            wrongs = self.desk.take(looked, question, answer)
            if wrongs:
                self._say("again")
                for name, text in wrongs.items():
                    self._lines(f"{say(self.desk.lang, f'attest_field.{name}')}: {text}", "  ")
            wanted = _beside([name for name in FIELDS if name in wrongs])
        self.saved += 1
        self.remembered |= {name: answer.said(name) for name in REMEMBERED}
        self._tell_kept(question.id)

    def _tell_kept(self, check: str) -> None:
        after = self.desk.look().question(check)
        if after and after.standing.open:
            self._say("saved_open", check=check, why=standing_text(self.desk.lang, after))
        else:
            self._say("saved", check=check)

    def _field(self, name: str, answer: Answer, looked: Looked, question: Question) -> Answer:
        """The answer with one more field, or as it was where the field is not asked for."""
        if (name in {"date", "file"} and not answer.said("title")) or (
            name == "sha256" and (answer.said("file") or not answer.said("title"))
        ):
            return replace(answer, texts={**answer.texts, name: ""})
        if name == "void_if":
            return replace(answer, void_if=self._ties(looked, question))
        if name in {"role", "party"}:
            text = self._choice(name, self._choices(name, looked, question))
        elif name == "answer":
            text = self._answer()
        else:
            default = answer.said(name) or self.remembered.get(name, "")
            if name == "valid_until" and not default:
                default = last_day(question, self.desk.clock().date()).isoformat()
            # What must not be on a screen, or has nothing to be seen by, is not offered again.
            typed = self._ask(name, default if shown(default, LONGEST) == default else "")
            text = "" if typed == "-" else typed
        return replace(answer, texts={**answer.texts, name: text})

    def _answer(self) -> str:
        words = {say(self.desk.lang, f"answer.{one}").casefold(): one for one in ANSWERS} | {
            one: one for one in ANSWERS
        }
        while (typed := self._ask("answer").casefold()) not in words:
            self._say("choose_answer")
        return words[typed]

    def _choices(self, name: str, looked: Looked, question: Question) -> tuple[tuple[str, str], ...]:
        if name == "party":
            return parties(question, looked.profile)
        return tuple((role, say(self.desk.lang, f"role.{role}")) for role in question.roles)

    def _choice(self, name: str, choices: Sequence[tuple[str, str]]) -> str:
        for number, (_, text) in enumerate(choices, 1):
            self._lines(f"{number}. {shown(text)}", "  ")
        ids = [id_ for id_, _ in choices]
        default = str(ids.index(self.remembered[name]) + 1) if self.remembered.get(name) in ids else "1"
        while not (typed := self._ask(name, default)).isdecimal() or not 1 <= int(typed) <= len(choices):
            self._say("choose_number", count=len(choices))
        return ids[int(typed) - 1]

    def _ties(self, looked: Looked, question: Question) -> tuple[str, ...]:
        if not (ties := looked.ties):
            return ()
        for number, tie in enumerate(ties, 1):
            key = "serial" if tie.serial else "version"
            text = say(self.desk.lang, f"attest_page.{key}", id=tie.id, name=tie.name, now=tie.now)
            self._lines(f"{number}. {shown(text, 120)}", "  ")
        offered = question.tied or question.check.voided_by_change
        default = " ".join(str(n) for n, tie in enumerate(ties, 1) if not tie.serial) if offered else "-"
        while True:
            typed = self._ask("void_if", default or "-").replace(",", " ").split()
            if typed == ["-"]:
                return ()
            if typed and all(one.isdecimal() and 1 <= int(one) <= len(ties) for one in typed):
                return tuple(ties[number - 1].key for number in sorted({int(one) for one in typed}))
            self._say("choose_numbers", count=len(ties))

    def _yes(self) -> bool:
        words = {say(lang, f"answer.{one}"): one == "yes" for lang in ("sv", "en") for one in ("yes", "no")}
        while (
            typed := self._prompt(say(self.desk.lang, "attest.save"), say(self.desk.lang, "answer.yes"), "")
        ) not in words:
            self._say("choose_yes")
        return words[typed]

    def _ask(self, name: str, default: str = "") -> str:
        lang = self.desk.lang
        return self._prompt(say(lang, f"attest_field.{name}"), default, say(lang, f"attest_help.{name}"))

    def _prompt(self, text: str, default: str, help_: str) -> str:
        while (typed := self.ask(text, default).strip()) == "?":
            self._lines(help_ or say(self.desk.lang, "attest.keys"), "  ")
        if typed in MOVES:
            raise Move(MOVES[typed])
        return typed

    def _say(self, key: str, **values: object) -> None:
        self._lines(say(self.desk.lang, f"attest.{key}", **values))

    def _lines(self, text: str, indent: str = "") -> None:
        for line in wrap(text, self.width, initial_indent=indent, subsequent_indent=indent + "  " if indent else ""):
            self.tell(line)


MOVES = {">": "next", "<": "back", "!": "quit"}
DOCUMENT = ("title", "date", "file", "sha256")


def _beside(wrong: list[str]) -> list[str]:
    """The fields to ask again: with one of the document's, all of them."""
    again = {*wrong, *(DOCUMENT if set(wrong) & set(DOCUMENT) else ())}
    return [name for name in FIELDS if name in again]
