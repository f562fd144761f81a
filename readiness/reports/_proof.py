"""What made a result red? The bytes or lines that a finding rests on: as they were kept, masked, and their beginning.

Evidence stands with its digest, so that the whole of it is found in the record. Where a probe tells lines in a table of
their own (log excerpts), those are shown. Left out: markup, and the timelines of scenarios, which are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from readiness.model import Evidence, Finding, Table, TargetKind, Verdict
from readiness.report import Report
from readiness.reports._names import target_text
from readiness.reports._words import clip

MOST_FINDINGS, MOST_PIECES, MOST_LINES, MOST_ROWS = 3, 2, 8, 3
WIDEST = 120
TEXT = ("text/", "message/", "application/xml", "application/json", "application/soap+xml")
BYTES_A_LINE, BYTES = 8, 48


@dataclass(frozen=True, slots=True)
class Piece:
    """The beginning of one piece of evidence, in lines: of text as it is, of other bytes in hexadecimal."""

    evidence: Evidence
    where: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What findings of one row rest on: pieces of evidence, the first rows of tables, and how many more there are."""

    pieces: tuple[Piece, ...]
    tables: tuple[tuple[str, str, Table, int], ...]  # target, fact, rows, how many more


class Proofs:
    """Gives the proof of findings; made once a report, since it looks through all observations."""

    def __init__(self, report: Report, lang: str) -> None:
        self._report, self._lang = report, lang
        self._kept: Mapping[str, bytes] = dict(report.excerpts)
        red = {f.target for f in report.findings if f.verdict is Verdict.FAIL}
        red -= {target.id for target in report.targets(TargetKind.SCENARIO)}
        self._tables: dict[tuple[str, str], list[tuple[str, Table]]] = {}
        for seen in report.observations:
            if seen.target in red and isinstance(seen.value, Table) and seen.value.rows:
                self._tables.setdefault((seen.target, seen.probe), []).append((seen.fact, seen.value))

    def of(self, findings: Iterable[Finding]) -> Proof:
        """What the first of them rest on."""
        pieces: dict[str, Piece] = {}
        tables: dict[tuple[str, str], tuple[str, str, Table, int]] = {}
        for finding in list(findings)[:MOST_FINDINGS]:
            where = target_text(self._lang, self._report, finding.target)
            kept = [e for seen in finding.rests_on for e in seen.evidence if e.sha256 in self._kept]
            for evidence in list(dict.fromkeys(kept))[:MOST_PIECES]:
                pieces.setdefault(evidence.sha256, self._piece(evidence, where))
            for probe in dict.fromkeys(seen.probe for seen in finding.rests_on):
                for fact, table in self._tables.get((finding.target, probe), ()):
                    shown = Table(table.columns, table.rows[:MOST_ROWS])
                    tables[where, fact] = where, fact, shown, len(table.rows) - len(shown.rows)
        return Proof(tuple(pieces.values()), tuple(tables.values()))

    def _piece(self, evidence: Evidence, where: str) -> Piece:
        head = self._kept[evidence.sha256]
        shown = text_lines(head) if evidence.media_type.startswith(TEXT) else hex_lines(head)
        return Piece(evidence, where, shown)


def text_lines(head: bytes) -> tuple[str, ...]:
    """The first lines of a text. What is no UTF-8 is shown as its bytes."""
    lines = head.decode("utf-8", errors="backslashreplace").splitlines()
    return tuple(clip(line, WIDEST) for line in lines if line.strip())[:MOST_LINES]


def hex_lines(head: bytes) -> tuple[str, ...]:
    """The first bytes, eight a line."""
    return tuple(head[at : at + BYTES_A_LINE].hex(" ") for at in range(0, min(len(head), BYTES), BYTES_A_LINE))
