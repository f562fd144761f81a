"""Which signature algorithms does the endpoint sign its handshakes with?

Found by elimination in TLS 1.2 and 1.3 (`_tls_scan`); in TLS 1.3 out of the CertificateVerify, which our own keys open.
Older versions do not say: they sign with MD5 and SHA-1 together, or SHA-1. Left out: signatures of certificates
(`server_certificate`), and what a client may sign with.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from probes._tls_names import SIGNATURE_ALGORITHMS, name_of
from probes._tls_scan import DEADLINE, join, scan
from probes.tls_cipher_suites import tell_set
from readiness.model import Fact, FactType, Reason, Target, TargetKind, Unseen
from readiness.probe import Effect, Probe, Seen, Session

OFFERED, ACCEPTED = "tls.signature_algorithms_offered", "tls.signature_algorithms_accepted"


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Tell what the scan of the endpoint found; CannotObserve where nothing is accepted."""
    found = await scan(target, session)
    yield Seen(OFFERED, len(SIGNATURE_ALGORITHMS))
    joined = join(found, lambda one: one.signatures, lambda number: name_of(number, SIGNATURE_ALGORITHMS))
    none = Unseen(Reason.NOT_EXERCISED, "no accepted suite of TLS 1.2 or 1.3 has the server sign anything")
    yield tell_set(ACCEPTED, joined if joined.names or joined.undecided else none)


PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(OFFERED, FactType.NUMBER, "How many signature algorithms were offered."),
        Fact(
            ACCEPTED,
            FactType.SET,
            "Signature algorithms, by IANA's names, that every address signs with in TLS 1.2 or 1.3.",
            of=OFFERED,
        ),
    ),
    observe,
    Effect.SCANS,
    deadline=DEADLINE,
)
