"""Are the certificates in use revoked, by what their issuers tell? Each declared certificate file.

Lists and OCSP, where the profile's [revocation] names them (`_revocation`). A request there is what every relying party
sends. Left out: certificates that servers show (`server_revocation`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from probes._certificate_chain import readable
from probes._held_certificate import read_held
from probes._revocation import COLUMNS, ask
from readiness.model import Fact, FactType, Table, Target, TargetKind, Unseen
from readiness.probe import Effect, Probe, Seen, Session

PREFIX = "revocation."
READ, PLACES, STATUS, ASKED = PREFIX + "certificates_read", PREFIX + "places_told", PREFIX + "status", PREFIX + "asked"


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Ask about the leaf of the target's file."""
    held = read_held(target, session)
    leaf = held.leaf
    if isinstance(leaf, Unseen):
        yield Seen(READ, 0)
        for fact in (PLACES, STATUS, ASKED):
            yield Seen(fact, leaf)
        return
    asked = await ask(leaf, readable(held.chain[1:]), session)
    yield Seen(READ, 1)
    yield Seen(PLACES, asked.places)
    yield Seen(STATUS, asked.status, evidence=asked.evidence(target.id, session))
    yield Seen(ASKED, Table(COLUMNS, tuple(asked.rows(target.id))))


PROBE = Probe(
    TargetKind.CERTIFICATE,
    (
        Fact(READ, FactType.NUMBER, "How many certificates were asked about: one, or none that can be read."),
        Fact(PLACES, FactType.NUMBER, "At how many places the issuer tells whether it is revoked.", of=READ),
        Fact(STATUS, FactType.TEXT, "good, revoked, unknown, stale, or not_told where no place and no file tells."),
        Fact(ASKED, FactType.TABLE, "What each place and file said, and until when it holds."),
    ),
    observe,
    Effect.READS,
)
