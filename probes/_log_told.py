"""What does it come to, fact by fact, what a log source tells? Pure.

What was not found in a source that could not be read whole is not known to be missing. Left out: reading (`_log_scan`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from probes._log_canaries import EVENTS, Fault, Sought
from probes._log_scan import Scan, Story
from probes._log_times import DECLARED, NONE, STATED, UTC_BY_FORMAT
from probes._log_words import ALL
from readiness.model import Reason, Table, Target, Unseen, Value

Values = dict[str, Value | Unseen]
NEAR = timedelta(seconds=10)
"""How close to a fault an error is logged that shows no CallId."""
FEW_PERCENT = 1
"""So many percent of the times may be written otherwise than the rest: what a program prints beside its log."""
MAXIMAL_ROWS = 500
COLUMNS = ("message", "records", "first", "last", "events")
NOTHING = Unseen(Reason.NOT_EXERCISED, "no message went through a stage in this run, and trace_ids lists none")
NO_ZONE = Unseen(Reason.NOT_UNDERSTOOD, "the zone of its times is not known, or the hour stands twice in it")
UNSTAGED = Unseen(Reason.NOT_EXERCISED, "nothing was sent to a stage in this run")


def read_scan(scan: Scan, sought: Sought, target: Target, problem: Unseen | None) -> tuple[Values, str]:
    """Every fact, and in words which fields are lacking. `problem`: why the source could not be read whole, if so."""
    values: Values = {"records": scan.records, **_times(scan)}
    if not sought.canaries:
        values |= dict.fromkeys(("messages", "messages_missing", "events_missing", "messages_seen"), NOTHING)
        values |= dict.fromkeys(("message_records", "complete_percent"), NOTHING)
    else:
        values |= {**_messages(scan, sought, target, problem), **_fields(scan)}
    return values | _errors(scan, sought, problem) | {"clock_difference": _difference(scan, sought)}, _lacking(scan)


def _times(scan: Scan) -> Values:
    timed = sum(scan.zones.values())
    if not timed:
        none = Unseen(
            Reason.NOT_UNDERSTOOD, "no record has a time that is recognised; time_format can say how it looks"
        )
        return {"time_zone": none, "resolution": none}
    few = timed * FEW_PERCENT // 100
    zone = next((zone for zone in (NONE, DECLARED, STATED) if scan.zones[zone] > few), UTC_BY_FORMAT)
    return {"time_zone": zone, "resolution": timedelta(microseconds=scan.resolution)}


def _messages(scan: Scan, sought: Sought, target: Target, problem: Unseen | None) -> Values:
    missing = len(sought.canaries) - len(scan.stories)
    asked = {event for event in EVENTS if target.says(f"tells_{event}")}
    lacking: Value | Unseen = Unseen(Reason.NOT_CONFIGURED, "the profile does not say which events the source holds")
    if asked:
        absent = {
            event
            for number, canary in enumerate(sought.canaries)
            for event in (asked & canary.events) - scan.stories.get(number, Story()).events
        }
        lacking = tuple(sorted(absent)) if not absent or not problem else problem
    return {
        "messages": len(sought.canaries),
        "messages_missing": _lost(missing, problem),
        "events_missing": lacking,
        "messages_seen": Table(COLUMNS, tuple(_rows(scan, sought))),
    }


def _rows(scan: Scan, sought: Sought) -> Iterator[tuple[str, ...]]:
    for number in sorted(scan.stories)[:MAXIMAL_ROWS]:
        story = scan.stories[number]
        first, last = (at.isoformat(timespec="milliseconds") if at else "" for at in (story.first, story.last))
        events = ", ".join(event for event in EVENTS if event in story.events)
        yield sought.canaries[number].id, str(story.records), first, last, events


def _fields(scan: Scan) -> Values:
    percent: int | Unseen = scan.complete * 100 // scan.about if scan.about else 0
    return {"message_records": scan.about, "complete_percent": percent}


def _lacking(scan: Scan) -> str:
    lacking = [f"{name} in {scan.about - scan.told[name]}" for name in ALL if scan.told[name] < scan.about]
    return f"of {scan.about} records lacking: {', '.join(lacking)}" if lacking else ""


def _errors(scan: Scan, sought: Sought, problem: Unseen | None) -> Values:
    names = ("faults", "codes_lost", "call_ids_lost", "failures", "failures_untold", "causes_lost")
    if not any(canary.staged for canary in sought.canaries) and not sought.faults:
        return dict.fromkeys((*names, "refusals", "refusals_untold"), UNSTAGED)
    failures = [number for number, canary in enumerate(sought.canaries) if canary.failed]
    stories = [scan.stories.get(number, Story()) for number in failures]
    told = [story for story in stories if "error" in story.events]
    unnamed = sum(bool(fault.call_id) and fault.call_id not in scan.named for fault in sought.faults)
    return {
        "faults": len(sought.faults),
        "codes_lost": _lost(sum(not _code_told(scan, fault) for fault in sought.faults), problem),
        "call_ids_lost": _lost(unnamed, problem),
        "failures": len(failures),
        "failures_untold": _lost(len(failures) - len(told), problem),
        "causes_lost": _lost(sum(not story.cause for story in told), problem),
        "refusals": len(sought.refusals),
        "refusals_untold": _untold(scan, sought, problem),
    }


def _untold(scan: Scan, sought: Sought, problem: Unseen | None) -> int | Unseen:
    """Refusals are known by their time, so a log whose times are no moments leaves them open."""
    untold = len(sought.refusals) - len(scan.refused)
    if untold and (scan.unplaced or (scan.zones and scan.zones[NONE] == sum(scan.zones.values()))):
        return NO_ZONE
    return _lost(untold, problem)


def _code_told(scan: Scan, fault: Fault) -> bool:
    """Beside the CallId, in a record about the message, or, of a look-up, in an error at about that time."""
    if fault.code in scan.codes.get(fault.call_id, ()):
        return True
    if fault.canary is not None:
        return fault.code in scan.stories.get(fault.canary, Story()).codes
    return any(fault.code in codes and (at is None or abs(at - fault.at) <= NEAR) for at, codes in scan.faults)


def _difference(scan: Scan, sought: Sought) -> Value | Unseen:
    """How far its clock is from the stage's: an id stands in a log only after it was given out, and where it arrives
    soon after. So the earliest of them tells best; how late the others come is no clock's doing."""
    if not sought.given_out:
        return UNSTAGED
    found = [(at, sought.given_out[id_]) for id_, at in scan.named.items() if id_ in sought.given_out]
    if not found:
        return Unseen(Reason.NOT_EXERCISED, "no id that the stage gave out stands in this log")
    differences = [at - given for at, given in found if at is not None]
    if not differences:
        return NO_ZONE
    return abs(min(differences))


def _lost(count: int, problem: Unseen | None) -> int | Unseen:
    return problem if count and problem else count
