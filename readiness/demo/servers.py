"""How do the example kommun's nodes answer? Real TLS servers in threads of this process, on loopback.

Each connection is bounded in time, a client's misbehaviour ends its own connection silently, and `stop` leaves no
thread or socket behind. Left out: what stands in the certificates (`pki`), whom a server lets in (`guard`), and what a
SOAP service says (`soap_service`).
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from OpenSSL import SSL

from readiness.demo import by_hand
from readiness.demo.distributions import Distributions
from readiness.demo.guard import Guard, Peer
from readiness.demo.pages import PageService
from readiness.demo.soap_service import SoapService, read_request

HOST = "127.0.0.1"
WAIT = 3.0
"""Seconds for a handshake, and for each of the other steps of a connection."""
POLL = 0.02
"""Seconds between two looks at whether to stop."""
GREETING = b"HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

STRICT = "ECDHE+AESGCM:ECDHE+CHACHA20"
SIGNATURES = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384"
RENEGOTIATES, EARLY_DATA, BROKEN_STAPLE, FOREIGN_AUTHORITY = "renegotiates", "early-data", "staple", "authority"
ALLOW_CLIENT_RENEGOTIATION = 0x100  # SSL_OP_ALLOW_CLIENT_RENEGOTIATION
TRY_LATER = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)
FFDHE3072 = (
    "-----BEGIN DH PARAMETERS-----\n"
    "MIIBiAKCAYEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz\n"
    "+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a\n"
    "87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7\n"
    "YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi\n"
    "7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD\n"
    "ssbzSibBsu/6iGtCOGEfz9zeNVs7ZRkDW7w09N75nAI4YbRvydbmyQd62R0mkff3\n"
    "7lmMsPrBhtkcrv4TCYUTknC0EwyTvEN5RPT9RFLi103TZPLiHnH1S/9croKrnJ32\n"
    "nuhtK8UiNjoNq8Uhl5sN6todv5pC1cRITgq80Gv6U93vPBsg7j/VnXwl5B0rZsYu\n"
    "N///////////AgEC\n"
    "-----END DH PARAMETERS-----\n"
)
"""RFC 7919 appendix A.2, as OpenSSL reads it."""
VERSIONS = {
    "TLSv1.0": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What one server does: the files it loads, the versions it speaks, and whom it lets in.

    `suites` and `signatures` are OpenSSL's lists, `level` its security level; `every_group`: all that OpenSSL has, else
    P-256 alone, and ffdhe3072 for suites with finite fields. `besides`: further certificates and keys. `guard` says
    which clients are let in; None asks for no certificate. `oddity` is one of the names above, or of `by_hand`.
    `shown`: these certificates (DER) are shown in TLS 1.2 by hand, for no library serves them, and no handshake is
    completed. `service` is what answers behind TLS, if anything does.
    """

    chain: Path
    key: Path
    oldest: str = "TLSv1.2"
    newest: str = "TLSv1.3"
    suites: str = STRICT
    level: int = 2
    every_group: bool = False
    signatures: str = SIGNATURES
    besides: tuple[tuple[Path, Path], ...] = ()
    guard: Guard | None = None
    oddity: str = ""
    shown: tuple[bytes, ...] = ()
    service: SoapService | PageService | Distributions | None = None


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
        peer = Peer(self._context, self._settings.guard, raw, WAIT)
        peer.shake_hands()
        if not peer.lets_in():
            if peer.read(4096):
                peer.write(FORBIDDEN)
        elif self._settings.service is None:
            if peer.read(4096):
                peer.write(GREETING)
        elif request := read_request(lambda: peer.read(65536)):
            peer.write(self._settings.service.answer(replace(request, client=peer.number())))

    def _by_hand(self, raw: socket.socket) -> bytes:
        """The whole answer, where the defect is what no TLS library serves; else nothing, and nothing is read."""
        if self._settings.shown:
            return by_hand.answer_in_tls_1_2(raw.recv(65536), self._settings.shown)
        if self._settings.oddity in by_hand.ODDITIES:
            answer = by_hand.answer_oddly(self._settings.oddity, raw.recv(65536, socket.MSG_PEEK))
            if answer:
                raw.recv(65536)
            return answer
        return b""


def context(settings: Settings) -> SSL.Context:
    """The TLS settings of a server."""
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    made.set_cipher_list(f"{settings.suites}:@SECLEVEL={settings.level}".encode("ascii"))
    made.set_min_proto_version(VERSIONS[settings.oldest])
    made.set_max_proto_version(VERSIONS[settings.newest])
    made.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    if not settings.every_group:
        made.set_tmp_ecdh(ec.SECP256R1())
    if "DHE-RSA" in settings.suites:
        parameters = settings.chain.with_name("ffdhe3072.pem")
        parameters.write_text(FFDHE3072, encoding="ascii")
        made.load_tmp_dh(bytes(parameters))
    # pyOpenSSL has no name for these two of OpenSSL.
    lib, handle = SSL._lib, made._context  # type: ignore[attr-defined]  # noqa: SLF001
    lib.SSL_CTX_set1_sigalgs_list(handle, settings.signatures.encode("ascii"))
    if settings.oddity == EARLY_DATA:
        lib.SSL_CTX_set_max_early_data(handle, 16384)
    for chain, key in ((settings.chain, settings.key), *settings.besides):
        made.use_certificate_chain_file(str(chain))
        made.use_privatekey_file(str(key))
    if settings.oddity == RENEGOTIATES:
        made.set_options(ALLOW_CLIENT_RENEGOTIATION)
    if settings.oddity == BROKEN_STAPLE:
        made.set_ocsp_server_callback(lambda *_: TRY_LATER)
    if settings.oddity == FOREIGN_AUTHORITY:
        made.add_client_ca(x509.load_pem_x509_certificate(settings.chain.read_bytes()))
    if settings.guard:
        settings.guard.protect(made)
    return made
