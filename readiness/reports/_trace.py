"""Where can a message be followed? Log by log along the chain: which messages are there, and what of them is told.

Left out: markup, and why something is missing (the findings on each log say so).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from readiness.model import Table, Target, TargetKind, Unseen, Value
from readiness.report import Report
from readiness.reports._latest import latest
from readiness.reports._names import target_text
from readiness.reports._words import unseen_text, value_text
from readiness.texts import say, texts

SEEN = "trace.messages_seen"
MOST_MESSAGES = 30
TOLD = ("messages", "messages_missing", "events_missing", "failures_untold", "codes_lost", "clock_difference")


@dataclass(frozen=True, slots=True)
class Log:
    """One log source at its node; what was seen in it as (what, value) pairs in words; `unseen` why it was not read."""

    node: str
    name: str
    facts: tuple[tuple[str, str], ...]
    unseen: str


@dataclass(frozen=True, slots=True)
class Mention:
    """What one log has of one message. Without `records` it has nothing; `period` and `events` may be empty."""

    records: str
    period: str
    events: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Logs in the order of the chain; each message with what each log that was read has of it; how many more there are.

    `read` are the names of the logs that were read, which the mentions follow. `nowhere`: how many messages no log has.
    """

    logs: tuple[Log, ...]
    read: tuple[str, ...]
    messages: tuple[tuple[str, tuple[Mention, ...]], ...]
    more: int
    nowhere: int


def trace(report: Report, lang: str) -> Trace:
    """Everything that is shown of how messages can be followed; without log sources it is empty."""
    order = {node.id: number for number, node in enumerate(report.profile.nodes)}
    targets = sorted(report.targets(TargetKind.LOG_SOURCE), key=lambda t: order.get(t.node, len(order)))
    known = latest(report, ("trace.",))
    tables = {t.id: table for t in targets if isinstance(table := known.get((t.id, SEEN)), Table)}
    found = {id_: {row[0]: row for row in table.rows} for id_, table in tables.items()}
    messages = sorted({message for rows in found.values() for message in rows}, key=lambda m: _incomplete(m, found))
    looked_for = [value for t in targets if isinstance(value := known.get((t.id, "trace.messages")), int)]
    return Trace(
        logs=tuple(_log(report, lang, target, known) for target in targets),
        read=tuple(target_text(lang, report, id_) for id_ in found),
        messages=tuple(
            (m, tuple(_mention(lang, rows.get(m)) for rows in found.values())) for m in messages[:MOST_MESSAGES]
        ),
        more=max(0, len(messages) - MOST_MESSAGES),
        nowhere=max(0, max(looked_for, default=0) - len(messages)) if found else 0,
    )


def _incomplete(message: str, found: Mapping[str, Mapping[str, tuple[str, ...]]]) -> tuple[int, str]:
    """Those that the fewest logs have come first."""
    return sum(message in rows for rows in found.values()), message


def _log(report: Report, lang: str, target: Target, known: Mapping[tuple[str, str], Value | Unseen]) -> Log:
    node = next((node.name for node in report.profile.nodes if node.id == target.node), target.node)
    values = [(name, known.get((target.id, f"trace.{name}"))) for name in TOLD]
    seen = tuple(
        (say(lang, f"trace.{name}"), _in_words(lang, name, value))
        for name, value in values
        if value is not None and not isinstance(value, Unseen)
    )
    why = next((unseen_text(lang, value) for _, value in values if isinstance(value, Unseen)), "")
    return Log(
        node, target_text(lang, report, target.id), seen, "" if seen else why or say(lang, "trace.not_looked_at")
    )


def _in_words(lang: str, name: str, value: Value) -> str:
    if name == "events_missing" and isinstance(value, tuple) and value:
        return ", ".join(texts(lang).get(f"trace_event.{event}", event) for event in value)
    return value_text(lang, value)


def _mention(lang: str, row: tuple[str, ...] | None) -> Mention:
    if row is None or len(row) < 5:
        return Mention("", "", "")
    _, records, first, last, events = row[:5]
    period = first if first == last else " – ".join(filter(None, (first, last)))
    told = [texts(lang).get(f"trace_event.{event}", event) for event in events.split(", ") if event]
    return Mention(records, period, ", ".join(told))
