"""Small runs on disk, written without looking at anything: what the tests of comparing and of history set side by side.

One node, two rules about it: who answers for integrity, and for confidentiality (which counts for 30 days).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from readiness.model import Observation, Reason, Strength, Unseen, Value
from readiness.profile import to_json, whole_profile
from readiness.record_writing import Writer
from tests.conftest import NOON
from tests.profiles import SOUND

RULE = """
[[rule]]
id = "{id}"
title.sv = "Regeln {id}"
title.en = "The rule {id}"
risks = {{ "13" = "must" }}
basis = "proposal"
source = "test"
confidence = "read"
target = "node"
fact = "node.{fact}_parties"
expect.equals = {equals}
{more}
remedy.sv = "Åtgärda."
remedy.en = "Mend."
passes = [{equals}]
fails = [9]
"""
INTEGRITY, SECRECY = "MM-RUN-01", "MM-RUN-02"
LATER = NOON + timedelta(days=40)


def rules(folder: Path, integrity: int = 1, *, secrecy: bool = True) -> Path:
    """A folder with the two rules, or the first alone; so many parties have to answer for integrity."""
    text = RULE.format(id=INTEGRITY, fact="integrity", equals=integrity, more="")
    if secrecy:
        text += RULE.format(id=SECRECY, fact="confidentiality", equals=1, more="valid_days = 30")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "runs.toml").write_text(text, encoding="utf-8")
    return folder


def run(
    folder: Path,
    at: datetime = NOON,
    *,
    integrity: Value | None = 1,
    secrecy: Value | None = 1,
    complete: bool = True,
    profile: str = SOUND,
    tool: str = "mm-readiness",
) -> Path:
    """A run's folder: how many parties answer for what in each node, at that time; None: that could not be seen."""
    whole = whole_profile(profile, "kedja.toml")
    start = {"profile": to_json(whole.data), "profile_digest": whole.digest, "profile_source": "kedja.toml"}
    with Writer(folder / "record", {**start, "tool": [[tool, "0.1"]]}, at) as writer:
        for node, version in (("arende", "5.2"), ("formedlare", "")):
            writer.tell(_seen(node, "node.declarations_read", 1, at, version))
            for fact, value in (("integrity", integrity), ("confidentiality", secrecy)):
                writer.tell(_seen(node, f"node.{fact}_parties", value, at, version))
        writer.finish(at, complete=complete)
    return folder


def _seen(node: str, fact: str, value: Value | None, at: datetime, version: str) -> Observation:
    seen = Unseen(Reason.NOT_CONFIGURED, "not said") if value is None else value
    return Observation(
        "responsibilities", node, fact, at, seen, Strength.FILE, party="kommunen", environment="test", version=version
    )
