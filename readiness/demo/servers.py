"""How do the example kommun's nodes answer? Real TLS servers in threads of this process, on loopback.

Each connection is bounded in time, a client's misbehaviour ends its own connection silently, and `stop` leaves no
thread or socket behind. Left out: what stands in the certificates (`pki`), whom a server lets in (`guard`), and what a
SOAP service says (`soap_service`).
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from OpenSSL import SSL

from readiness.demo import by_hand
from readiness.demo.guard import Guard, GuardedPeer
from readiness.demo.soap_service import SoapService, read_request

HOST = "127.0.0.1"
WAIT = 3.0
"""Seconds for a handshake, and for each of the other steps of a connection."""
POLL = 0.02
"""Seconds between two looks at whether to stop."""
GREETING = b"HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

STRICT = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2"
LENIENT = "ALL:!aNULL:!eNULL:@SECLEVEL=0"
VERSIONS = {
    "TLSv1.0": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What one server does: the files it loads, the versions it speaks, and whom it lets in.

    `lenient`: small keys, SHA-1 and the suites of old versions are let through, which some built-in defects need.
    `guard` says which clients are let in; None asks for no certificate. `shown`: these
    certificates (DER) are shown in TLS 1.2 by hand, for no library serves them, and no handshake is completed. `soap`
    is the service behind TLS, if there is any.
    """

    chain: Path
    key: Path
    oldest: str = "TLSv1.2"
    newest: str = "TLSv1.3"
    lenient: bool = False
    guard: Guard | None = None
    answers_sslv3: bool = False
    shown: tuple[bytes, ...] = ()
    soap: SoapService | None = None


class NodeServer(socketserver.ThreadingTCPServer):
    """One listening TLS server. It is bound, and has a port, when it has been made; `start` begins to answer."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, settings: Settings) -> None:
        self._context = context(settings) if not settings.shown else None
        self._settings = settings
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        super().__init__((HOST, 0), socketserver.BaseRequestHandler)

    @property
    def address(self) -> str:
        """127.0.0.1:port"""
        return f"{HOST}:{self.socket.getsockname()[1]}"

    def start(self) -> None:
        """Answer from now on, in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, args=(POLL,), name=f"demo {self.address}")
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, end what is open, and wait for every thread. Safe to call before `start`, and twice."""
        if self._thread:
            self.shutdown()
            self._thread.join()
            self._thread = None
        with self._lock:
            for raw in self._open:
                with contextlib.suppress(OSError):
                    raw.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  its name is socketserver's
        """Serve one connection (called by socketserver in its own thread)."""
        with self._lock:
            self._open.add(request)
        try:
            # What a client does wrong is the client's affair; the demo prints none of it.
            with contextlib.suppress(OSError):
                self._serve(request)
        finally:
            with self._lock:
                self._open.discard(request)

    def _serve(self, raw: socket.socket) -> None:
        raw.settimeout(WAIT)
        if answer := self._by_hand(raw):
            raw.sendall(answer)
            raw.recv(65536)  # until the client has read it and closes
            return
        if self._context is None:
            return
        peer = self._peer(self._context, raw)
        peer.shake_hands()
        if not peer.lets_in():
            if peer.read(4096):
                peer.write(FORBIDDEN)
        elif self._settings.soap is None:
            if peer.read(4096):
                peer.write(GREETING)
        elif request := read_request(lambda: peer.read(65536)):
            peer.write(self._settings.soap.answer(request))

    def _peer(self, context: ssl.SSLContext | SSL.Context, raw: socket.socket) -> Peer | GuardedPeer:
        if isinstance(context, ssl.SSLContext):
            return Peer(context, raw)
        assert self._settings.guard is not None  # it made the context
        return GuardedPeer(context, self._settings.guard, raw, WAIT)

    def _by_hand(self, raw: socket.socket) -> bytes:
        """The whole answer, where the defect is what no TLS library serves; else nothing, and nothing is read."""
        if self._settings.shown:
            return by_hand.answer_in_tls_1_2(raw.recv(65536), self._settings.shown)
        if self._settings.answers_sslv3 and by_hand.asks_for_sslv3(raw.recv(by_hand.START, socket.MSG_PEEK)):
            raw.recv(65536)
            return by_hand.answer_in_sslv3()
        return b""


class Peer:
    """TLS over one socket, by memory: what OpenSSL has to say, alerts too, is sent before an error ends it."""

    def __init__(self, settings: ssl.SSLContext, raw: socket.socket) -> None:
        self._raw = raw
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = settings.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def shake_hands(self) -> None:
        """Until the handshake is complete."""
        self._do(self._tls.do_handshake)

    def read(self, limit: int) -> bytes:
        """Some bytes, b"" at the end."""
        return bytes(self._do(self._tls.read, limit))

    def write(self, data: bytes) -> None:
        """All of it."""
        self._do(self._tls.write, data)

    def lets_in(self) -> bool:
        """Anybody is let in where no certificate is asked for."""
        return True

    def _do(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """What the action gives, within WAIT seconds in all. OSError (an SSLError is one) when it fails."""
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            try:
                result = action(*arguments)
            except ssl.SSLWantReadError:
                self._flush()
                if data := self._raw.recv(65536):
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            except ssl.SSLError:
                self._flush()
                raise
            else:
                self._flush()
                return result
        raise TimeoutError

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._raw.sendall(self._outgoing.read())


def context(settings: Settings) -> ssl.SSLContext | SSL.Context:
    """The TLS settings of a server."""
    ciphers = LENIENT if settings.lenient else STRICT
    if settings.guard:
        return settings.guard.context(settings.chain, settings.key, ciphers, settings.oldest, settings.newest)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers(ciphers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about TLS 1.0 and 1.1, which is what the defect is
        made.minimum_version = VERSIONS[settings.oldest]
        made.maximum_version = VERSIONS[settings.newest]
    made.load_cert_chain(settings.chain, settings.key)
    return made
