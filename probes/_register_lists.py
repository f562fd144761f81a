"""What do the rows of a register say against each other, or against another list?

Rows that lack what is compared are compared with nothing; they are counted as empty cells. Left out: what is about time
(`_register_times`), and how much of it is too much.
"""

from __future__ import annotations

from collections import defaultdict

from probes._register_cells import Numbered, Row, key_of
from probes._register_measures import DAY, Beside, Compared, grouped, moment, others, size, whole
from readiness import personal
from readiness.model import Reason
from readiness.probe import CannotObserve
from readiness.register_purposes import LEVELS, PURPOSES

RANGES = frozenset("<>=~^|, ")


def private_providers(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Whether each can be told to be in the list of senders or not: its number is one."""
    others(beside)
    asked = whole(rows, "organisation_number")
    return Compared(len(asked), tuple(one.number for one in asked if not _organisation(one.row)))


def _organisation(row: Row) -> bool:
    digits = "".join(filter(str.isdigit, str(row["organisation_number"])))
    digits = digits[2:] if len(digits) == 12 and digits.startswith("16") else digits
    return len(digits) == 10 and digits.isascii() and personal.luhn(digits)


def classification(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each type of information that stands in several systems; deviating, where a level differs and a row of it has no
    reason."""
    groups = [group for group in grouped(whole(rows, "information_type"), "information_type").values() if group[1:]]
    differing = [g for g in groups if any(len({one.row.get(level) for one in g}) > 1 for level in LEVELS)]
    return Compared(len(groups), tuple(one.number for g in differing for one in g if "reason" not in one.row))


def message_types(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each type that was sent; deviating, where the profile declares no level for it."""
    asked = whole(rows, "message_type")
    return Compared(
        len(asked),
        tuple(one.number for one in asked if str(one.row["message_type"]).casefold() not in beside.classified),
    )


def inventory(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each host; deviating, where the profile does not declare it and nothing says why it stands outside."""
    asked = whole(rows, "host")
    unknown = [one for one in asked if str(one.row["host"]).casefold() not in beside.hosts]
    return Compared(len(asked), tuple(one.number for one in unknown if "outside" not in one.row))


def export(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each part; deviating, where the numbers differ or somebody else than the kommun made it."""
    asked = whole(rows, "expected", "exported", "performed_by")
    wrong = [o for o in asked if o.row["expected"] != o.row["exported"] or o.row["performed_by"] != "kommun"]
    return Compared(len(asked), tuple(one.number for one in wrong))


def mediators(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each way out; where there are several, those that no decision speaks of deviate."""
    ways = grouped(whole(rows, "mediator"), *PURPOSES["mediators"].key).values()
    several = [one for group in ways for one in group] if len(ways) > 1 else []
    return Compared(len(ways), tuple(one.number for one in several if "decision" not in one.row))


def component_versions(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each component; deviating, where its version was retired."""
    retired = {key_of(row, PURPOSES["retired_versions"]) for _, row in others(beside)}
    asked = whole(rows, "component", "version")
    return Compared(
        len(asked),
        tuple(one.number for one in asked if key_of(one.row, PURPOSES["retired_versions"]) in retired),
    )


def subprocessors(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each; deviating, where it is new or in another country since the list before, and nothing says that it was
    assessed."""
    before = {key_of(row, PURPOSES["subprocessors"]): row.get("country") for _, row in others(beside)}
    asked = whole(rows, "name")
    changed = [one for one in asked if before.get(key_of(one.row, PURPOSES["subprocessors"])) != one.row.get("country")]
    return Compared(len(asked), tuple(one.number for one in changed if "assessment" not in one.row))


def sbom(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each component; deviating, where a critical vulnerability of it was published more than 30 days before the list
    of components was made. A vulnerability without a version of its own ("*") is of every version."""
    known = whole(others(beside), "component", "version", "severity", "published")
    for one in known:
        if str(one.row["version"]) != "*" and set(str(one.row["version"])) & RANGES:
            raise CannotObserve(
                Reason.NOT_SUPPORTED, f"row {one.number} of the vulnerabilities gives a range: list each version"
            )
    old = {
        (str(o.row["component"]).casefold(), str(o.row["version"]))
        for o in known
        if o.row["severity"] == "critical" and beside.as_of - moment(o.row, "published") > 30 * DAY
    }
    asked = whole(rows, "component")
    hit = [o for o in asked if {(str(o.row["component"]).casefold(), v) for v in (o.row.get("version"), "*")} & old]
    return Compared(len(asked), tuple(one.number for one in hit))


def reconciliation(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each period; deviating, where what was created is not the sum of what became of it."""
    parts = ("receipted", "paper", "failed", "in_progress")
    asked = whole(rows, "created", *parts)
    wrong = [o for o in asked if size(o.row, "created") != sum(size(o.row, part) for part in parts)]
    return Compared(len(asked), tuple(one.number for one in wrong))


def multi_party(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each decision with several parties; deviating, the parties without a consignment or receipt of their own."""
    groups = grouped(whole(rows, "decision", "party"), "decision").values()
    several = [group for group in groups if len({str(one.row["party"]).casefold() for one in group}) > 1]
    wrong = []
    for group in several:
        for name in ("consignment", "receipt"):
            owners: dict[str, set[str]] = defaultdict(set)
            for one in group:
                owners[str(one.row.get(name, ""))].add(str(one.row["party"]).casefold())
            wrong += [o.number for o in group if name not in o.row or len(owners[str(o.row[name])]) > 1]
    return Compared(len(several), tuple(sorted(set(wrong))))


def notifications(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each text; deviating, where a personal identity number (of test persons too) or a word that says too much
    stands in it."""
    texts = [(one.number, str(text)) for one in rows for text in one.row.values()]
    words = [word.casefold() for word in beside.sensitive]
    wrong = [n for n, text in texts if personal.shaped(text) or any(word in text.casefold() for word in words)]
    return Compared(len(texts), tuple(wrong))


def tenants(rows: tuple[Numbered, ...], beside: Beside) -> Compared:
    """Each fingerprint, in hexadecimal with or without colons; deviating, the rows of one that several tenants have."""
    owners: dict[str, set[str]] = defaultdict(set)
    asked = whole(rows, "tenant", "fingerprint")
    for one in asked:
        owners[_hex(one.row)].add(str(one.row["tenant"]).casefold())
    return Compared(len(owners), tuple(one.number for one in asked if len(owners[_hex(one.row)]) > 1))


def _hex(row: Row) -> str:
    return str(row["fingerprint"]).casefold().replace(":", "").replace(" ", "")
