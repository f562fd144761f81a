"""Are a log's messages there only after another node says that they were created, and if not, by how much? Pure.

Creation is before everything else that is done with a message, whoever logs it and however late, so a record of another
node that is earlier tells of a clock: the two differ by so much at least. Of other events no order is certain: some
systems log what they do before it is done, and some afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from probes._log_scan import Scan
from readiness.model import Reason, Unseen, Value

NAMES = ("order_messages", "order_reversed", "order_lead")
CREATED = "created"
NO_ZONE = Unseen(Reason.NOT_UNDERSTOOD, "the zone of the times is not known, here or where the creation is told")


@dataclass(frozen=True, slots=True)
class Creations:
    """What a source tells of creations: the node it is on, when which message (by its number) was created, and whether
    it tells of some whose time is no moment."""

    node: str
    at: Mapping[int, datetime]
    timeless: bool = False


def creations_of(node: str, scan: Scan) -> Creations:
    """Those that a scanned source tells of."""
    told = {number: story for number, story in scan.stories.items() if CREATED in story.events}
    at = {number: story.told[CREATED] for number, story in told.items() if CREATED in story.told}
    return Creations(node, at, len(at) < len(told))


def read_order(scan: Scan, node: str, creations: Iterable[Creations]) -> dict[str, Value | Unseen]:
    """The facts of one source. Its own times may be written less closely than they are: a step is allowed for."""
    told = tuple(creations)
    if not told:
        why = Unseen(Reason.NOT_CONFIGURED, "the profile names no log that tells of creations (events)")
        return dict.fromkeys(NAMES, why)
    others = [one for one in told if one.node != node]
    created: dict[int, datetime] = {}
    for one in others:
        for number, at in one.at.items():
            created[number] = min(at, created.get(number, at))
    first = {number: story.first for number, story in scan.stories.items() if story.first}
    both = created.keys() & first.keys()
    if not both and others and scan.stories and (len(first) < len(scan.stories) or any(o.timeless for o in others)):
        return dict.fromkeys(NAMES, NO_ZONE)
    step = timedelta(microseconds=scan.resolution)
    leads = [created[number] - first[number] for number in both]
    early = [lead for lead in leads if lead >= step and lead > timedelta()]
    none = Unseen(Reason.NOT_EXERCISED, "no message stands here that another node's log tells the creation of")
    return {
        "order_messages": len(both),
        "order_reversed": len(early),
        "order_lead": max(early, default=timedelta()) if both else none,
    }
