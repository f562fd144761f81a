"""The command line: parse, call one function a command, print, exit. It decides nothing.

Exit codes: 0 every graded risk passes, 10 something violated, 11 not violated but not shown, 2 usage, profile or
checklist wrong, 1 the tool crashed, 130 interrupted with the record kept. `probe`: 0 all facts seen, 11 some unseen.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from readiness import __version__
from readiness.errors import UsageError
from readiness.options import (
    CHECKLISTS,
    CONTRACT,
    FORCE,
    INTERRUPTED,
    JSON,
    JUDGING,
    LANG,
    LOOKING,
    OUT,
    SOAP,
    Group,
    options,
)
from readiness.texts import say

if TYPE_CHECKING:
    from readiness.report import Report
    from readiness.run import Looking


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mm-readiness")
def main() -> None:
    """See how ready a chain is for Mina meddelanden: look at it, judge it against 22 risks, write the report."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not know every letter; a report must not stop at one.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command()
@click.option("--defect", "defects", multiple=True, metavar="NAME", help="Build this defect in; may be given again.")
@click.option("--conforming", is_flag=True, help="No built-in defect.")
@click.option("--full", is_flag=True, help="Perform every fault scenario, which takes half a minute, not eight.")
@click.option("--list-defects", is_flag=True, help="List the built-in defects and stop.")
@options(OUT, FORCE, LANG, JSON, LOOKING)
def demo(
    defects: tuple[str, ...],
    conforming: bool,
    full: bool,
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
    folder = _run_folder(out, force=force)
    with running_chain(folder / "chain", chosen) as profile:
        names = say(lang, "command.defects_are", names=", ".join(chosen)) if chosen else say(lang, "command.conforming")
        click.echo(f"{names} {say(lang, 'command.demo_note')}", err=True)
        exercise = DemoExercise(plan, folder / "chain", scenarios=performed(chosen, full=full))
        _run(profile, folder, lang, limits, as_json=as_json, force=force, exercise=exercise)


@main.command()
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


@main.command()
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
    _run(profile, out, lang, limits, as_json=as_json, force=force, checklists=checklists, at=at, part=part or "")


@main.command()
@click.argument("profile", type=click.Path(path_type=Path))
@options(OUT, FORCE, LANG, LOOKING)
def observe(profile: Path, out: Path | None, force: bool, lang: str, **limits: Any) -> None:
    """Only look: leave a record, to be judged here or elsewhere."""
    from readiness.profile import load_profile, read_text
    from readiness.run import observe_profile

    chain = load_profile(profile, lang)
    folder = _run_folder(out, force=force)
    record = observe_profile(chain, read_text(profile, lang), folder / "record", _looking(lang, limits))
    click.echo(say(lang, "command.written", path=record.folder))
    if record.how_ended != "complete":
        _stopped(lang, folder)


@main.command()
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@options(LANG, JSON, JUDGING)
def judge(
    records: tuple[Path, ...], lang: str, as_json: bool, checklists: Path | None, at: datetime | None, part: str | None
) -> None:
    """Judge records, without looking again.

    Several are judged together; the first is the owner's own.
    """
    from readiness.run import read_and_judge

    report = read_and_judge(records, checklists, at, part or "")
    _show(report, lang, as_json=as_json)
    sys.exit(report.exit_code)


@main.command()
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["html", "json", "terminal"]),
    help="Which reports [default: html and json].",
)
@options(OUT, FORCE, LANG, JUDGING)
def report(
    records: tuple[Path, ...],
    formats: tuple[str, ...],
    out: Path | None,
    force: bool,
    lang: str,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
) -> None:
    """Write the reports of one or several records. "--out -" prints one format."""
    from readiness.output import run_folder, write_files
    from readiness.run import read_and_judge, utc_now

    judged = read_and_judge(records, checklists, at, part or "")
    texts = _texts(judged, lang, formats or ("html", "json"))
    if str(out) == "-":
        if len(texts) != 1:
            raise UsageError("--out - prints one report. Give one --format.")
        click.echo(next(iter(texts.values())), nl=False)
    else:
        folder = out or run_folder(None, utc_now(), force=force)
        write_files(folder, texts, force=force)
        for name in texts:
            click.echo(say(lang, "command.written", path=folder / name), err=True)
    sys.exit(judged.exit_code)


@main.command()
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
@options(SOAP, JSON, LANG, LOOKING)
def probe(name: str, target: str, as_json: bool, lang: str, **given: Any) -> None:
    """One probe (NAME) at one TARGET, without a profile.

    TARGET is host:port, or a file. The probes: server_certificate, tls_versions, soap_contract and soap_faults look at
    host:port, client_certificate at a certificate file; secure_delivery, message_signature and recipient_lookup at a
    file with a request.
    """
    from readiness import one_off

    limits = {name: given.pop(name) for name in ("deadline", "jobs", "jobs_per_host", "contract")}
    asked = one_off.Question(target, **given)
    observations = one_off.look(name, asked, _looking(lang, limits, quiet=True))
    click.echo(one_off.as_json(name, asked, observations) if as_json else one_off.as_text(lang, observations))
    sys.exit(0 if one_off.all_seen(observations) else 11)


@main.command()
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
    folder = _run_folder(out, force=force)

    served = Asked(scenarios=_ids(scenarios), **asked)
    if profile is not None:
        limits = {"deadline": 20.0, "jobs": 256, "jobs_per_host": 4, "contract": asked["contract"]}
        exercise = by_hand(served, folder, lang, _told)
        _run(profile, folder, lang, limits, as_json=False, force=force, exercise=exercise)
    record = serve_by_hand(served, folder, lang, _told)
    click.echo(say(lang, "stage.recorded", exchanges=len(record.exchanges), path=record.folder))


@main.command()
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
        acting = collecting(chain, earlier, Hearing(lang, _told), allow_command=allow_command)
        _run(profile, out, lang, limits, acting=acting, beside=(earlier,), seen_as=what_is_collected, **how)
    asked = Asked(_ids(scenarios), budget, beside, allow_command, limits["contract"])
    prepared = prepare(chain, asked, lang)
    if only_plan:
        click.echo(shown_plan(prepared))
        return
    hearing = Hearing(lang, _told, _line if sys.stderr.isatty() else None)
    _run(profile, out, lang, limits, acting=performing(prepared, hearing), beside=beside, **how)


@main.command()
@click.argument("rule_or_risk")
@options(LANG, CHECKLISTS)
def explain(rule_or_risk: str, lang: str, checklists: Path | None) -> None:
    """All about a rule (MM-TLS-01), check (12-7) or risk (M6)."""
    from readiness import explain as words
    from readiness.run import shipped_or

    click.echo(words.explain(lang, shipped_or(checklists), rule_or_risk))


@main.command()
@options(LANG)
def rules(lang: str) -> None:
    """List the rules: id, check, risks (* = must), state, title."""
    from readiness import explain as words
    from readiness.run import shipped_or

    click.echo(words.list_rules(lang, shipped_or(None)))


@main.command()
@options(LANG)
def risks(lang: str) -> None:
    """List the 22 risks with their level of 2014."""
    from readiness import explain as words
    from readiness.run import shipped_or

    click.echo(words.list_risks(lang, shipped_or(None)))


@main.command()
@options(LANG)
def facts(lang: str) -> None:
    """List the facts that rules can ask for."""
    import probes
    from readiness import explain as words

    click.echo(words.list_facts(lang, probes.facts()))


# -- What several commands do ------------------------------------------------------------------------------------------


def _run_folder(out: Path | None, *, force: bool) -> Path:
    from readiness.output import run_folder
    from readiness.run import utc_now

    return run_folder(out, utc_now(), force=force)


def _looking(lang: str, limits: dict[str, Any], *, quiet: bool = False) -> Looking:
    from readiness.probe import Limits
    from readiness.run import Looking

    return Looking(
        Limits(total=limits["jobs"], per_host=limits["jobs_per_host"], deadline=limits["deadline"]),
        contract=limits["contract"],
        progress=_progress(lang) if not quiet and sys.stderr.isatty() else None,
        prompt=(lambda name: str(click.prompt(name, hide_input=True, err=True))) if sys.stdin.isatty() else None,
    )


def _ids(said: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in said.split(","))))


def _told(text: str) -> None:
    click.echo(text, err=True)


def _line(text: str) -> None:
    """One line of progress, over the one before."""
    width = shutil.get_terminal_size().columns
    click.echo(f"\r{text[: width - 1]:{width - 1}}\r", nl=False, err=True)


def _progress(lang: str) -> Callable[[int, int, str], None]:
    def show(done: int, total: int, name: str) -> None:
        _line(f"{say(lang, 'command.looking')} {done}/{total} {name}" if done < total else "")

    return show


def _run(
    profile: Path, out: Path | None, lang: str, limits: dict[str, Any], *, as_json: bool, force: bool, **judging: Any
) -> None:
    """Look, judge, write and show; and exit as the report says. A wrong profile or checklist leaves no folder."""
    from readiness.output import write_files
    from readiness.profile import load_profile, read_text
    from readiness.record import read_record
    from readiness.run import judge_records, observe_profile, shipped_or

    checklist = shipped_or(judging.get("checklists"))
    chain = judging.get("seen_as", lambda whole: whole)(load_profile(profile, lang))
    others = [*judging.get("beside", ()), *(read_record(Path(other.path)) for other in chain.records)]
    folder = _run_folder(out, force=force)
    acting = judging.get("acting")
    exercise = acting(folder) if acting else judging.get("exercise")
    record = observe_profile(chain, read_text(profile, lang), folder / "record", _looking(lang, limits), exercise)
    judged = judge_records([record, *others], checklist, judging.get("at"), judging.get("part", ""))
    texts = _texts(judged, lang, ("html", "json"))
    write_files(folder, texts, force=force)
    _show(judged, lang, as_json=as_json)
    for name in texts:
        click.echo(say(lang, "command.written", path=folder / name), err=True)
    if judged.interrupted:
        _stopped(lang, folder)
    sys.exit(judged.exit_code)


def _stopped(lang: str, folder: Path) -> None:
    click.echo(say(lang, "command.stopped", path=folder), err=True)
    sys.exit(INTERRUPTED)


def _texts(judged: Report, lang: str, formats: tuple[str, ...]) -> dict[str, str]:
    """The text of each format, by file name."""
    from readiness.reports.data import data_report
    from readiness.reports.html import html_report
    from readiness.reports.terminal import terminal_report

    writers: dict[str, tuple[str, Callable[[], str]]] = {
        "html": ("report.html", lambda: html_report(judged, lang)),
        "json": ("data.json", lambda: data_report(judged)),
        "terminal": ("report.txt", lambda: terminal_report(judged, lang, 100, colour=False)),
    }
    return {name: write() for format_, (name, write) in writers.items() if format_ in formats}


def _show(judged: Report, lang: str, *, as_json: bool) -> None:
    from readiness.reports.data import data_report
    from readiness.reports.terminal import terminal_report

    if as_json:
        click.echo(data_report(judged), nl=False)
        return
    width = max(40, min(120, shutil.get_terminal_size((100, 24)).columns))
    click.echo(terminal_report(judged, lang, width, sys.stdout.isatty()), nl=False)
