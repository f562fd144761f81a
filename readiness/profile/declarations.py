"""What else does a profile declare: permits, absences, deviations, records of others, and the kommun's own risk levels?

A malformed deviation is kept and says why: it was somebody's decision, and must be seen to have no effect. Every other
mistake is a fault. Left out: whether a permit covers an address (`permits`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from readiness.chain import Absence, Deviation, OtherRecord, Permit, RiskLevel
from readiness.model import INDISPENSABLE, RECORDED, Target, TargetKind
from readiness.page_purposes import CONFIRMATION
from readiness.probe import Effect
from readiness.profile.faults import Faults
from readiness.profile.sent_documents import APPEAL, SIGNATURE
from readiness.profile.shapes import check, permit_address, risk, sha256, shown
from readiness.profile.statements import ANSWERS
from readiness.profile.targets import INTERFACES, MUTUAL_TLS, ROLES, Ids, Known
from readiness.profile.values import NOWHEN, Section, start_of
from readiness.register_purposes import COUNTERPARTS, PURPOSES

EFFECTS = (str(Effect.READS), str(Effect.SCANS), str(Effect.SENDS))
"""What may be permitted. `disturbs` is for the machine that the tool itself runs on."""
LIKELIHOODS = ("mycket_lag", "lag", "hog", "mycket_hog")
CONSEQUENCES = ("forsumbar", *LIKELIHOODS)
DEVIATION_KEYS = ("rule", "target", "reason", "owner", "approved_by", "expires")


def read_permits(root: Section, known: Known) -> tuple[Permit, ...]:
    """The permits. One that the subject's own party gives needs no document; any other cites one."""
    found = []
    for section in root.tables("permit"):
        owner = section.word("owner", known.party_ids, required=True, code="unknown_party")
        start, end = section.moment("start", required=True), section.moment("end", required=True, last=True)
        if start and end and end < start:
            section.wrong("end", "end_before_start", start="start")
        permit = Permit(
            owner=owner,
            addresses=section.texts("addresses", permit_address, required=True),
            effects=section.words("effects", EFFECTS, required=True),
            start=start or start_of(NOWHEN),
            end=end or start_of(NOWHEN),
            document=section.text("document"),
            sha256=section.shaped("sha256", sha256),
        )
        missing = [key for key in ("document", "sha256") if not section.data.get(key)]
        if owner and owner != known.subject.party and missing:
            section.wrong(missing[0], "permit_document", missing=", ".join(missing))
        section.done()
        found.append(permit)
    return tuple(found)


def read_absences(root: Section, targets: tuple[Target, ...], faults: Faults) -> tuple[Absence, ...]:
    """What the chain has none of. What it cannot be without is never absent, only held by another party."""
    ids = Ids(faults)
    found = []
    for place, section in enumerate(root.tables("absent"), 1):
        what = _absent_kind(section)
        where = _where(section, what)
        declared_on = section.day("decided_on", required=True)
        absence = Absence(
            id=ids.take(section, default=f"absent-{place}"),
            what=what,
            where=where,
            why=section.text("why", required=True, prose=True),
            decided_by=section.text("decided_by", required=True),
            decided_on=declared_on or NOWHEN,
        )
        there = [t.id for t in targets if t.kind is what and all(t.says(key) == value for key, value in where)]
        if there and what in ABSENT_WHERE:
            section.wrong("what", "absent_contradicted", there=", ".join(there[:3]))
        section.done()
        found.append(absence)
    return tuple(found)


def read_deviations(root: Section) -> tuple[Deviation, ...]:
    """The accepted deviations. Whatever is wrong with one stands in its `malformed`."""
    rows = root.raw("deviation", [])
    if isinstance(rows, list):
        return tuple(_deviation(row, root.faults) for row in rows)
    return (_deviation(rows, root.faults, alone=True),)


def read_records(root: Section, known: Known, targets: tuple[Target, ...]) -> tuple[OtherRecord, ...]:
    """The records that others made, each with what it covers: ids of targets, or kinds of them."""
    covered = [str(kind) for kind in TargetKind if kind not in RECORDED] + [target.id for target in targets]
    found = []
    for section in root.tables("record"):
        found.append(
            OtherRecord(
                path=known.path(section.text("path", required=True)),
                party=section.word("party", known.party_ids, required=True, code="unknown_party"),
                covers=section.words("covers", covered, required=True, code="unknown_cover"),
            )
        )
        section.done()
    return tuple(found)


def read_risk_levels(root: Section, faults: Faults) -> tuple[RiskLevel, ...]:
    """The kommun's own levels, one a risk at most."""
    found: list[RiskLevel] = []
    for section in root.tables("risk_level"):
        set_on = section.day("set_on", required=True)
        level = RiskLevel(
            risk=section.shaped("risk", risk, required=True),
            likelihood=section.word("likelihood", LIKELIHOODS, required=True),
            consequence=section.word("consequence", CONSEQUENCES, required=True),
            level=section.number("level", 1, 5, required=True) or 0,
            set_by=section.text("set_by", required=True),
            set_on=set_on or NOWHEN,
            comment=section.text("comment", prose=True),
        )
        if level.risk and level.risk in {other.risk for other in found}:
            section.wrong("risk", "duplicate_risk", risk=level.risk)
        section.done()
        found.append(level)
    return tuple(found)


PAGES_WITHOUT = ("channels", CONFIRMATION)
"""Purposes of pages that a kommun may have no use for: it has no private providers, or sends no such links."""
ABSENT_WHERE: dict[TargetKind, dict[str, tuple[str, ...]]] = {
    TargetKind.REGISTER: {"purpose": tuple(name for name in PURPOSES if name not in COUNTERPARTS)},
    TargetKind.SENT_DOCUMENT: {"appeal": APPEAL, "signature": SIGNATURE},
    TargetKind.PAGE: {"purpose": PAGES_WITHOUT},
    TargetKind.ENDPOINT: {"role": ROLES, "mutual_tls": MUTUAL_TLS, "interface": INTERFACES},
    TargetKind.STATEMENT: {"check": (), "answer": ANSWERS},
    TargetKind.TENANT: {},
}
"""What may be absent, and by which declared keys it may be narrowed to some of its kind."""
NARROWED = {
    TargetKind.STATEMENT: ("check", "absent_statement"),
    TargetKind.REGISTER: ("purpose", "absent_register"),
    TargetKind.PAGE: ("purpose", "absent_page"),
}
"""What cannot be absent at one stroke: the key that narrows it, and the fault where that is not there. Each check that
people answer, each list, and each page is named."""


def _absent_kind(section: Section) -> TargetKind:
    what = section.text("what", required=True)
    if what in INDISPENSABLE:
        section.wrong("what", "absent_indispensable", what=what)
    else:
        section.word("what", [str(kind) for kind in ABSENT_WHERE], required=True)
    return TargetKind(what) if what in set(TargetKind) else TargetKind.CHAIN


def _where(section: Section, what: TargetKind) -> tuple[tuple[str, str], ...]:
    table = section.table("where")
    key, code = NARROWED.get(what, ("", ""))
    if key and (table is None or key not in table.data):
        section.wrong("where", code)
    if table is None:
        return ()
    pairs = []
    for key, known in ABSENT_WHERE.get(what, {}).items():
        value = table.word(key, known) if known else table.shaped(key, check)
        pairs += [(key, value)] if value else []
    table.done()
    return tuple(sorted(pairs))


def _deviation(row: object, faults: Faults, *, alone: bool = False) -> Deviation:
    """One deviation, read by a section whose faults go nowhere but into `malformed`."""
    data: dict[str, Any] = row if isinstance(row, dict) else {}
    own = Faults(faults.source, faults.lines, faults.lang)
    section = Section(data, ("deviation",), own)
    if alone or row is not data:
        own.add(("deviation",), "single_brackets")
    texts = {key: section.text(key, required=key != "target", prose=key == "reason") for key in DEVIATION_KEYS[:-1]}
    expires = section.moment("expires", required=True, last=True)
    section.done()
    malformed = "; ".join(f"{fault.key.rpartition('.')[2]}: {fault.wrong}" for fault in own.found)
    kept = {key: texts[key] or _as_text(data.get(key)) for key in texts}
    return Deviation(**kept, expires=expires if not malformed else None, malformed=malformed)


def _as_text(value: object) -> str:
    """What a malformed deviation says in a place where it says something else than text, as a report may show it."""
    return shown(str(value)) if isinstance(value, str | bool | float | date) else ""
