"""How does a server receive a client that shows a certificate which it should refuse? One handshake, and one request.

The request is sent only if the handshake completes, and what the server says at either point is told as it came. Any
key and signature may be shown here, also those that an ordinary client would not use. Left out: which certificate is
shown and what an answer means (`client_certificate_refusal`), and other addresses of the same name: the first that
takes the connection is the one.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from weakref import WeakKeyDictionary

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from readiness.client_identity import Identity, Key, read_identity
from readiness.http_client import SECONDS, connected, exchange, host_field
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.permits import split_address
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Reception, Session, Shown
from readiness.tls_client import TlsStream, Trust, client

HOLDERS = (TargetKind.CERTIFICATE, TargetKind.REFUSAL_CERTIFICATE, TargetKind.TENANT)
"""What a certificate of the profile may be held by."""


async def present(session: Session, target: Target, shown: Shown, asked: HttpRequest) -> Reception:
    """Connect, show it, ask. CannotObserve where it did not come to that; see `probe.Session.present`."""
    if target.kind is not TargetKind.ENDPOINT or target not in session.profile_targets(TargetKind.ENDPOINT):
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile has no endpoint {target.id}")
    host, port = split_address(target.address)
    name = str(target.says("server_name") or host)
    identity = _identity(session, shown)
    anchors = session.trust_anchors()
    trust = Trust.read(anchors, session.now(), name) if anchors else None
    try:
        async with asyncio.timeout(SECONDS):
            stream = await connected(session, host, port)
            try:
                tls = client(stream, name, trust, identity, lenient=True)
                return await _received(tls, host_field(name, port), asked)
            finally:
                await stream.close()
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{target.address}: no whole answer within {SECONDS:g} s") from None


async def _received(tls: TlsStream, host: str, asked: HttpRequest) -> Reception:
    sent = False
    answer: HttpAnswer | None = None
    ended: Unseen | None = None
    try:
        await tls.shake_hands()
        sent = True
        answer = await exchange(tls, host, asked)
    except CannotObserve as error:
        if tls.seen.distrust:
            raise
        ended = error.unseen
    seen = tls.seen
    return Reception(seen.version, seen.asked, seen.proved, sent, seen.heard, seen.alert, answer, ended)


def _identity(session: Session, shown: Shown) -> Identity | None:
    """What is shown, with its key. CannotObserve where the profile's files hold none that fits together."""
    if shown.made:
        identity = _made(*shown.made)
    elif shown.held:
        identity = held_identity(session, shown.held)
    else:
        return None
    if shown.issuers is None:
        return identity
    return replace(identity, issuers=tuple(map(x509.load_der_x509_certificate, shown.issuers)))


_READ: WeakKeyDictionary[Session, dict[str, Identity]] = WeakKeyDictionary()


def held_identity(session: Session, id_: str) -> Identity:
    """The certificate of that id in the profile, with its key. CannotObserve where its files hold none that fits.

    Read once a session: every endpoint is shown the same, and a key is slow to open."""
    found = _READ.setdefault(session, {})
    if id_ not in found:
        held = next((t for kind in HOLDERS for t in session.profile_targets(kind) if t.id == id_), None)
        if held is None:
            raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile has no certificate {id_}")
        file = str(held.says("certificate_file") or held.address)
        found[id_] = read_identity(session, replace(held, address=file))
    return found[id_]


def _made(certificate: bytes, key: bytes) -> Identity:
    private = load_der_private_key(key, None, unsafe_skip_rsa_key_validation=True)  # we made it ourselves
    assert isinstance(private, Key)
    return Identity(x509.load_der_x509_certificate(certificate), private)
