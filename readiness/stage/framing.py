"""How is a response put on the wire when it must not be put there in order? HTTP/1.1 framing (RFC 9112 6 and 7).

An HTTP library writes only what is right; these responses are not. Left out: what stands in them (damage).
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

FRAMINGS = ("length", "chunked", "long", "short", "broken-chunk")
MORE, LESS = 512, 40
"""How many bytes more than there are, or fewer, a wrong Content-Length announces."""
CHUNK = 1024


def framed(status: int, headers: Sequence[tuple[str, str]], body: bytes, framing: str) -> tuple[bytes, bytes]:
    """Head and body as bytes, the connection to be closed afterwards. `framing` is one of FRAMINGS."""
    chunked = framing in {"chunked", "broken-chunk"}
    announced = {"long": len(body) + MORE, "short": max(0, len(body) - LESS)}.get(framing, len(body))
    rows = [*headers, ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(announced))]
    rows.append(("Connection", "close"))
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in rows)]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head, _in_chunks(body, broken=framing == "broken-chunk") if chunked else body


def _in_chunks(body: bytes, *, broken: bool) -> bytes:
    """The body in chunks; broken: the second one's size is no number."""
    pieces = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)] or [b""]
    if broken:
        half = max(1, len(body) // 2)
        return b"%x\r\n%s\r\nzz\r\n%s\r\n0\r\n\r\n" % (half, body[:half], body[half:])
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"
