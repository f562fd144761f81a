"""Which guidelines for TLS does the profile hold an endpoint to, beside the default one, and for how sensitive data?

Read from the profile alone: nothing is asked of the endpoint. Left out: whether it keeps to them (`tls_cipher_suites`
and its neighbours).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen
from readiness.probe import Probe, Seen, Session

PREFIX = "baseline."
CONFIDENTIALITY, MOZILLA = PREFIX + "confidentiality", PREFIX + "mozilla"
CHOSEN = {
    PREFIX + "mozilla_intermediate": "mozilla-intermediate",
    PREFIX + "mozilla_modern": "mozilla-modern",
    PREFIX + "bsi": "bsi",
    PREFIX + "nist": "nist",
}


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """What the target declares."""
    level = target.says("klassa_k")
    none = Unseen(Reason.NOT_CONFIGURED, "neither the endpoint nor any message type states klassa_k")
    yield Seen(CONFIDENTIALITY, level if isinstance(level, int) and not isinstance(level, bool) else none)
    said = target.says("baselines")
    chosen = said if isinstance(said, tuple) else ()
    for fact, name in CHOSEN.items():
        yield Seen(fact, name in chosen)
    yield Seen(MOZILLA, any(name.startswith("mozilla-") for name in chosen))


PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(CONFIDENTIALITY, FactType.NUMBER, "The KLASSA K level of what passes the endpoint, 0 to 4."),
        *(Fact(fact, FactType.FLAG, f"Whether the endpoint is held to {name}.") for fact, name in CHOSEN.items()),
        Fact(MOZILLA, FactType.FLAG, "Whether it is held to either level of Mozilla's."),
    ),
    observe,
    strength=Strength.FILE,
)
