"""Who may import whom (DESIGN section 3), and catalogue tests: nothing promised in vain, nothing asked in vain."""

import ast
import re
from pathlib import Path

import pytest

import probes
from readiness.checklist import load_checklist
from readiness.model import Basis, FactType, TargetKind, Weight
from readiness.probe import Effect

ROOT = Path(__file__).parents[1]
IO = {"socket", "ssl", "asyncio", "subprocess", "threading", "http", "urllib", "OpenSSL", "os", "pathlib", "time"}
OURS = {"readiness", "probes", "checklists", "tests"}
CORE = {"model": set(), "chain": {"model"}, "register": {"model"}, "personal": set(), "values": {"model"}}
CORE |= {
    "report": {"chain", "model", "register"},
    "predicates": {"model"},
    "union": {"chain", "model"},
    "judge": {"chain", "model", "predicates", "union"},
    "examples": {"chain", "judge", "model"},
    "rule_faults": {"model", "predicates"},
    "rules": {"examples", "model", "rule_faults"},
    "checklist": {"errors", "model", "register", "rules"},
    "deviations": {"chain", "model", "report"},
    "probe": {"model"},
    "permits": {"chain", "contract", "model", "probe"},
    "observe": {"chain", "model", "permits", "personal", "probe"},
    "record": {"errors", "model", "values"},
}
PURE = set(CORE) - {"checklist", "observe", "record"}


def imports(path):
    """Every module that a file imports anywhere, dotted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module in OURS:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def rooms(path):
    """The modules of ours that a file imports, without the package."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("readiness.")}


@pytest.mark.parametrize("name", sorted(CORE))
def test_a_room_of_the_core_opens_only_the_doors_it_may(name):
    path = ROOT / "readiness" / f"{name}.py"
    assert rooms(path) <= CORE[name]
    assert not {module for module in imports(path) if module.split(".")[0] in {"probes", "tests"}}


@pytest.mark.parametrize("name", sorted(PURE))
def test_the_pure_part_does_no_io(name):
    assert not {module.split(".")[0] for module in imports(ROOT / "readiness" / f"{name}.py")} & IO


PROBE_FILES = sorted((ROOT / "probes").glob("*.py"))


@pytest.mark.parametrize("path", PROBE_FILES, ids=lambda p: p.stem)
def test_a_probe_knows_nothing_of_rules(path):
    assert rooms(path) <= {"model", "chain", "probe", "contract", "personal"}


@pytest.mark.parametrize("path", [p for p in PROBE_FILES if not p.stem.startswith("_")], ids=lambda p: p.stem)
def test_every_probe_has_its_tests(path):
    assert (ROOT / "tests" / "probes" / f"test_{path.stem}.py").is_file()


REPORTS = sorted((ROOT / "readiness" / "reports").glob("*.py"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda p: p.stem)
def test_a_report_is_written_from_a_report_only(path):
    assert rooms(path) <= {"model", "chain", "register", "report", "texts", "reports", "values", "predicates"}


def test_only_one_place_catches_every_exception():
    places = []
    for path in [*ROOT.glob("readiness/**/*.py"), *PROBE_FILES]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"Exception"}
                if "Exception" in names:
                    places.append(path.name)
    assert places == ["observe.py"]


def test_these_tests_looked_at_something():
    assert len(PROBE_FILES) > 5
    assert len(REPORTS) > 5
    assert rooms(ROOT / "readiness" / "cli.py") >= {"errors", "texts"}


# -- Catalogue

CHECKLIST = load_checklist(probes.facts())
BUILT = [rule for rule in CHECKLIST.rules if not rule.pending and not rule.retired]
ASKED = {e.fact for rule in BUILT for e in (*rule.when, *rule.expect)} | {e.of for r in BUILT for e in r.expect if e.of}
FORBIDDEN = {
    "ok",
    "good",
    "bad",
    "valid",
    "weak",
    "strong",
    "secure",
    "insecure",
    "compliant",
    "is",
    "has",
    "safe",
    "unsafe",
    "correct",
    "wrong",
}
PROMISED = [(probe, fact) for probe in probes.discover() for fact in probe.facts]


def test_every_fact_is_promised_once():
    names = [fact.name for _, fact in PROMISED]
    assert len(names) == len(set(names)) > 40


def test_every_fact_that_a_rule_asks_is_promised():
    assert {fact.name for _, fact in PROMISED} >= ASKED
    assert len(ASKED) > 20


@pytest.mark.parametrize(("probe", "fact"), PROMISED, ids=lambda x: getattr(x, "name", getattr(x, "id", "")))
def test_a_fact_is_neutral_explained_and_counted(probe, fact):
    assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)+", fact.name)
    assert not set(re.split(r"[._]", fact.name)) & FORBIDDEN
    assert len(fact.meaning) > 10
    assert fact.type is not FactType.SET or fact.of
    if fact.of:
        assert probe.promises()[fact.of].type is FactType.NUMBER


SHOWN = {FactType.TABLE}
TOLD = {
    "subject": "names the certificate for the reader",
    "issuer": "names the certificate for the reader",
    "serial": "names the certificate for the reader",
    "policies": "rests behind `pki`",
    "organisation_number": "rests behind `organisation_equals_party`",
    "organisation_number_form": "tells the reader how the number was written",
    "dns_names": "rests behind `server_name_covered`, and is what to compare with the profile",
    "use": "declared; rules select by it",
    "on": "is the observations' own time, which `valid_days` is about",
}
"""Facts that no rule asks for, by their last word, and why they are observed all the same."""


@pytest.mark.parametrize("fact", [fact for _, fact in PROMISED], ids=lambda fact: fact.name)
def test_every_fact_is_used_or_says_why_it_is_told(fact):
    assert fact.name in ASKED or fact.type in SHOWN or fact.name.split(".")[1] in TOLD


def test_every_risk_has_a_must_and_says_so_by_rules():
    musts = {risk for rule in CHECKLIST.rules for risk, weight in rule.risks if weight is Weight.MUST}
    assert musts == {risk.id for risk in CHECKLIST.risks}
    assert len(musts) == 22


def test_every_check_has_a_rule():
    assert {check.id for check in CHECKLIST.checks} == {rule.check for rule in CHECKLIST.rules if rule.check}


def test_a_star_is_must_for_the_risk_of_its_check():
    checks = {check.id: check for check in CHECKLIST.checks}
    for rule in CHECKLIST.rules:
        if rule.check and not checks[rule.check].mandatory and rule.stated:
            assert dict(rule.risks)[checks[rule.check].risk] is Weight.SHOULD
    starred = {c.id for c in CHECKLIST.checks if c.mandatory}
    weighed = {r.check for r in CHECKLIST.rules if r.check and dict(r.risks).get(checks[r.check].risk) is Weight.MUST}
    assert starred <= weighed


@pytest.mark.parametrize("rule", BUILT, ids=lambda rule: rule.id)
def test_every_built_rule_shows_where_it_passes_and_where_it_fails(rule):
    assert rule.passes
    assert rule.fails


def test_statement_rules_ask_only_statements_and_only_they_do():
    for rule in BUILT:
        assert (rule.target is TargetKind.STATEMENT) == rule.fact.startswith("statement.")


def test_nothing_is_posed_as_law_that_was_not_read():
    for rule in CHECKLIST.rules:
        if rule.basis in {Basis.LAW, Basis.CONTRACT} and rule.confidence == "partial" and not rule.verified:
            assert all(weight is Weight.SHOULD for _, weight in rule.risks)


def test_no_probe_of_the_chain_does_more_than_scan():
    assert {probe.effect for probe in probes.discover()} <= {Effect.READS, Effect.SCANS}
