"""What does the page look like on which somebody answers? Questions in, HTML out; it works without scripts.

Left out: serving it (`serve`), and what a sound answer is (`answers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from readiness.attest.answers import Answer, Wrongs, last_day
from readiness.attest.desk import Desk, Looked
from readiness.attest.questions import Question
from readiness.attest.words import described, parties, standing_text
from readiness.profile.shapes import shown
from readiness.profile.statements import ANSWERS
from readiness.texts import pick, say


def overview(desk: Desk, looked: Looked, role: str) -> str:
    """Every question with how it stands, the open ones first."""
    mine = [one for one in looked.questions if not role or role in one.roles]
    return _page(
        desk,
        "overview",
        title=say(desk.lang, "attest_page.title"),
        groups=[
            (
                key,
                [
                    (one, pick(desk.lang, one.title), standing_text(desk.lang, one))
                    for one in mine
                    if one.standing.open is open_
                ],
            )
            for key, open_ in (("open", True), ("answered", False))
        ],
        total=len(mine),
    )


def form(desk: Desk, looked: Looked, question: Question, answer: Answer, wrongs: Wrongs, saved: str = "") -> str:
    """One question to be answered, with what was typed and what is wrong with it."""
    lang = desk.lang
    return _page(
        desk,
        "form",
        title=pick(lang, question.title),
        question=question,
        about=[(label, shown(text, 600)) for label, text in described(lang, question)],
        said=_shown_again(answer),
        ties=[(tie.key, _tie(lang, tie.serial, tie.id, tie.name, tie.now)) for tie in looked.ties],
        chosen=answer.void_if,
        answers=[(one, say(lang, f"answer.{one}")) for one in ANSWERS],
        roles=[(role, say(lang, f"role.{role}")) for role in question.roles],
        parties=parties(question, looked.profile),
        wrongs=wrongs,
        saved=saved,
    )


def fresh(desk: Desk, looked: Looked, question: Question, remembered: Mapping[str, str]) -> Answer:
    """The answer that a form starts from: nothing of the answer, but who, how long and what ends it."""
    texts = {"valid_until": last_day(question, desk.clock().date()).isoformat(), **remembered}
    if len(question.roles) == 1:
        texts["role"] = question.roles[0]
    if len(who := parties(question, looked.profile)) == 1:
        texts["party"] = who[0][0]
    offered = question.tied or question.check.voided_by_change
    return Answer(texts, tuple(tie.key for tie in looked.ties if not tie.serial) if offered else ())


def ended(desk: Desk, still_open: int) -> str:
    """The last page."""
    return _page(desk, "ended", title=say(desk.lang, "attest_page.done_title"), still_open=still_open)


def refused(desk: Desk) -> str:
    """What a browser shows of a request that was not understood."""
    return _page(desk, "refused", title=say(desk.lang, "attest_page.error_title"))


@cache
def style() -> str:
    """The style sheet of every page."""
    return _template("attest.css")


def _shown_again(answer: Answer) -> dict[str, str]:
    """What was typed, but for what must not be on a screen or cannot be seen there."""
    said = {field: text.replace("\r\n", "\n") for field, text in answer.texts.items()}
    return {field: text if _plain(text) else "" for field, text in said.items()}


def _plain(text: str) -> bool:
    joined = text.replace("\n", " ").replace("\t", " ")
    return shown(joined, len(joined)) == joined


def _tie(lang: str, serial: bool, id_: str, name: str, now: str) -> str:
    return shown(say(lang, f"attest_page.{'serial' if serial else 'version'}", id=id_, name=name, now=now), 160)


def _page(desk: Desk, kind: str, **values: object) -> str:
    def text(key: str, **parts: object) -> str:
        return say(desk.lang, key, **parts)

    return _environment().get_template("attest.html.j2").render(lang=desk.lang, kind=kind, t=text, **values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
