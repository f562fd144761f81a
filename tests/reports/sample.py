"""What does a report look like that has some of everything? One Report, built by hand, for the tests of the formats.

Every verdict and cause, every grade, an own risk level, deviations in each state, two records, and names that a peer or
a profile may really carry and that no format may act on (`HOSTILE`). Nothing here is judged: the verdicts are written
down, so that a format is tested alone. Use `dataclasses.replace` for a variant.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from readiness.chain import (
    PROPERTIES,
    Absence,
    Assignment,
    Deviation,
    Node,
    OtherRecord,
    Party,
    Permit,
    PermitUsed,
    Profile,
    RiskLevel,
    Subject,
    Terms,
)
from readiness.model import (
    Basis,
    Because,
    Cause,
    Evidence,
    Example,
    Expectation,
    Finding,
    Grade,
    Mark,
    Observation,
    PartGrade,
    Period,
    Reason,
    Rule,
    Sealed,
    Strength,
    Table,
    Target,
    TargetKind,
    Unseen,
    Value,
    Verdict,
    Weight,
    Words,
)
from readiness.register import Check, Checklist, Matrix, Risk, Standing
from readiness.report import DeviationState, RecordUsed, Report, ScenarioWords

HOSTILE = {
    "escape": "\x1b[2J\x1b]0;title\x07",
    "markup": "[red]rött[/red] [link=http://x.example]here[/link]",
    "html": "<script>alert(1)</script>",
    "bidi": "kommun\u202elpmexe.gro",
    "nul": "exempel\x00.example",
    "formula": "=cmd|' /C calc'!A0",
    "template": "{operand} {{ 7 * 7 }} %s",
}
"""Names as they come from certificates, profiles and peers."""

STARTED = datetime(2026, 11, 30, 11, 58, tzinfo=UTC)
AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)

MUST, SHOULD = Weight.MUST, Weight.SHOULD


def sample_report() -> Report:
    """The report of Exempelby kommun: exit code 10."""
    return Report(
        profile=_profile(),
        checklist=Checklist(RULES, RISKS, CHECKS, MATRIX, "c" * 64),
        observations=tuple(SEEN.values()),
        findings=_findings(),
        grades=_grades(),
        deviations=_deviations(),
        records=_records(),
        tool=(("mm-readiness", "0.1.0"), ("cryptography", "50.0.0"), ("OpenSSL", "3.5.1")),
        profile_digest="d" * 64,
        started=STARTED,
        ended=AT,
        judged_at=AT,
        scenarios=SCENARIOS,
    )


def report_of_many_scenarios(failing: int = 12, untried: int = 30) -> Report:
    """The sample with so many more scenarios: some fail MM-FAULT-01, each in its own way, some were not performed."""
    report = sample_report()
    pattern = next(target for target in TARGETS if target.kind is TargetKind.SCENARIO)
    targets, observations, findings, told = [], [], [], []
    for number in range(failing + untried):
        id_ = f"many-{number}"
        declared = (*((name, value) for name, value in pattern.declared if name != "scenario"), ("scenario", id_))
        target = replace(pattern, id=f"scenario-{id_}", declared=declared)
        seen = SEEN["scenario-fault-technical", "scenario.unaccounted"]
        value = number + 1 if number < failing else NOT_TRIED
        seen = replace(seen, target=target.id, value=value)
        why = {"broken": (NONE_MISSING,)} if number < failing else {"unseen": NOT_TRIED}
        verdict, cause = (Verdict.FAIL, Cause.BROKEN) if number < failing else (Verdict.INCONCLUSIVE, Cause.UNSEEN)
        targets.append(target)
        observations.append(seen)
        findings.append(Finding("MM-FAULT-01", target.id, verdict, cause, (seen,), **why))  # type: ignore[arg-type]
        title, means = words(f"Prov {number}", f"Try {number}"), words("Något går fel.", "Something goes wrong.")
        told.append(ScenarioWords(id_, "transport", title, means, "C§7"))
    return replace(
        report,
        profile=replace(report.profile, targets=(*report.profile.targets, *targets)),
        observations=(*report.observations, *observations),
        findings=(*report.findings, *findings),
        scenarios=(*report.scenarios, *told),
    )


def words(sv: str, en: str) -> Words:
    """Both languages of a text."""
    return Words(sv, en)


# -- The chain ---------------------------------------------------------------------------------------------------------

TARGETS = (
    Target("chain", TargetKind.CHAIN, declared=(("environment", "test"), ("subject_kind", "kommun"))),
    Target("vs", TargetKind.NODE, "vs", party="kommunen", declared=(("country", "SE"), ("personal_data", True))),
    Target("ip", TargetKind.NODE, "ip", party="kommunen", declared=(("personal_data", True),)),
    Target("fm", TargetKind.NODE, "fm", party="leverantoren", held_by="leverantoren"),
    Target("odd", TargetKind.NODE, "odd", party="driften", declared=(("product", HOSTILE["escape"]),)),
    Target("fm-in", TargetKind.ENDPOINT, "fm", "fm.exempelby.example:8443", "leverantoren"),
    Target("ip-in", TargetKind.ENDPOINT, "ip", "ip.exempelby.example:443", "kommunen"),
    Target("odd-in", TargetKind.ENDPOINT, "odd", HOSTILE["bidi"] + ":443", "driften"),
    Target(
        "klient", TargetKind.CERTIFICATE, "fm", "/kedja/klient.pem", "leverantoren", declared=(("use", "tls-client"),)
    ),
    Target("forsegling", TargetKind.CERTIFICATE, "fm", "/kedja/forsegling.pem", "leverantoren"),
    Target("beslut", TargetKind.MESSAGE_TYPE, "vs", party="kommunen", declared=(("klassa_k", 3), ("name", "Beslut"))),
    Target("fm-logg", TargetKind.LOG_SOURCE, "fm", party="leverantoren", held_by="leverantoren"),
    Target("avsandare", TargetKind.SENDING_SYSTEM, "vs", party="kommunen", declared=(("version", "5.2"),)),
    Target(
        "statement-13-5",
        TargetKind.STATEMENT,
        party="kommunen",
        declared=(
            ("answer", "yes"),
            ("by", "Anna Andersson"),
            ("check", "13-5"),
            ("on", datetime(2026, 10, 1, tzinfo=UTC)),
        ),
    ),
    Target(
        "statement-12-7", TargetKind.STATEMENT, party="kommunen", declared=(("answer", "partly"), ("check", "12-7"))
    ),
    *(
        Target(
            f"scenario-{id_}",
            TargetKind.SCENARIO,
            "vs",
            party="kommunen",
            declared=(("group", group), ("layer", layer), ("nature", nature), ("place", "operator"), ("scenario", id_)),
        )
        for id_, group, layer, nature in (
            ("answer-lost", "transport", "answer", "uncertain"),
            ("fault-technical", "operator", "answer", "temporary"),
            ("tls-expired", "tls", "tls", "unauthenticated"),
        )
    ),
)


def _profile() -> Profile:
    return Profile(
        subject=Subject("kommun", "Exempelby kommun", "2120000000", "Socialnämnden", "SN 2026/123", party="kommunen"),
        environment="test",
        terms=Terms("Digg", "2024-01-01", date(2026, 11, 2), "2024-01-01", date(2026, 11, 2)),
        assignment=Assignment("Kommunrevisionen", "Fördjupad granskning", date(2026, 11, 1), date(2026, 12, 31)),
        parties=(
            Party("kommunen", "Exempelby kommun", "2120000000", "kommun", essential_operator=True),
            Party("leverantoren", "Förmedlarbolaget AB " + HOSTILE["html"], "5560000001", "vendor"),
            Party("driften", HOSTILE["markup"], "5560000019", "operator"),
        ),
        nodes=(
            Node("vs", "Verksamhetssystem", "kommunen", "Procapita", "5.2", date(2020, 1, 1), "SE", True, "", OWNED),
            Node("ip", "Integrationsplattform", "kommunen", responsible=(*OWNED, ("riktighet", "leverantoren"))),
            Node(
                "fm", "Förmedlare", "leverantoren", "Förmedlaren", "2.1", held_by="leverantoren", responsible=OWNED[:2]
            ),
            Node("odd", HOSTILE["escape"] + HOSTILE["html"], "driften", HOSTILE["formula"], HOSTILE["nul"]),
        ),
        targets=TARGETS,
        trust_anchors=("ca/rot.pem",),
        permits=(PERMIT,),
        absences=(NO_FAR,),
        deviations=tuple(deviation for deviation, _ in _deviations()),
        records=(OtherRecord("leverantor/", "leverantoren", ("endpoint",)),),
        risk_levels=(
            RiskLevel("22", "hog", "hog", 4, "Erik Ek", date(2026, 10, 15), "Avbrott drabbar flera nämnder."),
        ),
        included="Försörjningsstöd",
        excluded="Förskola " + HOSTILE["bidi"],
        source="profil.toml",
    )


OWNED = tuple((name, "kommunen") for name in ("riktighet", "konfidentialitet", "tillganglighet", "sparbarhet"))

NO_FAR = Absence(
    "absent-1",
    TargetKind.ENDPOINT,
    (("role", "far"),),
    "Kommunen slår inte själv upp mottagare; det gör förmedlaren. " + HOSTILE["template"],
    "Britta Berg",
    date(2026, 9, 1),
)

SCENARIOS = (
    ScenarioWords(
        "fault-technical",
        "operator",
        words("Tekniskt fel hos operatören, två gånger", "Technical fault at the operator, twice"),
        words("Operatören svarar två gånger med fel 1. Sedan går det.", "The operator answers twice with fault 1."),
        "C§7 (0 < kod < 5000)",
    ),
    ScenarioWords(
        "answer-lost",
        "transport",
        words("Kvittensen går förlorad", "The receipt is lost"),
        words("Anslutningen bryts innan kvittensen kommer fram.", "The connection breaks before the receipt arrives."),
        "C§7",
    ),
    ScenarioWords(
        "tls-expired",
        "tls",
        words("Certifikatet har gått ut", "The certificate has expired"),
        words("Servern visar ett certifikat som gick ut i går.", "The server's certificate expired yesterday."),
        "RFC 5280 6",
    ),
)

# -- The register: 22 risks and the matrix of 2014 ---------------------------------------------------------------------

LEVELS_2014 = """
10|Verksamheten är inte förberedd på supportfrågor|Staff are not prepared for support questions|mycket_hog hog 5|T
12|Loggar följs upp för sällan|Logs are reviewed too seldom|mycket_hog hog 5|S
13|Oklart ansvar mellan parterna|Unclear responsibility between the parties|mycket_hog mycket_hog 5|R K T
M6|Dålig säkerhet genom dålig kravställning|Poor security through poor requirements|hog mycket_hog 5|K
8|Systemen klarar inte skyddsklassad information|Systems cannot handle protected information|hog hog 4|K
9|Bristande integration med privata utförare|Poor integration with private providers|mycket_hog lag 4|T
11|Information klassas olika eller för lågt|Information is classified unevenly or too low|hog hog 4|K
M15|Dold kostnad vid leverantörsbyte|Hidden cost when changing vendor|hog hog 4|T
17|Leverantörsstyrd integration och inlåsning|Vendor-driven integration and lock-in|hog hog 4|T
18|Försenad utveckling av verksamhetsstöd|Delayed development of business systems|hog hog 4|T
1|Minskad användning och förvirring|Less use, and confusion|hog lag 3|T
3|Beslutsunderlag kan inte signeras digitalt|Decisions cannot be signed digitally|mycket_hog forsumbar 3|R
5|Verksamhetssystemet klarar inte fellägen|The business system cannot handle faults|lag mycket_hog 3|R
19|Minskad möjlighet till logguppföljning|Less opportunity to follow up logs|lag mycket_hog 3|S
21|Sårbarheter hos andra kunder spiller över|Weaknesses of other customers spill over|mycket_lag hog 3|K
2|Missade tidsfrister|Missed deadlines|lag lag 2|T
7|Digitalt inkommen handling prioriteras|Digital post is given priority|lag lag 2|R
22|Överbelastningsattacker|Denial-of-service attacks|hog mycket_lag 2|T
4|Användaren saknar utrustning|The user lacks equipment|mycket_lag mycket_lag 1|T
6|Meddelanden till hushållet|Messages to a household|mycket_lag lag 1|K
20|Ändrade lagkrav utanför Sverige|Changed legal requirements abroad|mycket_lag lag 1|K
23|Haveri hos tjänsteleverantör|Breakdown at a service provider|lag mycket_lag 1|T
"""

BY_LETTER = {name[0].upper(): name for name in PROPERTIES}


def _risk(line: str) -> Risk:
    id_, sv, en, assessed, properties = line.split("|")
    likelihood, consequence, level = assessed.split()
    return Risk(
        id=id_,
        title=words(sv, en),
        description=words(f"{sv}, så att post inte når fram i tid.", f"{en}, so that post does not arrive in time."),
        likelihood=likelihood,
        consequence=consequence,
        level=int(level),
        properties=tuple(BY_LETTER[letter] for letter in properties.split()),
        standing=Standing(
            words("Digg ansvarar för infrastrukturen.", "Digg is responsible for the infrastructure."),
            "SFS 2018:357",
            "partial" if id_ in {"22", "20"} else "read",
            date(2026, 11, 23),
        ),
    )


RISKS = tuple(map(_risk, LEVELS_2014.strip().splitlines()))

MATRIX = Matrix(
    steps=("mycket_lag", "lag", "hog", "mycket_hog"),
    levels=((1, 1, 3, 3), (1, 2, 3, 3), (2, 3, 4, 5), (3, 4, 5, 5)),
    derived=(("lag", "hog"), ("mycket_lag", "mycket_hog")),
    provenance=words(
        "MSB-baserad, anpassad av Certezza 2014; återskapad ur källtexten.",
        "Based on MSB, adapted by Certezza in 2014; reconstructed from the source text.",
    ),
)

CHECKS = (
    Check(
        "23-2", "23", "M", True, words("Certifikat löper inte ut", "Certificates do not expire"), "minst 7 dagar kvar"
    ),
    Check("13-5", "13", "D", True, words("Avtal", "Contracts"), "undertecknat", ("UPP",), 365, True, "CSL 2:3 p 4"),
)

# -- The rules ---------------------------------------------------------------------------------------------------------


def _rule(
    id_: str, sv: str, en: str, risks: str, target: TargetKind, expect: tuple[Expectation, ...], **rest: object
) -> Rule:
    """A rule with `risks` as "23! 8": an exclamation mark is a must."""
    return Rule(
        id=id_,
        title=words(sv, en),
        risks=tuple((risk.rstrip("!"), MUST if risk.endswith("!") else SHOULD) for risk in risks.split()),
        source=str(rest.pop("source", "R§8")),
        confidence=str(rest.pop("confidence", "read")),
        basis=Basis(str(rest.pop("basis", "practice"))),
        remedy=words(f"Se till att detta stämmer: {sv}.", f"Make this so: {en}."),
        target=target,
        fact=expect[0].fact,
        expect=expect,
        **rest,  # type: ignore[arg-type]
    )


def _waiting(risk: Risk) -> Rule:
    return Rule(
        id=f"MM-WAIT-{risk.id}",
        title=words(f"Väntar: {risk.title.sv.lower()}", f"Waits: {risk.title.en.lower()}"),
        risks=((risk.id, MUST),),
        basis=Basis.PROPOSAL,
        source="R§8",
        confidence="read",
        remedy=words("Pröva själv tills verktyget kan det.", "Test it yourself until the tool can."),
        pending=Words("behöver provbänken", "needs the stage"),
    )


NO_TLS10 = Expectation("tls.versions_accepted", "excludes", "TLSv1.0", "tls.versions_offered")
HAS_TLS12 = Expectation("tls.versions_accepted", "contains", "TLSv1.2", "tls.versions_offered")
DAYS_7 = Expectation("certificate.not_after", "days_left_at_least", 7)
DAYS_30 = Expectation("certificate.not_after", "days_left_at_least", 30)
LARGE_KEY = Expectation("certificate.key_bits", "at_least", 3072)
RSA = Expectation("certificate.key_type", "equals", "RSA")
ONE_PARTY = Expectation("node.integrity_parties", "equals", 1, "node.declarations_read")
SAID_YES = Expectation("statement.answer", "equals", "yes")
NONE_MISSING = Expectation("scenario.unaccounted", "at_most", 0, "scenario.messages")
SAME_ID = Expectation("scenario.message_ids", "at_most", 1)

ENDPOINT, CERTIFICATE, NODE, STATEMENT = (
    TargetKind.ENDPOINT,
    TargetKind.CERTIFICATE,
    TargetKind.NODE,
    TargetKind.STATEMENT,
)

RULES = (
    _rule(
        "MM-TLS-01",
        "TLS 1.0 avvisas",
        "TLS 1.0 is refused",
        "8! M6!",
        ENDPOINT,
        (NO_TLS10, HAS_TLS12),
        basis="baseline",
    ),
    _rule(
        "MM-CERT-01",
        "Certifikatet löper inte ut inom 7 dagar",
        "The certificate does not expire within 7 days",
        "23! 8",
        CERTIFICATE,
        (DAYS_7,),
        check="23-2",
        passes=(Example(datetime(2026, 12, 7, 12, tzinfo=UTC), AT, (("certificate.key_type", "RSA"),)),),
        fails=(Example(datetime(2026, 12, 7, 11, 59, 59, tzinfo=UTC), AT),),
    ),
    _rule(
        "MM-CERT-02",
        "Certifikatet har 30 dagar kvar",
        "The certificate has 30 days left",
        "20",
        CERTIFICATE,
        (DAYS_30,),
    ),
    _rule(
        "MM-KEY-01",
        "RSA-nyckeln har minst 3072 bitar (ej verifierat kriterium)",
        "The RSA key has at least 3072 bits (unverified criterion)",
        "20! 21!",
        CERTIFICATE,
        (LARGE_KEY,),
        when=(RSA,),
        confidence="partial",
        basis="contract",
        verified=("Carl Cederberg", "2026-11-01"),
    ),
    _rule(
        "MM-NODE-01", "En part svarar för riktigheten", "One party answers for integrity", "13! 3!", NODE, (ONE_PARTY,)
    ),
    _rule(
        "MM-WEB-01",
        "Hjälpsidan svarar",
        "The help page answers",
        "10!",
        ENDPOINT,
        (HAS_TLS12,),
        select=(("role", ("web",)),),
    ),
    _rule(
        "MM-FAR-01",
        "Uppslag görs med TLS 1.2",
        "Look-ups use TLS 1.2",
        "4!",
        ENDPOINT,
        (HAS_TLS12,),
        select=(("role", ("far",)),),
    ),
    _rule(
        "MM-SHORT-01",
        "Certifikatet är högst 100 dagar långt",
        "The certificate is at most 100 days long",
        "23",
        CERTIFICATE,
        (Expectation("certificate.lifetime", "days_long_at_most", 100),),
        valid_from=date(2027, 3, 15),
        valid_days=90,
    ),
    _rule(
        "MM-STAT-01",
        "Avtalet är undertecknat",
        "The contract is signed",
        "13! 7",
        STATEMENT,
        (SAID_YES,),
        check="13-5",
        basis="law",
    ),
    _rule(
        "MM-STAT-02",
        "Granskning av loggar är gjord",
        "Logs have been reviewed",
        "12!",
        STATEMENT,
        (SAID_YES,),
        check="12-7",
    ),
    _rule(
        "MM-FAULT-01",
        "Varje meddelande finns i redovisningen",
        "Every message is accounted for",
        "5! 2",
        TargetKind.SCENARIO,
        (NONE_MISSING,),
        basis="proposal",
    ),
    _rule(
        "MM-FAULT-09",
        "En upprepad försändelse har samma id",
        "A repeated consignment has the same id",
        "5",
        TargetKind.SCENARIO,
        (SAME_ID,),
    ),
    *(_waiting(risk) for risk in RISKS if risk.id not in {"4", "20", "21", "23", "7"}),
)

# -- What was seen -----------------------------------------------------------------------------------------------------

SHOT = Evidence("e" * 64, "application/pkix-cert", "fm.exempelby.example:8443")
REFUSED = Unseen(Reason.CONNECTION_REFUSED, "ip.exempelby.example:443 refused the connection")
EMPTY = Unseen(Reason.NOT_EXERCISED, "tls.versions_offered is 0")
MOST_VERSIONS = ("TLSv1.0", "TLSv1.2", "TLSv1.3")


def _seen(
    target: str, fact: str, value: Value | Unseen, strength: Strength = Strength.LIVE, **rest: object
) -> tuple[tuple[str, str], Observation]:
    probe = {
        "tls": "tls_versions",
        "scenario": "fault_handling",
        "certificate": "client_certificate",
        "node": "responsibilities",
    }
    at = STARTED + timedelta(seconds=5)
    party = next(known for known in TARGETS if known.id == target).party
    return (target, fact), Observation(
        probe=probe.get(fact.partition(".")[0], "statements"),
        target=target,
        fact=fact,
        at=at,
        value=value,
        strength=strength,
        party=party,
        environment="test",
        record="1" * 64,
        **rest,  # type: ignore[arg-type]
    )


FILE, WORD, DOCUMENT = Strength.FILE, Strength.WORD, Strength.DOCUMENT

NOT_TRIED = Unseen(Reason.NOT_EXERCISED, "the budget was over before this round")
TIMELINE = ("at_ms", "until_ms", "what", "detail")
LOST = Table(
    TIMELINE,
    (
        ("3", "5", "look_up", ""),
        ("6", "6", "answer", "HTTP 200"),
        ("12", "14", "delivery", "message 1, taken"),
        ("15", "15", "reset", "by stage, rst"),
        ("16", "2015", "wait", "between attempts"),
        ("2015", "2018", "delivery", "message 1"),
        ("2019", "2020", "answer", "HTTP 200, receipt"),
        ("2600", "2600", "account", "delivered (digital)"),
        ("3100", "3100", "recovered", "a sane delivery was delivered"),
    ),
)
FAULTY = Table(
    TIMELINE,
    (
        ("2", "3", "look_up", ""),
        ("10", "11", "delivery", "message 1 " + HOSTILE["html"]),
        ("12", "12", "fault", "code 1, HTTP 500"),
        ("40", "40", "closed", "by peer, close_notify"),
        ("12", "61012", "wait", "between attempts"),
        ("61012", "61013", "delivery", "message 1"),
        ("61015", "61015", "fault", "code 1, HTTP 500"),
        ("90000", "90000", "account", "unknown, nobody is told"),
    ),
)

SEEN: dict[tuple[str, str], Observation] = dict(
    [
        _seen("fm-in", "tls.versions_accepted", MOST_VERSIONS, evidence=(SHOT,), detail="3 of 5 accepted"),
        _seen("fm-in", "tls.versions_offered", 5),
        _seen(
            "fm-in",
            "tls.version_answers",
            Table(("version", "answer"), (("TLSv1.0", "ServerHello"), ("SSLv3", HOSTILE["html"]))),
            undecided=(("SSLv3", Unseen(Reason.TIMED_OUT, "nothing within 5 s")),),
        ),
        *(_seen("ip-in", f"tls.versions_{what}", REFUSED) for what in ("accepted", "offered", "refused")),
        _seen("odd-in", "tls.versions_accepted", ()),
        _seen("odd-in", "tls.versions_offered", 0),
        _seen(
            "klient", "certificate.not_after", datetime(2026, 12, 10, 23, 59, 59, tzinfo=UTC), FILE, evidence=(SHOT,)
        ),
        _seen("klient", "certificate.subject", f"CN={HOSTILE['html']}{HOSTILE['escape']}, O={HOSTILE['bidi']}", FILE),
        _seen("klient", "certificate.issuer", f"CN={HOSTILE['formula']} {HOSTILE['markup']}", FILE),
        _seen("klient", "certificate.key_type", "RSA", FILE),
        _seen("klient", "certificate.key_bits", 4096, FILE),
        _seen("klient", "certificate.organisation_equals_party", True, FILE),
        _seen("klient", "certificate.lifetime", timedelta(days=90), FILE),
        _seen(
            "klient",
            "certificate.validity",
            Period(datetime(2026, 9, 11, tzinfo=UTC), datetime(2026, 12, 10, tzinfo=UTC)),
            FILE,
        ),
        _seen("forsegling", "certificate.key_type", "EC", FILE),
        _seen("forsegling", "certificate.not_after", Unseen(Reason.NOT_CONFIGURED, "leverantoren holds it"), FILE),
        *(_seen(node, "node.integrity_parties", n, FILE) for node, n in (("vs", 1), ("ip", 2), ("fm", 1), ("odd", 0))),
        *(
            _seen("scenario-answer-lost", f"scenario.{fact}", value)
            for fact, value in (
                ("messages", 1),
                ("unaccounted", 0),
                ("outcomes", ("delivered",)),
                ("channels", ("digital",)),
                ("attempts", 2),
                ("message_ids", 1),
                ("timeline", LOST),
            )
        ),
        *(
            _seen("scenario-fault-technical", f"scenario.{fact}", value)
            for fact, value in (
                ("messages", 2),
                ("unaccounted", 1),
                ("outcomes", ("unknown",)),
                ("channels", Unseen(Reason.NOT_EXERCISED, "the account names no channel")),
                ("attempts", 2),
                ("message_ids", 2),
                ("timeline", FAULTY),
            )
        ),
        *(
            _seen("scenario-tls-expired", f"scenario.{fact}", NOT_TRIED)
            for fact in ("messages", "unaccounted", "outcomes", "channels", "attempts", "message_ids", "timeline")
        ),
        _seen("statement-13-5", "statement.answer", "yes", DOCUMENT),
        _seen("statement-12-7", "statement.answer", "partly", WORD),
    ]
)

# -- What was found ----------------------------------------------------------------------------------------------------


def _found(rule: str, target: str, verdict: Verdict, cause: Cause, *facts: str, **rest: object) -> Finding:
    return Finding(rule, target, verdict, cause, tuple(SEEN[target, fact] for fact in facts), **rest)  # type: ignore[arg-type]


def _findings() -> tuple[Finding, ...]:
    passed, failed, open_, apart = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE
    accepted, parties, answer = "tls.versions_accepted", "node.integrity_parties", "statement.answer"
    held_by_other = Unseen(Reason.NOT_CONFIGURED, "leverantoren holds it")
    no_page = Unseen(Reason.NOT_CONFIGURED, "the profile names no endpoint with role web")
    not_built = Unseen(Reason.NOT_BUILT, "needs the stage")
    return (
        _found("MM-TLS-01", "fm-in", failed, Cause.BROKEN, accepted, broken=(NO_TLS10,)),
        _found("MM-TLS-01", "ip-in", open_, Cause.UNSEEN, accepted, unseen=REFUSED),
        _found("MM-TLS-01", "odd-in", open_, Cause.NOTHING_COUNTED, "tls.versions_offered", unseen=EMPTY),
        _found("MM-CERT-01", "klient", passed, Cause.HOLDS, "certificate.not_after"),
        _found("MM-CERT-01", "forsegling", open_, Cause.UNSEEN, "certificate.not_after", unseen=held_by_other),
        _found("MM-CERT-02", "klient", failed, Cause.BROKEN, "certificate.not_after", broken=(DAYS_30,)),
        _found("MM-CERT-02", "forsegling", open_, Cause.UNSEEN, "certificate.not_after", unseen=held_by_other),
        _found("MM-KEY-01", "klient", passed, Cause.HOLDS, "certificate.key_bits", "certificate.key_type"),
        _found("MM-KEY-01", "forsegling", apart, Cause.CONDITION_FALSE, "certificate.key_type", broken=(RSA,)),
        _found("MM-NODE-01", "vs", passed, Cause.HOLDS, parties),
        _found("MM-NODE-01", "ip", failed, Cause.BROKEN, parties, broken=(ONE_PARTY,)),
        _found("MM-NODE-01", "fm", passed, Cause.HOLDS, parties),
        _found("MM-NODE-01", "odd", failed, Cause.BROKEN, parties, broken=(ONE_PARTY,)),
        Finding("MM-WEB-01", "chain", open_, Cause.NOTHING_SELECTED, unseen=no_page),
        Finding("MM-FAR-01", "chain", apart, Cause.DECLARED_ABSENT, absence="absent-1"),
        _found("MM-SHORT-01", "klient", apart, Cause.OUTSIDE_PERIOD, "certificate.lifetime"),
        _found("MM-STAT-01", "statement-13-5", passed, Cause.HOLDS, answer),
        _found("MM-STAT-02", "statement-12-7", failed, Cause.BROKEN, answer, broken=(SAID_YES,)),
        *_fault_findings(),
        *(Finding(r.id, "chain", open_, Cause.PENDING, unseen=not_built) for r in RULES if r.pending),
    )


def _fault_findings() -> tuple[Finding, ...]:
    passed, failed, open_ = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
    good, bad, untried = (f"scenario-{id_}" for id_ in ("answer-lost", "fault-technical", "tls-expired"))
    missing, ids = "scenario.unaccounted", "scenario.message_ids"
    return (
        _found("MM-FAULT-01", good, passed, Cause.HOLDS, missing),
        _found("MM-FAULT-01", bad, failed, Cause.BROKEN, missing, broken=(NONE_MISSING,)),
        _found("MM-FAULT-01", untried, open_, Cause.UNSEEN, missing, unseen=NOT_TRIED),
        _found("MM-FAULT-09", good, passed, Cause.HOLDS, ids),
        _found("MM-FAULT-09", bad, failed, Cause.BROKEN, ids, broken=(SAME_ID,)),
        _found("MM-FAULT-09", untried, open_, Cause.UNSEEN, ids, unseen=NOT_TRIED),
    )


def _grades() -> tuple[Grade, ...]:
    violated = PartGrade(Mark.FAIL, Because.VIOLATED)
    waiting = PartGrade(Mark.FAIL, Because.NOT_DEMONSTRATED)
    said = PartGrade(Mark.PASS, Because.ALL_PASS, DOCUMENT)
    parts: dict[str, tuple[PartGrade | None, PartGrade | None]] = {
        "13": (violated, said),
        "8": (violated, None),
        "M6": (violated, None),
        "3": (violated, None),
        "5": (violated, None),
        "12": (waiting, violated),
        "7": (None, PartGrade(Mark.FAIL, Because.NOT_COVERED)),
        "4": (PartGrade(Mark.NONE, Because.NOT_APPLICABLE), None),
        "20": (PartGrade(Mark.PASS, Because.RESERVATIONS, FILE), None),
        "21": (PartGrade(Mark.PASS, Because.ALL_PASS, FILE), None),
    }
    order = list(Because)
    grades = []
    for risk in RISKS:
        seen, stated = parts.get(risk.id, (waiting, None))
        worst = min((part for part in (seen, stated) if part), key=lambda part: order.index(part.because))
        grades.append(Grade(risk.id, worst.mark, worst.because, worst.strength, seen, stated))
    return tuple(grades)


def _deviations() -> tuple[tuple[Deviation, DeviationState], ...]:
    until = datetime(2027, 3, 31, tzinfo=UTC)
    gone = datetime(2026, 6, 30, tzinfo=UTC)
    return (
        (
            Deviation(
                "MM-NODE-01", "ip", "Avtalet görs om i januari " + HOSTILE["markup"], "Dan Dahl", "Eva Ek", until
            ),
            DeviationState.IN_FORCE,
        ),
        (Deviation("MM-TLS-01", "", "Äldre klienter", "Dan Dahl", "Eva Ek", gone), DeviationState.EXPIRED),
        (Deviation("MM-CERT-01", "klient", "", "", "", None, "`reason` is empty"), DeviationState.EXPIRED),
        (Deviation("MM-STAT-01", "", "Väntar på underskrift", "Dan Dahl", "Eva Ek", until), DeviationState.UNUSED),
    )


PERMIT = Permit("leverantoren", ("fm.exempelby.example:8443",), ("reads", "scans"), STARTED, AT, "Avtal", "a" * 64)
OWN_WORD = Permit("kommunen", ("ip.exempelby.example",), ("scans", "sends"), STARTED, AT + timedelta(days=30))
STRANGE = replace(PERMIT, owner=HOSTILE["bidi"], document=HOSTILE["markup"], effects=("reads", HOSTILE["html"]))
USED = (
    PermitUsed("tls_versions", "fm-in", "scans", AT, PERMIT),
    PermitUsed("tls_groups", "fm-in", "scans", AT, PERMIT),
    PermitUsed("tls_versions", "ip-in", "scans", AT, OWN_WORD),
    PermitUsed("soap_faults", "ip-in", "sends", AT, OWN_WORD),
)


def _records() -> tuple[RecordUsed, ...]:
    return (
        RecordUsed("1" * 64, "kommunen", True, "test", STARTED, AT, "complete", permits=USED),
        RecordUsed(
            "2" * 64,
            "leverantoren",
            False,
            "test",
            STARTED - timedelta(days=3),
            AT - timedelta(days=3),
            "interrupted",
            Sealed(f"CN=Leverantör {HOSTILE['markup']}", "ab" * 32, AT, time_stamped=True, confirmed=False),
            (PermitUsed(HOSTILE["template"], HOSTILE["nul"], HOSTILE["html"], AT - timedelta(days=3), STRANGE),),
        ),
    )


# -- Variants ----------------------------------------------------------------------------------------------------------


def report_with_logs_and_certificates() -> Report:
    """The sample, where certificates end before, soon after and long after it, and a log was searched for messages."""
    report = sample_report()

    def seen(target: str, fact: str, value: Value | Unseen, probe: str = "any") -> Observation:
        return Observation(probe, target, fact, AT, value, FILE)

    def day(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    told = (
        ("m-1", "4", "2026-11-30T12:00:00.000+00:00", "2026-11-30T12:00:01.000+00:00", "created, sent"),
        ("m-2", "1", "", "", HOSTILE["html"]),
    )
    leaks = tuple((f"fil{n}.log", str(n), "personnummer", HOSTILE["escape"] + f"rad {n} ********") for n in range(7))
    more = (
        seen("klient", "certificate.not_before", day("2026-09-11")),
        seen("klient", "certificate.pki", "public"),
        seen("fm-in", "server_certificate.not_before", day("2026-04-01")),
        seen("fm-in", "server_certificate.not_after", day("2028-04-01")),
        seen("fm-in", "server_certificate.pki", "private"),
        seen("ip-in", "server_certificate.not_after", day("2026-11-01")),
        seen("odd-in", "server_certificate.not_after", REFUSED),
        seen("fm-logg", "trace.messages", 3),
        seen("fm-logg", "trace.messages_missing", 1),
        seen("fm-logg", "trace.events_missing", ("receipt",)),
        seen("fm-logg", "trace.messages_seen", Table(("message", "records", "first", "last", "events"), told)),
        seen("fm-in", "tls.lines", Table(("file", "line", "pattern", "excerpt"), leaks), "tls_versions"),
    )
    excerpts = ((SHOT.sha256, bytes.fromhex("3082010a") * 40),)
    return replace(report, observations=(*report.observations, *more), excerpts=excerpts)
