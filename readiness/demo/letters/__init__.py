"""Which PDF files does the example kommun hand over? They lie here, and are copied.

Made by `python -m tests.demo.write_letters`: there is no time to set and sign letters while the demo runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from readiness.demo.plan import DocumentPlan

ANCHOR = "underskrift-ca.pem"


def write_letters(documents: Mapping[str, DocumentPlan], folder: Path) -> None:
    """What was sent, what was archived, and whom to trust with signatures, each in its folder."""
    letters = files(__package__)
    for id_, document in documents.items():
        for part, name in (("utskick", document.sent), ("arkiv", document.archived)):
            (folder / part / f"{id_}.pdf").write_bytes(letters.joinpath(f"{name}.pdf").read_bytes())
    (folder / "ca" / ANCHOR).write_bytes(letters.joinpath(ANCHOR).read_bytes())
