"""The command that asks people: attest."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readiness.errors import UsageError
from readiness.options import CHECKLISTS, INTERRUPTED, LANG, options
from readiness.profile.statements import SIGNERS
from readiness.texts import pick, say

if TYPE_CHECKING:
    from readiness.attest.desk import Desk, Looked

OPEN = 11
"""Something is not demonstrated: a question is open."""


@click.command()
@click.argument("profile", type=click.Path(path_type=Path))
@click.option("--list", "listed", is_flag=True, help="Show how each question stands, and ask nothing.")
@click.option("--check", default="", help="Ask about one check, also where its answer holds (10-4).")
@click.option("--role", type=click.Choice(SIGNERS), default=None, help="Ask only what that role answers.")
@click.option("--page", is_flag=True, help="Ask on a web page, served on this computer alone.")
@options(LANG, CHECKLISTS)
def attest(
    profile: Path, listed: bool, check: str, role: str | None, page: bool, lang: str, checklists: Path | None
) -> None:
    """Answer what only people know: the open document and interview checks of a profile.

    Each answer is saved when it is whole, in a file beside the profile; run it again for the rest. Exit code 0: no
    question is open; 11: some are.
    """
    from readiness.attest.desk import Desk
    from readiness.run import shipped_or, utc_now

    desk = Desk(profile, shipped_or(checklists), lang, utc_now, said=click.echo)
    looked = desk.look()
    if check and looked.question(check) is None:
        known = ", ".join(question.id for question in looked.questions)
        raise UsageError(say(lang, "attest.unknown_check", check=check, known=known))
    if listed:
        _list(lang, looked, check, role or "")
    elif page:
        from readiness.attest.serve import serve

        serve(desk, lambda url: click.echo(say(lang, "attest.page_at", url=url)), role=role or "")
    else:
        _walk(desk, [question.id for question in looked.asked(check, role or "")])
    sys.exit(OPEN if desk.look().asked(role=role or "") else 0)


def _list(lang: str, looked: Looked, check: str, role: str) -> None:
    from readiness.attest.words import standing_text

    shown = [one for one in looked.questions if (not role or role in one.roles) and check in {"", one.id}]
    still = sum(question.standing.open for question in shown)
    click.echo(say(lang, "attest.list_head", open=still, count=len(shown)))
    for question in shown:
        mark = "-" if question.standing.open else "+"
        text = f"{pick(lang, question.title)} ({standing_text(lang, question)})"
        click.echo(click.wrap_text(f"{mark} {question.id:6} {text}", _width(), subsequent_indent=" " * 9))


def _walk(desk: Desk, checks: list[str]) -> None:
    from readiness.attest.terminal import Walk

    if not checks:
        click.echo(say(desk.lang, "attest.none_open"))
        return
    walk = Walk(desk, _ask, click.echo, _width())
    try:
        walk.through(checks)
    except (click.Abort, KeyboardInterrupt, EOFError):
        click.echo("")
        click.echo(say(desk.lang, "attest.stopped", saved=walk.saved))
        sys.exit(INTERRUPTED)
    click.echo("")
    click.echo(say(desk.lang, "attest.done", saved=walk.saved, open=len(desk.look().asked())))


def _ask(text: str, default: str) -> str:
    return str(click.prompt(text, default=default, show_default=bool(default)))


def _width() -> int:
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))
