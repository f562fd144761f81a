"""What do the example's logs have of earlier weeks? Rotated files in which the system only started and ended.

Left out: what the processes log today (`sending.log`).
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from readiness.demo.plan import LogPlan
from readiness.demo.sending.log_quirks import Row, chained

WEEK = timedelta(days=7)


def write_rotated(log: LogPlan, folder: Path, now: datetime) -> None:
    """The rotated files of one process, numbered from the newest, each as old as it says; and their list of hashes."""
    for number, weeks in log.weeks.items():
        at = now - weeks * WEEK
        lines = [""]
        for minute, event in enumerate(("started", "ended")):
            time = (at + timedelta(minutes=minute)).isoformat(timespec="milliseconds")
            base: Row = {"time": time, "level": "INFO", "node": log.node, "user": f"svc-{log.node}"}
            if log.foreign and event == "ended":
                foreign: Row = {**base, "event": "sending", "result": "ok", "correlation_id": f"annan-kund-{number:04}"}
                lines.append(chained(foreign, lines[-1], ()))
            lines.append(chained({**base, "event": event, "result": "ok"}, lines[-1], ()))
        path = folder / f"{log.node}.log.{number}"
        path.touch(mode=log.mode)
        path.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8", newline="\n")
        path.chmod(log.mode)
        os.utime(path, (at.timestamp(), at.timestamp()))
    write_hashes(log, folder)


def write_hashes(log: LogPlan, folder: Path) -> None:
    """The list of hashes of a delivered log's files, as sha256sum writes it; of the kommun's own log none."""
    files = sorted(folder.glob(f"{log.node}.log*"))[log.unlisted :] if log.ordered else []
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    if lines:
        (folder / f"{log.node}.sha256").write_text("".join(lines), encoding="utf-8", newline="\n")
