"""How do logs lack what they should have? The known faults of logs, by name (C section 12), one row at a time.

Each takes a row as it would be written and gives the one that is, or None where the faulty system writes nothing. Left
out: what a sound row has (`log`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

Row = dict[str, str | int | float]
Bend = Callable[[Row], Row | None]
MEDIATOR, INTEGRATION = "formedlare", "integration"
UNCHAINED, ALTERED = "log-no-chain", "log-altered"
BEHIND = timedelta(minutes=2)
IDS = ("correlation_id", "message_id", "receipt", "call_id")


def bent(row: Row, quirks: Iterable[str]) -> Row | None:
    """The row with those of the quirks that concern logs."""
    found: Row | None = row
    for name in quirks:
        if found is not None and name in QUIRKS:
            found = QUIRKS[name](found)
    return found


def chained(row: Row, before: str, quirks: Iterable[str]) -> str:
    """The row as a line that carries the SHA-256 of the line before."""
    if UNCHAINED in quirks:
        return json.dumps(row, ensure_ascii=False)
    if ALTERED in quirks and row["event"] == "ended":
        before = before.replace("2", "3", 1)  # as if somebody had altered the line before
    previous = sha256(before.encode("utf-8")).hexdigest() if before else ""
    return json.dumps({**row, "previous": previous}, ensure_ascii=False)


def _without(*names: str) -> Bend:
    return lambda row: {name: value for name, value in row.items() if name not in names}


def _not(condition: Callable[[Row], bool]) -> Bend:
    return lambda row: None if condition(row) else row


def _of(node: str, bend: Bend) -> Bend:
    return lambda row: bend(row) if row["node"] == node else row


def _timed(write: Callable[[datetime], str]) -> Bend:
    return lambda row: {**row, "time": write(datetime.fromisoformat(str(row["time"])))}


def _text_only(row: Row) -> Row:
    """As a client does that keeps a fault's text and nothing else of it (S4)."""
    kept = {name: value for name, value in row.items() if name not in {"fault_code", "call_id"}}
    if "fault_code" not in row:
        return kept
    kept.pop("receipt", None)
    return kept | {name: "the operator refused the request" for name in ("why", "problem") if name in row}


def _speaks_of_tls(row: Row) -> bool:
    return "SSL" in f"{row.get('why', '')}{row.get('problem', '')}"


QUIRKS: Mapping[str, Bend] = {
    "log-fault-text-only": _text_only,
    "log-without-cause": lambda row: row if "fault_code" in row else _without("why", "problem")(row),
    "log-no-exceptions": _of(MEDIATOR, _not(lambda row: row["level"] != "INFO")),
    "log-no-refused-certificate": _not(_speaks_of_tls),
    "log-no-signing": _not(lambda row: row["event"] == "signed"),
    "log-nothing": _of(INTEGRATION, lambda _: None),
    "log-without-ids": _of(MEDIATOR, _without(*IDS)),
    "log-without-correlation": _without("correlation_id"),
    "log-local-time": _timed(lambda time: f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03}"),
    "log-whole-minutes": _timed(lambda time: time.isoformat(timespec="minutes")),
    "log-mediator-behind": _of(MEDIATOR, _timed(lambda time: (time - BEHIND).isoformat(timespec="milliseconds"))),
    "log-clock-behind": _timed(lambda time: (time - BEHIND).isoformat(timespec="milliseconds")),
}
