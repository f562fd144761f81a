"""Which groups does the endpoint agree on keys in: curves, finite fields, hybrids with ML-KEM, and primes of its own?

Found by elimination in each version that is known to be accepted (`_tls_scan`). In TLS 1.2 a group that needs the curve
of the server's certificate beside it counts only if it is chosen over that curve. Left out: whether a server's key is
used again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from probes._dh_primes import name_prime, read_safe
from probes._tls_names import GROUPS, name_of
from probes._tls_scan import DEADLINE, Look, Scan, join_names, scan
from probes.tls_cipher_suites import tell_set
from readiness.model import Fact, FactType, Reason, Table, Target, TargetKind, Unseen
from readiness.probe import Effect, Probe, Seen, Session

OFFERED, ACCEPTED, SMALLEST, PRIMES = (
    "tls.groups_offered",
    "tls.groups_accepted",
    "tls.prime_bits",
    "tls.primes",
)


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Tell what the scan of the endpoint found; CannotObserve where nothing is accepted."""
    found = await scan(target, session)
    yield Seen(OFFERED, len(GROUPS))
    yield tell_groups(found)
    bits = [prime.bit_length() for look in found.shown() for one in look.found.values() for prime in one.primes]
    none = Unseen(Reason.NOT_EXERCISED, "no suite with finite fields of the server's choice is accepted")
    yield Seen(SMALLEST, min(bits) if bits else none)
    yield Seen(PRIMES, Table(COLUMNS, tuple([row for look in found.looks for row in await _rows(look)])))


def tell_groups(found: Scan) -> Seen:
    """The set, with primes by their names; unseen where no accepted suite agrees on keys in a group at all."""
    joined = join_names(found, [_groups(look) for look in found.shown()])
    if not joined.names and not joined.undecided:
        return Seen(ACCEPTED, Unseen(Reason.NOT_EXERCISED, "no accepted suite agrees on keys in a group"))
    return tell_set(ACCEPTED, joined)


def _groups(look: Look) -> tuple[set[str], dict[str, Unseen]]:
    accepted, open_ = set[str](), dict[str, Unseen]()
    for found in look.found.values():
        accepted |= {name_of(group, GROUPS) for group in found.groups.accepted}
        accepted |= {name_prime(prime).name for prime in found.primes}
        open_ |= {name_of(group, GROUPS): why for group, why in found.groups.open.items()}
    return accepted, {name: why for name, why in open_.items() if name not in accepted}


async def _rows(look: Look) -> list[tuple[str, ...]]:
    rows = list[tuple[str, ...]]()
    for version, found in look.found.items():
        for value in found.primes:
            prime = name_prime(value)
            safe = await asyncio.to_thread(read_safe, value)
            said = {True: "safe prime", False: "no safe prime", None: "not tested"}[safe]
            rows.append((look.peer, version, prime.name, str(prime.bits), prime.origin or "its own", said))
    return rows


COLUMNS = ("address", "version", "prime", "bits", "known from", "kind")
PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(OFFERED, FactType.NUMBER, "How many groups were offered."),
        Fact(
            ACCEPTED,
            FactType.SET,
            "Groups by IANA's names that every address agrees on keys in; primes as ffdhe, modp or dh, and their bits.",
            of=OFFERED,
        ),
        Fact(SMALLEST, FactType.NUMBER, "Bits of the smallest prime that the server chose by itself."),
        Fact(PRIMES, FactType.TABLE, "Every such prime: its size, where it is known from, whether it is a safe one."),
    ),
    observe,
    Effect.SCANS,
    deadline=DEADLINE,
)
