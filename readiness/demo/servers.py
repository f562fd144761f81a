"""How do the example kommun's nodes answer? Real TLS servers in threads of this process, on loopback.

Each connection is bounded in time, a client's misbehaviour ends its own connection silently, and `stop` leaves no
thread or socket behind. Left out: what stands in the certificates (`pki`), and what a SOAP service says
(`soap_service`).
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

from readiness.demo import by_hand
from readiness.demo.soap_service import SoapService, read_request

HOST = "127.0.0.1"
WAIT = 3.0
"""Seconds for a handshake, and for each of the other steps of a connection."""
POLL = 0.02
"""Seconds between two looks at whether to stop."""
GREETING = b"HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

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
    `clients` is the CA file that a client's certificate must lead to; None asks for no certificate. `shown`: these
    certificates (DER) are shown in TLS 1.2 by hand, for no library serves them, and no handshake is completed. `soap`
    is the service behind TLS, if there is any.
    """

    chain: Path
    key: Path
    oldest: str = "TLSv1.2"
    newest: str = "TLSv1.3"
    lenient: bool = False
    clients: Path | None = None
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
        peer = Peer(self._context, raw)
        peer.do(peer.tls.do_handshake)
        if self._settings.soap is None:
            if peer.do(peer.tls.read, 4096):
                peer.do(peer.tls.write, GREETING)
        elif request := read_request(lambda: bytes(peer.do(peer.tls.read, 65536))):
            peer.do(peer.tls.write, self._settings.soap.answer(request))

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
        self.tls = settings.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def do(self, action: Callable[..., Any], *arguments: Any) -> Any:
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


def context(settings: Settings) -> ssl.SSLContext:
    """The TLS settings of a server."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers(LENIENT if settings.lenient else STRICT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about TLS 1.0 and 1.1, which is what the defect is
        made.minimum_version = VERSIONS[settings.oldest]
        made.maximum_version = VERSIONS[settings.newest]
    made.load_cert_chain(settings.chain, settings.key)
    if settings.clients:
        made.load_verify_locations(settings.clients)
        made.verify_mode = ssl.CERT_REQUIRED
    return made
