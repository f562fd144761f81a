"""The built-in defects of the case system's server, held to guidelines that were chosen beside the default one."""

from __future__ import annotations

from readiness.demo.defect import Change, Defect, change_certificate, change_server
from readiness.demo.plan import CASE_SYSTEM, DAY, Plan
from readiness.demo.servers import STRICT
from readiness.model import Words

LEAF = f"{CASE_SYSTEM}-server"
MODERN = ("MM-TLS-78", "MM-TLS-79", "MM-TLS-80")
"""What an ordinary server does not meet of Mozilla's level modern."""


def _chosen(name: str, baseline: str, sv: str, en: str, change: Change | None, *flips: str) -> Defect:
    def apply(plan: Plan) -> None:
        plan.servers[CASE_SYSTEM].baselines = (baseline,)
        if change:
            change(plan)

    return Defect(f"baseline-{name}", Words(f"Verksamhetssystemet {sv}", f"The case system {en}"), apply, flips)


def _rsa(plan: Plan) -> None:
    plan.certificates[LEAF].key = "rsa-3072"


DEFECTS = (
    _chosen(
        "mozilla-suite",
        "mozilla-intermediate",
        "ska följa Mozillas nivå intermediate och har en svit till",
        "is to keep to Mozilla's level intermediate, and has one suite more",
        change_server(CASE_SYSTEM, suites=f"{STRICT}:ECDHE-ECDSA-AES128-CCM"),
        "MM-TLS-75",
    ),
    _chosen(
        "mozilla-groups",
        "mozilla-intermediate",
        "ska följa Mozillas nivå intermediate och har alla grupper",
        "is to keep to Mozilla's level intermediate, and has every group",
        change_server(CASE_SYSTEM, every_group=True),
        *("MM-TLS-52", "MM-TLS-53", "MM-TLS-72", "MM-TLS-76"),
    ),
    _chosen(
        "mozilla-lifetime",
        "mozilla-intermediate",
        "ska följa Mozillas nivå intermediate och har ett certifikat för 400 dagar",
        "is to keep to Mozilla's level intermediate, and has a certificate for 400 days",
        change_certificate(LEAF, ends=370 * DAY),
        "MM-TLS-77",
    ),
    _chosen(
        "mozilla-modern",
        "mozilla-modern",
        "ska följa Mozillas nivå modern och är inställt för nivån intermediate",
        "is to keep to Mozilla's level modern, and is configured for the level intermediate",
        None,
        *MODERN,
    ),
    _chosen(
        "mozilla-modern-rsa",
        "mozilla-modern",
        "ska följa Mozillas nivå modern och har en RSA-nyckel",
        "is to keep to Mozilla's level modern, and has an RSA key",
        _rsa,
        *MODERN,
        "MM-TLS-81",
    ),
    _chosen(
        "bsi-signatures",
        "bsi",
        "ska följa BSI:s riktlinje och signerar med RSA PKCS#1 v1.5",
        "is to keep to the BSI's guideline, and signs with RSA PKCS#1 v1.5",
        _rsa,
        "MM-TLS-82",
    ),
    _chosen(
        "nist-version",
        "nist",
        "ska följa NIST:s riktlinje och kan inte TLS 1.3",
        "is to keep to NIST's guideline, and does not speak TLS 1.3",
        change_server(CASE_SYSTEM, newest="TLSv1.2"),
        *("MM-TLS-05", "MM-TLS-70", "MM-TLS-86", "MM-TLS-87"),
    ),
    _chosen(
        "nist-suites",
        "nist",
        "ska följa NIST:s riktlinje och tar emot CHACHA20",
        "is to keep to NIST's guideline, and accepts CHACHA20",
        None,
        "MM-TLS-87",
    ),
)
