"""Can a connection be led back to less than both ends speak: to SSLv2, or to an older version of TLS?

Asked once the accepted versions are known (`_tls_scan`): in SSLv2's own hello, and as a client that says that it fell
back (RFC 7507). Left out: what a server's random says of that in TLS 1.3, which protects the client.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from probes._tls_scan import DEADLINE, agree, scan
from readiness.model import Fact, FactType, Target, TargetKind
from readiness.probe import Effect, Probe, Seen, Session

SSLV2, FALLBACK = "tls.sslv2", "tls.fallback"


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Tell what the scan of the endpoint found."""
    found = await scan(target, session)
    found.same()
    yield Seen(SSLV2, agree(found, [look.sslv2 for look in found.looks]))
    yield Seen(FALLBACK, agree(found, [look.fallback for look in found.looks]))


PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(SSLV2, FactType.TEXT, "accepted or refused: SSLv2, in its own hello."),
        Fact(
            FALLBACK,
            FactType.TEXT,
            "refused or accepted: an older hello that says that the client fell back; single: there is one version.",
        ),
    ),
    observe,
    Effect.SCANS,
    deadline=DEADLINE,
)
