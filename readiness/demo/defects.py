"""Which built-in defects are there, and which one is meant by a name?"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from readiness.demo import (
    baseline_defects,
    certificate_defects,
    clock_defects,
    document_defects,
    fault_defects,
    letter_defects,
    log_defects,
    name_defects,
    page_defects,
    refusal_defects,
    register_defects,
    responsibility_defects,
    sending_defects,
    server_certificate_defects,
    soap_defects,
    tls_defects,
    trial_defects,
)
from readiness.demo.defect import Defect
from readiness.demo.statement_defects import WAYS, statement_defects, statement_names
from readiness.errors import UsageError
from readiness.texts import pick

DEFECTS: Mapping[str, Defect] = {
    defect.name: defect
    for module in (
        tls_defects,
        baseline_defects,
        refusal_defects,
        server_certificate_defects,
        certificate_defects,
        responsibility_defects,
        register_defects,
        document_defects,
        page_defects,
        name_defects,
        soap_defects,
        sending_defects,
        letter_defects,
        fault_defects,
        log_defects,
        clock_defects,
        trial_defects,
    )
    for defect in module.DEFECTS
}
"""Every defect of its own, by name. Those of statements are made for any check: `statement_defects`."""

DEFAULT_DEFECTS = (
    "tls-1.0",
    "server-certificate-20-days",
    "key-file-readable",
    "nobody-responsible-traceability",
    "send-prints-after-any-problem",
    "statement-missing:12-7",
    "statement-missing:23-5",
    "statement-expired:13-6",
)
"""What the demo shows when nothing else is asked for: a kommun that has come some of the way."""


WIDTH = max(map(len, DEFECTS))


def describe(lang: str) -> str:
    """One line for each defect: its name, its title, and the rules it flips. Those of statements share four lines."""
    rows = [(defect.name, pick(lang, defect.title), ", ".join(defect.flips)) for defect in DEFECTS.values()]
    rows += [(f"statement-{way}:10-4", sv if lang == "sv" else en, "MM-STATED-*") for way, (sv, en, _) in WAYS.items()]
    return "\n".join(f"{name:<{WIDTH}}  {title} ({rules})" for name, title, rules in rows)


def find_defect(name: str) -> Defect:
    """The defect of that name. UsageError names the nearest where there is none."""
    if name in DEFECTS:
        return DEFECTS[name]
    if name in (known := statement_names()):
        return next(defect for defect in statement_defects(name.rpartition(":")[2]) if defect.name == name)
    near = get_close_matches(name[:80], [*DEFECTS, *known], n=3, cutoff=0.5)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f"there is no built-in defect {name[:80]!r}; {meant}--list-defects lists them all")
