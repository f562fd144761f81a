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


class Shaped(click.ParamType[str]):
    """A text as in a profile (a function of `profile.shapes`, by its name), or nothing."""

    def __init__(self, shape: str, name: str, cure: str) -> None:
        self.shape, self.name, self.cure = shape, name, cure

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text in its one form."""
        from readiness.profile import shapes

        try:
            found: str = getattr(shapes, self.shape)(value) if value else ""
        except shapes.Wrong:
            self.fail(f"{shapes.shown(value)!r} {self.cure}", param, ctx)
        return found


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
WEB_PATH = Shaped("web_path", "path", "is no path on a web server; write for instance /Service/v3")
SOAP = options(
    click.option("--path", type=WEB_PATH, default="", help="Path of a SOAP service [default: /]."),
    click.option(
        "--soap",
        type=click.Choice(["recipient", "service", "message", "authority"]),
        callback=lambda _, __, value: value or "",
        help="Which service of Mina meddelanden it should be.",
    ),
    click.option(
        "--wsdl-path", type=WEB_PATH, default="", help="Where it shows its WSDL [default: its path and ?wsdl]."
    ),
)
LOG = options(
    click.option(
        "--format",
        type=click.Choice(["text", "json-lines", "csv", "syslog", "w3c", "journal", "journal-export", "evtx"]),
        callback=lambda _, __, value: value or "",
        help="What a log is written in [default: told by its first lines].",
    ),
    click.option(
        "--encoding",
        type=click.Choice(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]),
        callback=lambda _, __, value: value or "",
        help="Its encoding [default: told by its first bytes].",
    ),
    click.option("--time-format", default="", help="How its times look, as for strptime [default: recognised]."),
    click.option(
        "--time-zone",
        type=Shaped("time_zone", "zone", "is no time zone; write for instance Europe/Stockholm, UTC or +01:00"),
        default="",
        help="The zone of its times, where they name none.",
    ),
    click.option(
        "--trace-id",
        "trace_ids",
        multiple=True,
        type=Shaped("trace_id", "id", "is no id of a message; write 6 to 128 characters without spaces"),
        help="A message to follow through it, for log_traceability; may be given again.",
    ),
    click.option(
        "--hash-field",
        type=Shaped("field_name", "name", "is no name of a field; write letters, digits, point, hyphen, underscore"),
        default="",
        help="Its field with the hash of the line before, for log_custody.",
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
