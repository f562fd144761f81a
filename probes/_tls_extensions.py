"""Which extensions does a hello of ours carry to be answered, and which application protocol was chosen? Pure.

OCSP stapling (RFC 6066), session tickets (RFC 5077), heartbeat (RFC 6520), ALPN (RFC 7301), and compression (RFC 3749).
"""

from __future__ import annotations

from collections.abc import Sequence

from probes._tls_flight import STATUS_REQUEST, Flight

HEARTBEAT, ALPN, EXTENDED_MASTER_SECRET, SESSION_TICKET, RENEGOTIATION_INFO = 15, 16, 23, 35, 0xFF01
DEFLATE = b"\1\0"
"""RFC 3749: DEFLATE, and null."""
PROTOCOLS = (
    "h2", "http/1.1", "http/1.0", "http/0.9", "h3", "h2c", "spdy/3", "spdy/2", "spdy/1", "acme-tls/1",
    "stun.turn", "stun.nat-discovery", "webrtc", "c-webrtc", "ftp", "imap", "pop3", "managesieve", "nntp",
    "smtp", "xmpp-client", "xmpp-server", "irc", "mqtt", "coap", "co", "dot", "doq", "ntske/1", "sunrpc", "smb",
    "sip/2", "tds/8.0", "dicom", "postgresql", "radius/1.0", "radius/1.1", "grpc-exp",
)  # fmt: skip
"""IANA "TLS ALPN Protocol IDs", those that anybody is likely to serve, and grpc-exp and smtp, which some do."""


def extensions(protocols: Sequence[str]) -> tuple[tuple[int, bytes], ...]:
    """OCSP, tickets, heartbeat, and ALPN where protocols are given."""
    listed = b"".join(bytes([len(name)]) + name.encode("ascii") for name in protocols)
    asked = [(STATUS_REQUEST, b"\1\0\0\0\0"), (SESSION_TICKET, b""), (HEARTBEAT, b"\1")]
    if listed:
        asked.append((ALPN, len(listed).to_bytes(2) + listed))
    return tuple(asked)


def read_protocol(flight: Flight) -> str | None:
    """The application protocol that the server chose (RFC 7301), or None."""
    data = flight.extension(ALPN)
    return data[3:].decode("ascii", errors="replace") if data and len(data) > 3 else None
