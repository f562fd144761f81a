"""A SOAP service over TLS, with a client certificate asked for or not: real sockets, in threads, and what it was asked.

    with soap_server(SoapService.of("Message", "/Message/v3"), server, tmp_path) as stand:
        look(PROBE, endpoint(stand.address))

What it answers is `answer`: a service of the example kommun, or any function of a request. Left out: keep-alive.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from readiness.demo.soap_service import Request, read_request
from tests.stands.pki import Issued
from tests.stands.programs import address_of

Answer = Callable[[Request], bytes]
SECONDS = 10.0
SILENT = b""
"""An answer of this keeps the caller waiting until it hangs up, or the test is over."""
HANGS_UP = b"hang up"
"""An answer of this closes the connection without a word."""


@dataclass
class SoapStand:
    """Where it listens, and what it was asked, in order, each with the subject of the client's certificate."""

    address: str
    asked: list[Request] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)


@contextmanager
def soap_server(
    answer: Answer,
    server: Issued,
    folder: Path,
    *,
    clients: Issued | None = None,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    host: str = "127.0.0.1",
) -> Iterator[SoapStand]:
    """Serve until the block ends. `clients`: the authority that a client's certificate, then required, must lead to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = newest
    context.load_cert_chain(server.pem(folder, "soap-server"))
    if clients:
        context.load_verify_locations(cadata=clients.cert_pem.decode("ascii"))
        context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server((host, 0)) as listener:
        stand = SoapStand(address_of(host, listener.getsockname()[1]))
        over = threading.Event()
        threads: list[threading.Thread] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    raw, _ = listener.accept()
                    threads.append(
                        threading.Thread(target=_serve, args=(raw, context, answer, stand, over), daemon=True)
                    )
                    threads[-1].start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield stand
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(5)
            for thread in threads:
                thread.join(5)


def raw_answer(status: str, body: bytes = b"", media_type: str = "text/xml", **fields: str) -> bytes:
    """An HTTP answer of one's own."""
    head = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}", f"Content-Type: {media_type}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def _serve(
    raw: socket.socket, context: ssl.SSLContext, answer: Answer, stand: SoapStand, over: threading.Event
) -> None:
    raw.settimeout(SECONDS)
    with raw, suppress(OSError, ssl.SSLError), context.wrap_socket(raw, server_side=True) as tls:
        subject = (tls.getpeercert() or {}).get("subject", ())
        request = read_request(lambda: tls.recv(65536))
        if request is None:
            return
        numbers = [str(value) for rdn in subject for name, value in rdn if name == "serialNumber"]
        request = replace(request, client="".join(numbers)[-10:])
        stand.asked.append(request)
        stand.clients.append(str(subject))
        said = answer(request)
        if said == HANGS_UP:
            return
        if said == SILENT:
            over.wait(SECONDS)
            return
        tls.sendall(said)
        with suppress(OSError):
            tls.unwrap()
