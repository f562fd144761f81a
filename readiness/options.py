"""What can be said to a command, and what becomes of mistakes: options shared by commands, and the group they are in.

Left out: what the commands do (`cli`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from readiness.errors import ReadinessError
from readiness.texts import LANGUAGES

INTERRUPTED = 130
Command = TypeVar("Command", bound=Callable[..., Any])


class Group(click.Group):
    """Turns what a user did wrong into a message and exit code 2, and a stop into 130."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ReadinessError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


class Moment(click.ParamType[datetime]):
    """A date or a time; without a zone it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, with a time zone."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date or time; write 2026-11-30 or 2026-11-30T12:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class WebPath(click.ParamType[str]):
    """What stands after host and port in a web address, as in a profile; or nothing."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The path."""
        from readiness.profile.shapes import Wrong, web_path

        try:
            return web_path(value) if value else ""
        except Wrong:
            self.fail(f"{value!r} is no path on a web server; write for instance /Service/v3", param, ctx)


def options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


LANG = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="sv",
    show_default=True,
    help="Language of what is shown or written.",
)
OUT = click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write to [default: mm-readiness-<date>-<n>]."
)
FORCE = click.option("--force", is_flag=True, help="Write over what is already there.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
CHECKLISTS = click.option(
    "--checklists", type=click.Path(path_type=Path), help="Folder of rule files to judge with [default: those shipped]."
)
ANCHORS = click.option(
    "--anchor",
    "anchors",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Certificate of an issuer whose signatures on dossiers you trust; may be given again.",
)
JUDGING = options(
    CHECKLISTS,
    click.option("--at", type=Moment(), help="Time of judging [default: the end of the newest record]."),
    click.option("--part", type=click.Choice(["seen"]), default=None, help="Judge that part alone."),
)
CONTRACT = click.option(
    "--contract", type=click.Path(path_type=Path), help="Folder of WSDL and XSD files to hold to [default: our own]."
)
SOAP = options(
    click.option("--path", type=WebPath(), default="", help="Path of a SOAP service [default: /]."),
    click.option(
        "--soap",
        type=click.Choice(["recipient", "service", "message", "authority"]),
        callback=lambda _, __, value: value or "",
        help="Which service of Mina meddelanden it should be.",
    ),
    click.option(
        "--wsdl-path", type=WebPath(), default="", help="Where it shows its WSDL [default: its path and ?wsdl]."
    ),
)
LOOKING = options(
    CONTRACT,
    click.option(
        "--deadline",
        type=click.FloatRange(0.1, 3600),
        default=20.0,
        show_default=True,
        help="Seconds for one probe on one target.",
    ),
    click.option("--jobs", type=click.IntRange(1, 1024), default=256, show_default=True, help="Jobs at a time in all."),
    click.option(
        "--jobs-per-host", type=click.IntRange(1, 64), default=4, show_default=True, help="Jobs at a time per host."
    ),
    click.option(
        "--scan-connections",
        type=click.IntRange(1, 2000),
        default=200,
        show_default=True,
        help="Connections to one endpoint to ask about TLS, at most; what is not asked by then stays open.",
    ),
    click.option(
        "--scan-at-a-time",
        type=click.IntRange(1, 16),
        default=4,
        show_default=True,
        help="Of those, how many at a time.",
    ),
    click.option(
        "--scan-pause",
        type=click.FloatRange(0, 10),
        default=0.0,
        show_default=True,
        help="Seconds between the starts of two of them.",
    ),
)
