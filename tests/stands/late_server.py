"""A TLS 1.2 server that asks for the client's certificate only once it has read the request, as IIS does by default.

It verifies against one authority in a second handshake (RFC 5246 section 7.4.1.1). Left out: TLS 1.3, where the client
would have to offer it (RFC 8446 section 4.2.6).
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from OpenSSL import SSL

from tests.stands.pki import Issued
from tests.stands.programs import address_of

SECONDS = 10.0
NO_SESSION_RESUMPTION_ON_RENEGOTIATION = 1 << 16  # OpenSSL's; with the old session no certificate is asked for
ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def late_server(server: Issued, clients: Issued, folder: Path) -> Iterator[str]:
    """Serve one connection at a time until the block ends; gives the address."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    context.use_certificate_chain_file(str(path := server.pem(folder, "late-server")))
    context.use_privatekey_file(str(path))
    (folder / "late-clients.pem").write_bytes(clients.cert_pem)
    context.load_verify_locations(str(folder / "late-clients.pem"))
    context.set_session_id(b"late")
    context.set_options(NO_SESSION_RESUMPTION_ON_RENEGOTIATION)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    raw, _ = listener.accept()
                    with raw, suppress(SSL.Error, OSError):
                        _serve(SSL.Connection(context, raw), raw)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield address_of("127.0.0.1", listener.getsockname()[1])
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(SECONDS)


def _serve(connection: SSL.Connection, raw: socket.socket) -> None:
    connection.set_accept_state()
    connection.do_handshake()
    connection.recv(65536)
    connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *said: bool(said[-1]))
    connection.renegotiate()
    connection.do_handshake()  # says HelloRequest, and no more
    raw.setblocking(False)
    while connection.renegotiate_pending():
        select.select([raw], [], [], SECONDS)
        with suppress(SSL.WantReadError):
            connection.recv(1, socket.MSG_PEEK)  # takes the handshake along
    connection.sendall(ANSWER)
    connection.shutdown()
