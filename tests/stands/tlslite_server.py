"""A real server for versions that no OpenSSL of today speaks: tlslite-ng, for SSLv3 and TLS 1.0 (RSA keys only)."""

from __future__ import annotations

import socket
import socketserver
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from tests.stands.pki import Issued
from tests.stands.programs import address_of

with warnings.catch_warnings():
    # It imports asyncore, about which Python 3.11 warns, and in these tests a warning is an error.
    warnings.simplefilter("ignore", DeprecationWarning)
    from tlslite.api import X509, HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
    from tlslite.constants import ExtensionType
    from tlslite.errors import TLSError
    from tlslite.messages import ClientHello
    from tlslite.utils.codec import Parser

NUMBERS = {"SSLv3": (3, 0), "TLSv1.0": (3, 1), "TLSv1.1": (3, 2), "TLSv1.2": (3, 3), "TLSv1.3": (3, 4)}


@contextmanager
def tlslite_server(issued: Issued, lowest: str, highest: str = "", host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the versions from `lowest` to `highest` (default: only that one); gives the address."""
    leaf = X509()
    leaf.parse(issued.cert_pem.decode("ascii"))
    key = parsePEMKey(issued.key_pem().decode("ascii"), private=True, implementations=["python"])
    settings = HandshakeSettings()
    settings.minVersion, settings.maxVersion = NUMBERS[lowest], NUMBERS[highest or lowest]
    settings.cipherNames = ["aes128gcm", "aes128", "aes256", "3des", "rc4"]
    settings.minKeySize = 1024

    class Handler(socketserver.BaseRequestHandler):
        """One handshake."""

        def handle(self) -> None:
            self.request.settimeout(5)
            try:
                connection = TLSConnection(self.request)
                connection.handshakeServer(certChain=X509CertChain([leaf]), privateKey=key, settings=settings)
            except (TLSError, OSError):
                return  # the client went away, or was refused with an alert: both are what is tested

    class Server(socketserver.ThreadingTCPServer):
        """One thread for each connection."""

        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    with Server((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield address_of(host, server.server_address[1])
        finally:
            server.shutdown()
            thread.join(5)


__all__ = ["ClientHello", "ExtensionType", "Parser", "tlslite_server"]
