"""What does a log platform answer to one search? HTTP to the address of a log source's profile, and to no other.

A server behind https shows a certificate that leads to the profile's `ca_file` before a byte is sent; without
encryption only this machine is asked. No redirect is followed. The secret is read when it is needed, goes into one
header field, and is in no message. Left out: what is asked, and what an answer means (`probes/_log_platforms`).
"""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from dataclasses import replace
from urllib.parse import urlsplit

from readiness.client_identity import Identity, read_identity
from readiness.http_client import connected, exchange, host_field
from readiness.model import Reason, Target, TargetKind
from readiness.permits import split_address
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Session, Stream
from readiness.tls_client import Trust, open_tls

KEPT = 16 * 1024 * 1024
"""Bytes of an answer that are kept; of a longer one the answer says `cut`."""
SECONDS = 60.0
"""For one request in all: a search over days takes its time."""
LONGEST_SECRET = 16 * 1024
SCHEMES = {"bearer": b"Bearer ", "apikey": b"ApiKey "}


def ask(session: Session, target: Target, asked: HttpRequest) -> HttpAnswer:
    """The answer of the platform. CannotObserve for whatever the network, TLS or HTTP left open. Waits."""
    if target not in session.profile_targets(TargetKind.LOG_SOURCE) or not target.says("platform"):
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile names no platform for {target.id}")
    return asyncio.run(_ask(session, target, asked))


async def _ask(session: Session, target: Target, asked: HttpRequest) -> HttpAnswer:
    host, port = split_address(target.address)
    url = urlsplit(str(target.says("platform_url")))
    headers = (*asked.headers, *_login(session, target))
    whole = replace(asked, path=url.path + asked.path, headers=headers, keep=KEPT)
    trust, identity = _tls(session, target, host) if url.scheme == "https" else (None, None)
    try:
        async with asyncio.timeout(SECONDS):
            stream = await connected(session, host, port, SECONDS)
            try:
                given: Stream = await open_tls(stream, host, trust, identity) if trust else stream
                return await exchange(given, host_field(host, port), whole)
            finally:
                await stream.close()
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{target.address}: no whole answer within {SECONDS:g} s") from None


def _tls(session: Session, target: Target, host: str) -> tuple[Trust, Identity | None]:
    trust = Trust.read([session.read_file(str(target.says("ca_file") or ""))], session.now(), host)
    wanted = str(target.says("client_certificate") or "")
    if not wanted:
        return trust, None
    held = next((one for one in session.profile_targets(TargetKind.CERTIFICATE) if one.id == wanted), None)
    if held is None:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile has no certificate {wanted}")
    return trust, read_identity(session, held)


def _login(session: Session, target: Target) -> tuple[tuple[str, str], ...]:
    """The header fields that say who asks; none where the profile names no secret."""
    login = str(target.says("login") or "")
    if not login:
        return ()
    secret = _secret(session, target)
    if login == "basic":
        told = b"Basic " + b64encode(f"{target.says('user')}:".encode() + secret)
    else:
        told = SCHEMES[login] + secret
    return (("Authorization", told.decode("ascii")),)


def _secret(session: Session, target: Target) -> bytes:
    if name := str(target.says("secret_env") or ""):
        if name not in os.environ:
            raise CannotObserve(Reason.CREDENTIALS_NEEDED, f"the environment variable {name} is not set")
        secret, where = os.environ[name].encode("utf-8", "surrogateescape"), name
    else:
        where = str(target.says("secret_file") or "")
        secret = session.read_file(where, LONGEST_SECRET).rstrip(b"\r\n")
    if not secret:
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, f"{where} is empty")
    if target.says("login") != "basic" and not all(0x21 <= byte < 0x7F for byte in secret):
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, f"what {where} holds cannot stand in a header field")
    return secret
