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
PURE_PATHS = {"PurePath", "PurePosixPath", "PureWindowsPath"}
OURS = {"readiness", "probes", "checklists", "tests"}
CORE = {"model": set(), "chain": {"model"}, "register": {"model"}, "personal": set(), "values": {"model"}}
CORE |= {"standing": {"model"}}
CORE |= {"recording": {"model", "values"}}
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
    "probe": {"chain", "contract", "model", "recording"},
    "permits": {"chain", "contract", "model", "probe"},
    "observe": {"chain", "model", "permits", "personal", "probe"},
    "record": {"chain", "errors", "model", "record_json", "recording", "recording_json", "values"},
    "record_json": {"chain", "model", "values"},
    "record_writing": {"chain", "model", "record", "record_json", "recording", "recording_json", "values"},
}
PURE = set(CORE) - {"checklist", "observe", "record", "record_writing"}


def imports(path):
    """Every module that a file imports anywhere, dotted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "pathlib" and {alias.name for alias in node.names} <= PURE_PATHS:
                continue  # names of files only, no files
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


PROBE_FILES = sorted((ROOT / "probes").rglob("*.py"))


@pytest.mark.parametrize("path", PROBE_FILES, ids=lambda p: p.stem)
def test_a_probe_knows_nothing_of_rules(path):
    nouns = {"model", "chain", "recording", "page_purposes", "register_purposes"}
    assert rooms(path) <= nouns | {"probe", "contract", "personal"}


@pytest.mark.parametrize(
    "path", [ROOT / "probes" / f"{probe.id}.py" for probe in probes.discover()], ids=lambda p: p.stem
)
def test_every_probe_has_its_tests(path):
    assert (ROOT / "tests" / "probes" / f"test_{path.stem}.py").is_file()


EXERCISE = sorted((ROOT / "readiness" / "exercise").glob("*.py"))
EXERCISE_DOORS = {
    "chain",
    "contract",
    "errors",
    "exercise",
    "log_files",
    "model",
    "personal",
    "probe",
    "recording",
    "stage",
    "texts",
}
EXERCISE_PURE = {"account", "links", "log_account", "plan"}


@pytest.mark.parametrize("path", EXERCISE, ids=lambda p: p.stem)
def test_an_exercise_acts_and_never_judges(path):
    assert rooms(path) <= EXERCISE_DOORS
    if path.stem in EXERCISE_PURE:
        assert not {module.split(".")[0] for module in imports(path)} & IO


HISTORY_PURE = ["comparison", "past"]


@pytest.mark.parametrize("name", HISTORY_PURE)
def test_runs_are_set_beside_each_other_without_io(name):
    path = ROOT / "readiness" / "history" / f"{name}.py"
    assert rooms(path) <= {"model", "report"}
    assert not {module.split(".")[0] for module in imports(path)} & (IO | {"sqlite3"})


REPORTS = sorted((ROOT / "readiness" / "reports").glob("*.py"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda p: p.stem)
def test_a_report_is_written_from_a_report_only(path):
    assert rooms(path) <= {
        "model",
        "chain",
        "register",
        "report",
        "texts",
        "reports",
        "values",
        "predicates",
        "standing",
        "personal",
    }


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
    assert len(EXERCISE) > 3
    assert rooms(ROOT / "readiness" / "commands" / "looking.py") >= {"errors", "texts"}


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
    "newest": "says until when a register speaks; what is too old is told by the day of the list",
    "subject": "names the certificate for the reader",
    "issuer": "names the certificate for the reader",
    "serial": "names the certificate for the reader",
    "policies": "rests behind `pki`",
    "organisation_number": "rests behind `organisation_equals_party`",
    "organisation_number_form": "tells the reader how the number was written",
    "dns_names": "rests behind `server_name_covered`, and is what to compare with the profile",
    "use": "declared; rules select by it",
    "on": "is the observations' own time, which `valid_days` is about",
    "documents_read": "says of how many documents the locations were looked for",
    "operations_served": "says of how many operations the extra ones were looked for",
    "operations_extra": "stands beside `operations_missing`: more than was published breaks no client",
    "foreign_locations": "no rule forbids it; the reader sees what was not followed",
    "unread_locations": "rests behind `type_differences`, which stays open for what was not read",
    "client_library": "a second reader's word on the same WSDL",
    "requests_sent": "every request is counted for the reader",
    "fault_codes": "rests behind the cases",
    "soap_1_2": "both VersionMismatch and an answer in SOAP 1.2 are in order",
    "oversized": "no operation is asked for, so a refusal may have another cause",
    "get": "a page for people is in order, and so is a refusal",
    "other_content_type": "being lenient about it harms nobody",
    "internal_entity": "rests behind `entity_expanded`",
    "external_dtd": "rests behind `canary_touched`",
    "xml_encoding": "tells the reader how the XML was written; the schema takes any",
    "transport_charset": "tells the reader what the header said; the XML says it too",
    "request_bytes": "rests behind the size of the largest message, and is what some clients count",
    "longest_subject": "rests behind the schema, which has the limit",
    "languages": "tells the reader what is written there; everybody writes svSE",
    "checksums_equal": "rests behind `checksums_different`",
    "link_hosts": "is for the reader to compare with the kommun's own domains",
    "lookups_recorded": "tells the reader of how many look-ups `lookup` was found out",
    "recipients_of_tests": "tells the reader whether anybody but a test person was asked about",
    "recipients_repeated": "tells the reader about a loop that asks twice",
    "signed_element": "names for the reader what was signed",
    "certificate_sha256": "names the certificate for the reader",
    "certificate_not_after": "rests behind `certificate_period`",
    "certificate_declared": "tells the reader which certificate signed; many use one for everything",
    "suites_offered": "rests behind `suite_traits`",
    "groups_offered": "is for the reader; what a client offers, a server chooses from",
    "signature_algorithms_offered": "is for the reader; what a client offers, a server chooses from",
    "server_name": "names for the reader what the client asked for",
    "protocols_offered": "is for the reader; HTTP/1.1 is what the contract's SOAP goes over",
    "version": "tells the reader what was agreed on; the stage limits it too",
    "suite": "tells the reader what was agreed on; the stage limits it too",
    "group": "tells the reader what was agreed on; the stage limits it too",
    "connections_made": "every connection is counted for the reader",
    "without_intermediate": "a server that knows the intermediates may rightly let the client in",
    "certificates_presented": "rests behind `leaf`, beside the table of them",
    "time_to_account": "nobody promises a time; the reader sees it beside the timeline",
    "requests": "says of how many requests those of the HTTP library were found out",
    "repeated_by_http_stack": "tells the reader that a library repeats by itself; what it left is in `copies_taken`",
    "longest_wait": "stands beside `wait_growth`; how long a system may wait is for the kommun to say",
    "client_certificates_shown": "tells the reader how far an unauthenticated server got",
    "oldest": "rests behind `days_short` and `days_over`; of a register, see `newest`",
    "files_named": "says of how many files `files_read` was counted",
    "files_read": "tells the reader how much of the source was read; what was not is unseen",
    "bytes_read": "tells the reader how much was looked through",
    "canary_encodings": "rests behind `canary_persons` and `canary_persons_encoded`",
    "number_patterns": "rests behind `number_patterns_with_context`; without a word beside it a number may be anything",
    "numbers_distinct": "tells the reader whether one number recurs or many stand there",
    "number_most_repeated": "tells the reader whether one number recurs or many stand there",
    "test_series_numbers": "no living person has such a number",
    "scan_connections": "tells the reader how gently it was looked",
    "suite_order": "matters only where suites are accepted that should not be, and those have rules",
    "prime_bits": "rests behind `groups_accepted`, which names each prime with its bits",
    "resumptions_looked_for": "says of how many ways the offered ones were found",
    "resumptions": "the baseline asks nothing of it; early data, which rides on it, has a rule",
    "protocols_asked_for": "says of how many protocols the accepted ones were found",
    "protocols_accepted": "tells the reader what is spoken inside; the contract's SOAP goes over HTTP/1.1",
    "versions_asking": "stands beside `versions_not_asking`, which the rule is about",
    "authorities_listed": "says of how many names `authorities` is made",
    "authorities": "rests behind `own_issuer`, and is what to compare with the agreement",
    "without_certificate": "`client_refusal.no_certificate` asks the same, and goes on to the request",
    "seen": "tells the reader how many certificates there are to keep an eye on",
    "key_types": "tells the reader why there is more than one certificate",
    "without_server_name": "a client of the chain always names the server",
    "recovered_after": "nobody promises a time; `recovered` is asked for",
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


def test_a_rule_selects_no_target_that_the_probes_of_its_facts_pass_by():
    narrow = 0
    for rule in BUILT:
        for probe in probes.discover():
            if probe.promises().keys() & {e.fact for e in (*rule.when, *rule.expect)}:
                assert probe.kind is rule.target, rule.id
                for name, wanted in probe.select:
                    narrow += 1
                    assert set(dict(rule.select).get(name, ["everything"])) <= set(wanted), rule.id
    assert narrow > 0


def test_statement_rules_ask_only_statements_and_only_they_do():
    for rule in BUILT:
        assert (rule.target is TargetKind.STATEMENT) == rule.fact.startswith("statement.")


def test_nothing_is_posed_as_law_that_was_not_read():
    for rule in CHECKLIST.rules:
        if rule.basis in {Basis.LAW, Basis.CONTRACT} and rule.confidence == "partial" and not rule.verified:
            assert all(weight is Weight.SHOULD for _, weight in rule.risks)


def test_no_probe_of_the_chain_disturbs_and_only_named_ones_send():
    assert {probe.effect for probe in probes.discover()} <= {Effect.READS, Effect.SCANS, Effect.SENDS}
    assert [probe.id for probe in probes.discover() if probe.effect is Effect.SENDS] == [
        "client_certificate_refusal",
        "own_clock",
        "soap_faults",
        "tenant_isolation",
    ]
