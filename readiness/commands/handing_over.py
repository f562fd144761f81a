"""Commands that hand a run over, and take one in: seal, declare, verify."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from readiness.commands import _doing as doing
from readiness.errors import UsageError
from readiness.options import ANCHORS, CHECKLISTS, FORCE, JSON, JUDGING, LANG, Moment, options
from readiness.texts import say

if TYPE_CHECKING:
    from readiness.dossier.signature import Signer

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("run", type=FILE)
@click.argument("others", nargs=-1, type=FILE)
@click.option("--key", type=FILE, help="The key that signs: a PEM or DER file.")
@click.option("--certificate", type=FILE, help="Its certificate and issuers, where they are in a file of their own.")
@click.option("--pkcs12", type=FILE, help="A PKCS#12 file with key and certificate.")
@click.option(
    "--pkcs11", default="", metavar="URI", help="A key in a token: pkcs11:token=...;object=...?module-path=..."
)
@click.option("--password-env", default="", help="Environment variable with the password or PIN [default: asked for].")
@click.option("--tsa", default="", metavar="URL", help="Have the signature time-stamped there (RFC 3161).")
@click.option("--out", type=FILE, help="File to write [default: the run's name and .zip].")
@options(FORCE, LANG, JUDGING)
def seal(
    run: Path,
    others: tuple[Path, ...],
    key: Path | None,
    certificate: Path | None,
    pkcs12: Path | None,
    pkcs11: str,
    password_env: str,
    tsa: str,
    out: Path | None,
    force: bool,
    lang: str,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
) -> None:
    """Make a run a dossier: one signed file to hand over.

    It is judged again, with the records and dossiers of OTHERS [default: those that its profile names].
    """
    from readiness.dossier.sealing import Asked
    from readiness.dossier.sealing import seal as write
    from readiness.dossier.trust import name_of
    from readiness.run import utc_now

    if not run.is_dir():
        raise UsageError(say(lang, "seal.sealed_already", path=run))
    name = run.resolve().parent.name if run.resolve().name == "record" else run.resolve().name
    out = out or Path(f"{name}.zip")
    if out.exists() and not force:
        raise UsageError(say(lang, "seal.exists", path=out))
    asked = Asked(run, others, checklists, at, part or "", tsa)
    with _signer(key, certificate, pkcs12, pkcs11, _asking(password_env), lang) as signer:
        report = write(asked, signer, out, utc_now(), lang)
        size = f"{out.stat().st_size / 1e6:.1f}"
        click.echo(say(lang, "seal.written", path=out, megabytes=size, name=name_of(signer.certificate)))
    judged = {"checklist": report.checklist.digest, "at": f"{report.judged_at:%Y-%m-%d %H:%M:%S %Z}"}
    click.echo(say(lang, "seal.judged", **judged, code=report.exit_code))
    if report.interrupted:
        click.echo(say(lang, "seal.was_interrupted"))


@click.command()
@click.argument("run", type=FILE)
@click.option("--format", "kind", type=click.Choice(["html", "pdf"]), default="html", show_default=True)
@click.option("--out", type=FILE, help="File to write [default: egendeklaration.html or .pdf]; - prints it.")
@options(ANCHORS, FORCE, LANG, JUDGING)
def declare(
    run: Path,
    kind: str,
    out: Path | None,
    anchors: tuple[Path, ...],
    force: bool,
    lang: str,
    checklists: Path | None,
    at: datetime | None,
    part: str | None,
) -> None:
    """Write a vendor's self-declaration (Leverantörens egendeklaration).

    RUN is a vendor's record, the folder of its run, or its dossier. The fields for signatures and decisions stay empty.
    """
    from readiness.dossier.signature import read_anchors
    from readiness.reports.declaration import FORMATS
    from readiness.run import read_and_judge
    from readiness.whole_file import replacing

    out = out or Path(f"egendeklaration.{kind}")
    printed = str(out) == "-"
    if not printed and out.exists() and not force:
        raise UsageError(say(lang, "seal.exists", path=out))
    report = read_and_judge([run], checklists, at, part or "", read_anchors(anchors, lang))
    if report.profile.subject.kind != "vendor":
        raise UsageError(say(lang, "declaration.not_vendor", path=run))
    page = FORMATS[kind](report, lang)
    if printed:
        click.echo(page, nl=False)
    else:
        with doing.writable(out), replacing(out) as file:
            file.write(page)
        doing.told(say(lang, "command.written", path=out))
    sys.exit(report.exit_code)


@click.command()
@click.argument("dossier", type=FILE)
@ANCHORS
@click.option("--at", type=Moment(), help="Time to ask certificates about [default: the time-stamp's or the signer's].")
@options(CHECKLISTS, JSON, LANG)
def verify(
    dossier: Path, anchors: tuple[Path, ...], at: datetime | None, checklists: Path | None, as_json: bool, lang: str
) -> None:
    """See whether a dossier holds: intact, by whom, judged again.

    No network, nothing run, nothing written. --checklists judges with rules of your own beside those inside.
    """
    from readiness.dossier import verifying
    from readiness.dossier.signature import read_anchors

    try:
        lines = verifying.verify(dossier, read_anchors(anchors, lang), at, checklists)
    except OSError as error:
        raise UsageError(say(lang, "seal.not_read", path=dossier, why=error.strerror or "")) from error
    holds = verifying.holds(lines)
    if as_json:
        rows = [{"id": line.key, "state": line.state.value, "text": line.text(lang)} for line in lines]
        click.echo(json.dumps({"holds": holds, "lines": rows}, indent=1, ensure_ascii=True))
    else:
        for line in lines:
            click.echo(f"[{say(lang, f'verify_state.{line.state}')}] {line.text(lang)}")
        click.echo(say(lang, "verify.holds" if holds else "verify.fails"))
    sys.exit(0 if holds else 12)


@contextmanager
def _signer(
    key: Path | None,
    certificate: Path | None,
    pkcs12: Path | None,
    pkcs11: str,
    ask: Callable[[str], str | None],
    lang: str,
) -> Iterator[Signer]:
    from readiness.dossier.signature import read_certificates, signer_of_files, signer_of_pkcs12
    from readiness.dossier.token import token_signer

    if sum(map(bool, (key, pkcs12, pkcs11))) != 1:
        raise UsageError(say(lang, "seal.one_key"))
    if pkcs12 and certificate:
        raise UsageError(say(lang, "seal.certificate_of_pkcs12"))
    if pkcs11:
        with token_signer(pkcs11, read_certificates(certificate, lang) if certificate else (), ask, lang) as signer:
            yield signer
    else:
        yield signer_of_files(key, certificate, ask, lang) if key else signer_of_pkcs12(pkcs12 or Path(), ask, lang)


def _asking(variable: str) -> Callable[[str], str | None]:
    """How a password is come by: out of the environment, or from whoever sits at the terminal."""

    def ask(name: str) -> str | None:
        if variable:
            return os.environ.get(variable)
        return str(click.prompt(name, hide_input=True, err=True)) if sys.stdin.isatty() else None

    return ask
