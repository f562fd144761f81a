"""Commands that look at a chain and leave a record: demo, init, run, observe, probe.

Left out: those that let a sending system act (`staging`).
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from readiness.commands import _doing as doing
from readiness.errors import UsageError
from readiness.options import FORCE, JSON, JUDGING, LANG, LOG, LOOKING, OUT, SOAP, options
from readiness.texts import say


@click.command()
@click.option("--defect", "defects", multiple=True, metavar="NAME", help="Build this defect in; may be given again.")
@click.option("--conforming", is_flag=True, help="No built-in defect, and every fault scenario.")
@click.option(
    "--full/--brief",
    default=None,
    help="Perform every fault scenario, which takes half a minute, or eight. Brief unless --conforming.",
)
@click.option("--list-defects", is_flag=True, help="List the built-in defects and stop.")
@options(OUT, FORCE, LANG, JSON, LOOKING)
def demo(
    defects: tuple[str, ...],
    conforming: bool,
    full: bool | None,
    list_defects: bool,
    out: Path | None,
    force: bool,
    lang: str,
    as_json: bool,
    **limits: Any,
) -> None:
    """See an example kommun: its whole chain, on this machine."""
    from readiness.demo import defects as built_in
    from readiness.demo.chain import planned, running_chain
    from readiness.demo.conducting import performed
    from readiness.demo.exercise import DemoExercise

    if list_defects:
        click.echo(built_in.describe(lang))
        return
    if conforming and defects:
        raise UsageError("--conforming and --defect exclude each other. Give one of them.")
    chosen = () if conforming else defects or built_in.DEFAULT_DEFECTS
    plan = planned(chosen)  # an unknown name leaves no folder behind
    folder = doing.run_folder(out, force=force)
    with running_chain(folder / "chain", chosen) as profile:
        names = say(lang, "command.defects_are", names=", ".join(chosen)) if chosen else say(lang, "command.conforming")
        click.echo(f"{names} {say(lang, 'command.demo_note')}", err=True)
        scenarios = performed(chosen, full=conforming if full is None else full)
        exercise = DemoExercise(plan, folder / "chain", scenarios=scenarios)
        doing.look_and_judge(profile, folder, lang, limits, as_json=as_json, force=force, exercise=exercise)


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("kedja.toml"), metavar="[PROFILE]")
@options(LANG, FORCE)
def init(path: Path, lang: str, force: bool) -> None:
    """Write a commented profile to fill in. "-" prints it."""
    from readiness.profile.template import template

    if str(path) == "-":
        click.echo(template(lang), nl=False)
        return
    if path.exists() and not force:
        raise UsageError(say(lang, "command.profile_needs", path=path))
    path.write_text(template(lang), encoding="utf-8", newline="\n")
    click.echo(say(lang, "command.profile_written", path=path))


@click.command()
@click.argument("profile", type=click.Path(path_type=Path))
@options(OUT, FORCE, LANG, JSON, JUDGING, LOOKING)
def run(
    profile: Path,
    out: Path | None,
    force: bool,
    lang: str,
    as_json: bool,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
    **limits: Any,
) -> None:
    """Look at the chain of a profile, judge it, write reports."""
    doing.look_and_judge(
        profile, out, lang, limits, as_json=as_json, force=force, checklists=checklists, at=at, part=part or ""
    )


@click.command()
@click.argument("profile", type=click.Path(path_type=Path))
@options(OUT, FORCE, LANG, LOOKING)
def observe(profile: Path, out: Path | None, force: bool, lang: str, **limits: Any) -> None:
    """Only look: leave a record, to be judged here or elsewhere."""
    from readiness.profile import load_profile, read_text
    from readiness.run import observe_profile

    chain = load_profile(profile, lang)
    folder = doing.run_folder(out, force=force)
    record = observe_profile(chain, read_text(profile, lang), folder / "record", doing.looking(lang, limits))
    click.echo(say(lang, "command.written", path=record.folder))
    if record.how_ended != "complete":
        doing.stopped(lang, folder)


@click.command()
@click.argument("name")
@click.argument("target")
@click.option("--server-name", default="", help="Name to ask for (SNI) [default: the host].")
@click.option(
    "--anchor", "anchors", multiple=True, type=click.Path(), help="PEM file with trust anchors; may be given again."
)
@click.option(
    "--use",
    default="tls-client",
    type=click.Choice(["tls-client", "tls-server", "signing", "sealing"]),
    help="What a certificate file is for.",
)
@click.option("--key-file", type=click.Path(), default="", help="The key that belongs to a certificate file.")
@click.option("--password-env", default="", help="Environment variable with the password [default: asked for].")
@click.option(
    "--i-may", default="", metavar="WORDS", help="Who allowed it, where a probe does more than an ordinary client."
)
@options(SOAP, LOG, JSON, LANG, LOOKING)
def probe(name: str, target: str, as_json: bool, lang: str, **given: Any) -> None:
    """One probe (NAME) at one TARGET, without a profile.

    TARGET is host:port, a URL, a name, or a file. The probes: server_certificate, server_certificates,
    server_revocation, client_certificate_refusal, soap_contract, soap_faults and those whose names begin with tls look
    at host:port, public_page at a URL, name_service at a name and its resolver (www.example.se@192.0.2.53),
    client_certificate, renewal and revocation at a certificate file; secure_delivery, message_signature and
    recipient_lookup at a file with a request; those whose names begin with log at the files of a log, by a path or a
    pattern in quotes ("logs/app.log*"); sent_document at a PDF file.
    """
    from readiness import one_off
    from readiness.one_off_targets import Question

    limits = {name: given.pop(name) for name in ("deadline", "jobs", "jobs_per_host", "contract", *doing.PACE)}
    asked = Question(target, **given)
    observations = one_off.look(name, asked, doing.looking(lang, limits, quiet=True))
    click.echo(one_off.as_json(name, asked, observations) if as_json else one_off.as_text(lang, observations))
    sys.exit(0 if one_off.all_seen(observations) else 11)
