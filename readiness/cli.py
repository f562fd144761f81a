"""The command line: parse, call one function a command, print, exit. It decides nothing.

Exit codes: 0 every graded risk passes, 10 something violated, 11 not violated but not shown, 2 usage, profile or
checklist wrong, 1 the tool crashed, 130 interrupted with the record kept. `probe`: 0 all facts seen, 11 some unseen.
`verify`: 0 the dossier holds, 12 it does not, or that cannot be confirmed. `compare`: 0 nothing is worse, 13 something
is.
"""

from __future__ import annotations

import sys

import click

from readiness import __version__
from readiness.commands import attesting, comparing, handing_over, judging, looking, reading, staging
from readiness.options import Group


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mm-readiness")
def main() -> None:
    """See how ready a chain is for Mina meddelanden: look at it, judge it against 22 risks, write the report."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not know every letter; a report must not stop at one.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for command in (
    looking.demo,
    looking.init,
    looking.run,
    looking.observe,
    looking.probe,
    attesting.attest,
    staging.stage,
    staging.exercise,
    judging.judge,
    judging.report,
    handing_over.seal,
    handing_over.declare,
    handing_over.verify,
    comparing.compare,
    comparing.history,
    reading.explain,
    reading.rules,
    reading.risks,
    reading.facts,
):
    main.add_command(command)
