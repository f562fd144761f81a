"""Does the endpoint ask its clients for a certificate, in every version, and which authorities does it name?

Read from the CertificateRequest in a server's first flight, in the clear before TLS 1.3 and opened there (`_tls_scan`);
no certificate is shown and none is needed for any of the questions about TLS. Left out: whom it lets in
(`client_certificate_refusal`), and requests that come only after the handshake.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from cryptography import x509

from probes._held_certificate import read_held
from probes._tls_extras import Extras
from probes._tls_flight import CertificateRequest
from probes._tls_found import Found
from probes._tls_scan import DEADLINE, Look, Scan, agree, join_names, scan
from probes.tls_cipher_suites import tell_set
from readiness.model import Fact, FactType, Reason, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

PREFIX = "client_auth."
LOOKED, NOT_ASKING, ASKING = PREFIX + "versions_looked", PREFIX + "versions_not_asking", PREFIX + "versions_asking"
LISTED, AUTHORITIES = PREFIX + "authorities_listed", PREFIX + "authorities"
OWN_ISSUER, WITHOUT = PREFIX + "own_issuer", PREFIX + "without_certificate"


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Tell what the scan of the endpoint found; CannotObserve where nothing is accepted."""
    found = await scan(target, session)
    looks = found.shown()
    yield Seen(LOOKED, len({version for look in looks for version in look.found}))
    for fact, asked in ((ASKING, True), (NOT_ASKING, False)):
        yield tell_set(fact, join_names(found, [_versions(look, asked=asked) for look in looks]))
    names = sorted({name for look in looks for name in _authorities(look)})
    yield Seen(LISTED, len(names))
    yield Seen(AUTHORITIES, tuple(read_names(names)))
    yield Seen(
        OWN_ISSUER, agree(found, [read_own_issuer(_requests(look), _issuers(target, session)) for look in looks])
    )
    yield Seen(WITHOUT, _without(found))


def read_own_issuer(requests: Iterable[CertificateRequest], issuers: tuple[bytes, ...] | Unseen) -> Value | Unseen:
    """listed, not_listed or no_list: whether a request names an issuer (DER) of the certificate that we would show."""
    asked = list(requests)
    if not asked:
        return Unseen(Reason.NOT_EXERCISED, "no certificate was asked for")
    if any(not request.authorities for request in asked):
        return "no_list"
    if isinstance(issuers, Unseen):
        return issuers
    return "listed" if all(set(issuers) & set(request.authorities) for request in asked) else "not_listed"


def read_names(names: Iterable[bytes]) -> list[str]:
    """Distinguished names (DER) in words (RFC 4514), without doubles; those that are none as such."""
    return sorted({_in_words(name) for name in names})


def _in_words(name: bytes) -> str:
    try:
        return x509.Name.from_bytes(name).rfc4514_string()
    except ValueError:
        return f"unreadable name of {len(name)} bytes"


def _versions(look: Look, *, asked: bool) -> tuple[set[str], dict[str, Unseen]]:
    """The versions in which a certificate is asked for, or is not; those whose flight was not read to its end."""
    said, open_ = set[str](), dict[str, Unseen]()
    for version, found in look.found.items():
        asks = _asks(found)
        if isinstance(asks, Unseen):
            open_[version] = asks
        elif asks is asked:
            said.add(version)
    return said, open_


def _asks(found: Found) -> bool | Unseen:
    """Whether a certificate is asked for; anonymous suites, in which none may be, say nothing (RFC 5246 7.4.4)."""
    shown = [flight for flight in found.flights if flight.chain]
    if any(flight.request for flight in shown):
        return True
    if any(flight.whole for flight in shown):
        return False
    return next(
        (flight.ended for flight in found.flights if flight.ended),
        Unseen(Reason.NOT_SUPPORTED, "no flight with a certificate could be read to its end"),
    )


def _requests(look: Look) -> list[CertificateRequest]:
    return [flight.request for found in look.found.values() for flight in found.flights if flight.request]


def _authorities(look: Look) -> set[bytes]:
    return {name for request in _requests(look) for name in request.authorities}


def _issuers(target: Target, session: Session) -> tuple[bytes, ...] | Unseen:
    """The issuers' names (DER) along the certificate that the endpoint's declaration says its clients show."""
    wanted = str(target.says("client_certificate") or "")
    held = next((t for t in session.profile_targets(TargetKind.CERTIFICATE) if t.id == wanted), None)
    if held is None or not held.address:
        return Unseen(Reason.NOT_CONFIGURED, "the profile names no client_certificate for this endpoint")
    try:
        chain = read_held(held, session).chain
        return tuple(x509.load_der_x509_certificate(der).issuer.public_bytes() for der in chain)
    except CannotObserve as error:
        return error.unseen
    except ValueError:
        return Unseen(Reason.NOT_UNDERSTOOD, f"{wanted} is no certificate that can be read")


def _without(found: Scan) -> Value | Unseen:
    return agree(found, [_served(look.extras) for look in found.shown()])


def _served(extras: Extras | None) -> Value | Unseen:
    """served or refused, by a TLS 1.3 handshake that we finished without a certificate."""
    if extras is None:
        return Unseen(Reason.NOT_EXERCISED, "nothing is accepted")
    if isinstance(extras.finish, Unseen):
        return extras.finish
    if extras.finish.alert is not None:
        return "refused"
    if extras.finish.served:
        return "served"
    return Unseen(Reason.CLOSED_EARLY, "the server said nothing after the handshake")


FLAGLESS = "Versions, of those that are accepted, in which"
PROBE = Probe(
    TargetKind.ENDPOINT,
    (
        Fact(LOOKED, FactType.NUMBER, "How many versions were looked at: those that are known to be accepted."),
        Fact(ASKING, FactType.SET, f"{FLAGLESS} a client certificate is asked for in the handshake.", of=LOOKED),
        Fact(NOT_ASKING, FactType.SET, f"{FLAGLESS} none is asked for in the handshake.", of=LOOKED),
        Fact(LISTED, FactType.NUMBER, "How many authorities the requests name."),
        Fact(AUTHORITIES, FactType.SET, "The names of those authorities.", of=LISTED),
        Fact(
            OWN_ISSUER,
            FactType.TEXT,
            "listed or not_listed: an issuer of the declared client certificate among them; no_list: any will do.",
        ),
        Fact(WITHOUT, FactType.TEXT, "served or refused: a handshake of TLS 1.3 that ended without a certificate."),
    ),
    observe,
    Effect.SCANS,
    deadline=DEADLINE,
)
