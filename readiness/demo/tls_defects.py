"""The built-in defects of TLS: versions, suites, groups, signatures, extensions.

All are those of the case system's server, but for what only a server that asks for client certificates can get wrong.
"""

from __future__ import annotations

from readiness.demo.defect import Change, Defect, change_server
from readiness.demo.plan import CASE_SYSTEM, DAY, CertificatePlan, Plan
from readiness.demo.servers import BROKEN_STAPLE, EARLY_DATA, FOREIGN_AUTHORITY, RENEGOTIATES, STRICT
from readiness.model import Words

OLD = f"{STRICT}:ECDHE-ECDSA-AES256-SHA"
"""Versions before TLS 1.2 have no suite that would do."""
WEAK_SUITES = ("MM-TLS-06", "MM-TLS-51", "MM-TLS-71")
SECOND = f"{CASE_SYSTEM}-rsa"


def _second(**values: object) -> Change:
    """Another certificate beside the first, with an RSA key, that differs from what it should be in one thing."""

    def change(plan: Plan) -> None:
        first = plan.certificates[f"{CASE_SYSTEM}-server"]
        plan.certificates[SECOND] = CertificatePlan(
            first.name,
            first.party,
            key="rsa-3072",
            **{"dns_names": first.dns_names, "extended_key_usage": ("serverAuth",), **values},  # type: ignore[arg-type]
        )
        plan.servers[CASE_SYSTEM].second = [SECOND, "utfardare"]

    return change


def _finite_field(plan: Plan) -> None:
    """The suite needs an RSA key."""
    _second()(plan)
    plan.servers[CASE_SYSTEM].suites = f"{STRICT}:DHE-RSA-AES256-GCM-SHA384"


def _case(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    return Defect(name, Words(f"Verksamhetssystemet {sv}", f"The case system {en}"), change, flips)


def _set(**values: object) -> Change:
    return change_server(CASE_SYSTEM, **values)


DEFECTS = (
    _case("sslv2", "svarar på SSL 2.0", "answers SSL 2.0", _set(oddity="sslv2"), "MM-TLS-56"),
    _case(
        "sslv3", "svarar på SSL 3.0", "answers SSL 3.0", _set(oddity="sslv3"), "MM-TLS-01", "MM-TLS-04", *WEAK_SUITES
    ),
    _case(
        "tls-1.0",
        "tar emot TLS 1.0 och 1.1",
        "accepts TLS 1.0 and 1.1",
        _set(oldest="TLSv1.0", suites=OLD),
        *("MM-TLS-02", "MM-TLS-03", "MM-TLS-04", *WEAK_SUITES),
    ),
    _case(
        "tls-1.1",
        "tar emot TLS 1.1",
        "accepts TLS 1.1",
        _set(oldest="TLSv1.1", suites=OLD),
        *("MM-TLS-03", "MM-TLS-04", *WEAK_SUITES),
    ),
    _case("no-tls-1.3", "kan inte TLS 1.3", "does not speak TLS 1.3", _set(newest="TLSv1.2"), "MM-TLS-05", "MM-TLS-70"),
    _case(
        "only-tls-1.1",
        "kan inget nyare än TLS 1.1",
        "speaks nothing newer than TLS 1.1",
        _set(oldest="TLSv1.1", newest="TLSv1.1", suites=OLD),
        *("MM-TLS-03", "MM-TLS-04", "MM-TLS-05", *WEAK_SUITES, "MM-TLS-54", "MM-TLS-55", "MM-TLS-70", "MM-TLS-73"),
    ),
    _case(
        "tls-fallback",
        "godtar att en klient har drivits ner till en äldre TLS-version",
        "accepts that a client was driven down to an older version of TLS",
        _set(oddity="fallback"),
        "MM-TLS-63",
    ),
    _case(
        "tls-suite-sha1",
        "tar emot en chiffersvit med CBC och SHA-1",
        "accepts a cipher suite with CBC and SHA-1",
        _set(suites=f"{STRICT}:ECDHE-ECDSA-AES128-SHA"),
        *WEAK_SUITES,
    ),
    _case(
        "tls-suite-cbc",
        "tar emot en chiffersvit under utfasning",
        "accepts a cipher suite that is being phased out",
        _set(suites=f"{STRICT}:ECDHE-ECDSA-AES128-SHA256"),
        *("MM-TLS-51", "MM-TLS-71"),
    ),
    _case(
        "tls-groups",
        "tar emot alla grupper som OpenSSL har",
        "accepts every group that OpenSSL has",
        _set(every_group=True),
        *("MM-TLS-52", "MM-TLS-53", "MM-TLS-72"),
    ),
    _case(
        "tls-group-finite-field",
        "tar emot en svit och en grupp under utfasning",
        "accepts a suite and a group that are being phased out",
        _finite_field,
        *("MM-TLS-51", "MM-TLS-53", "MM-TLS-71", "MM-TLS-72"),
    ),
    _case(
        "tls-signs-sha1",
        "signerar handskakningar med SHA-1",
        "signs handshakes with SHA-1",
        _set(signs=":ECDSA+SHA1"),
        *("MM-TLS-54", "MM-TLS-55", "MM-TLS-73"),
    ),
    _case(
        "tls-signs-sha224",
        "signerar handskakningar med SHA-224",
        "signs handshakes with SHA-224",
        _set(signs=":ECDSA+SHA224"),
        *("MM-TLS-55", "MM-TLS-73"),
    ),
    _case("tls-compression", "komprimerar i TLS", "compresses in TLS", _set(oddity="compression"), "MM-TLS-57"),
    _case(
        "tls-renegotiation-unbound",
        "binder inte en omförhandling till dess anslutning",
        "does not bind a renegotiation to its connection",
        _set(oddity="no-renegotiation-info"),
        "MM-TLS-58",
    ),
    _case(
        "tls-renegotiation-endless",
        "omförhandlar så ofta som en klient vill",
        "renegotiates as often as a client likes",
        _set(oddity=RENEGOTIATES),
        "MM-TLS-59",
    ),
    _case("tls-early-data", "tar emot tidiga data", "accepts early data", _set(oddity=EARLY_DATA), "MM-TLS-60"),
    Defect(
        "tls-early-data-with-certificate",
        Words(
            "Loggservern tar emot tidiga data från den som har ett klientcertifikat",
            "The log server accepts early data from whoever has a client certificate",
        ),
        change_server("log", oddity=EARLY_DATA),
        ("MM-TLS-60",),
    ),
    _case(
        "tls-master-secret",
        "saknar extended master secret",
        "lacks the extended master secret",
        _set(oddity="no-extended-master-secret"),
        "MM-TLS-07",
    ),
    _case(
        "tls-staple",
        "häftar ett OCSP-svar som inte säger något",
        "staples an OCSP response that says nothing",
        _set(oddity=BROKEN_STAPLE),
        "MM-TLS-62",
    ),
    _case("tls-heartbeat", "erbjuder heartbeat", "offers heartbeats", _set(oddity="heartbeat"), "MM-TLS-64"),
    Defect(
        "client-authorities",
        Words(
            "Loggservern räknar inte upp den utfärdare som kommunens klientcertifikat har",
            "The log server does not list the authority that the kommun's client certificate comes from",
        ),
        change_server("log", oddity=FOREIGN_AUTHORITY),
        ("MM-TLS-66",),
    ),
    _case(
        "second-certificate-5-days",
        "har ett andra certifikat, som går ut om fem dagar",
        "has a second certificate, which expires in five days",
        _second(starts=-300 * DAY, ends=5 * DAY),
        "MM-SCERT-21",
    ),
    _case(
        "second-certificate-expired",
        "har ett andra certifikat, som har gått ut",
        "has a second certificate, which has expired",
        _second(starts=-366 * DAY, ends=-DAY),
        *("MM-SCERT-20", "MM-SCERT-21"),
    ),
    _case(
        "second-certificate-wrong-name",
        "har ett andra certifikat, som gäller ett annat namn",
        "has a second certificate, which is for another name",
        _second(dns_names=("annan.exempelby.example",)),
        "MM-SCERT-22",
    ),
)
