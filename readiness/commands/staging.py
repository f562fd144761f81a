"""Commands that let a sending system act: stage, exercise."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from readiness.commands import _doing as doing
from readiness.options import CONTRACT, FORCE, JSON, JUDGING, LANG, LOOKING, OUT, options
from readiness.texts import say


@click.command()
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--public-name", default="localhost", show_default=True, help="Name that the sending system dials.")
@click.option(
    "--port", "ports", multiple=True, metavar="LISTENER=PORT", help="A fixed port: far=8443, message=8444, ..."
)
@click.option("--client-certificate", type=click.Choice(["required", "requested", "none"]), default="required")
@click.option("--client-issuer", "client_issuers", multiple=True, type=click.Path(path_type=Path), help="PEM file.")
@click.option("--peer", "peers", multiple=True, metavar="NETWORK", help="Who may connect from outside this machine.")
@click.option("--minutes", type=click.FloatRange(0.01, 1440), default=60.0, show_default=True, help="Stops after that.")
@CONTRACT
@click.option(
    "--profile", type=click.Path(path_type=Path), help="Then look at the chain of this profile, and judge it."
)
@click.option("--scenarios", default="", metavar="A,B", help="Perform these, each to a test person of its own.")
@click.option("--trust", is_flag=True, help="Show how to trust the stage's issuer, and how to stop trusting it.")
@options(OUT, FORCE, LANG)
def stage(
    profile: Path | None, scenarios: str, trust: bool, out: Path | None, force: bool, lang: str, **asked: Any
) -> None:
    """Stand in for FaR and mailbox operators, and record.

    With --profile what was recorded is looked at and judged when it ends, together with the rest of the chain.
    """
    from readiness.serving import Asked, by_hand, how_to_trust, serve_by_hand

    if trust:
        click.echo(how_to_trust(lang))
        return
    folder = doing.run_folder(out, force=force)

    served = Asked(scenarios=doing.ids(scenarios), **asked)
    if profile is not None:
        limits = {"deadline": 20.0, "jobs": 256, "jobs_per_host": 4, "contract": asked["contract"]}
        exercise = by_hand(served, folder, lang, doing.told)
        doing.look_and_judge(profile, folder, lang, limits, as_json=False, force=force, exercise=exercise)
    record = serve_by_hand(served, folder, lang, doing.told)
    click.echo(say(lang, "stage.recorded", exchanges=len(record.exchanges), path=record.folder))


@click.command()
@click.argument("profile", type=click.Path(path_type=Path))
@click.option("--plan", "only_plan", is_flag=True, help="Show rounds, messages and longest time, and stop.")
@click.option("--scenarios", default="", metavar="A,B", help="These only [default: all].")
@click.option(
    "--budget", type=click.FloatRange(0.1), metavar="MINUTES", help="Leave out what does not end within that."
)
@click.option(
    "--resume", "before", multiple=True, type=click.Path(path_type=Path), metavar="RUN", help="Go on after that run."
)
@click.option("--collect", type=click.Path(path_type=Path), metavar="RUN", help="Only read that run's account again.")
@click.option("--allow-command", is_flag=True, help="Let the commands that the profile names be run here.")
@options(OUT, FORCE, LANG, JSON, JUDGING, LOOKING)
def exercise(
    profile: Path,
    only_plan: bool,
    scenarios: str,
    budget: float | None,
    before: tuple[Path, ...],
    collect: Path | None,
    allow_command: bool,
    out: Path | None,
    force: bool,
    lang: str,
    as_json: bool,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
    **limits: Any,
) -> None:
    """Let the sending system meet failures at the stage; then look and judge.

    The stage stands in for FaR and mailbox operators and misbehaves by scenario. Messages are about test persons only.
    """
    from readiness.exercising import Hearing, collecting, performing, what_is_collected
    from readiness.preparing import Asked, prepare, shown_plan
    from readiness.profile import load_profile
    from readiness.record import read_record

    chain = load_profile(profile, lang)
    beside = tuple(map(read_record, before))
    how: dict[str, Any] = {"checklists": checklists, "at": at, "part": part or "", "as_json": as_json, "force": force}
    if collect is not None:
        earlier = read_record(collect)
        acting = collecting(chain, earlier, Hearing(lang, doing.told), allow_command=allow_command)
        doing.look_and_judge(
            profile, out, lang, limits, acting=acting, beside=(earlier,), seen_as=what_is_collected, **how
        )
    asked = Asked(doing.ids(scenarios), budget, beside, allow_command, limits["contract"])
    prepared = prepare(chain, asked, lang)
    if only_plan:
        click.echo(shown_plan(prepared))
        return
    hearing = Hearing(lang, doing.told, doing.line if sys.stderr.isatty() else None)
    doing.look_and_judge(profile, out, lang, limits, acting=performing(prepared, hearing), beside=beside, **how)
