"""A plain or encrypted HTTP server on loopback whose answers a test writes, and which remembers what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.stands.pki import Issued

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """One request: method, path with query, header fields (lower case) and body."""

    method: str
    path: str
    fields: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    """One answer. `length` is told in place of the body's own, where a connection is to end too early."""

    body: bytes = b"{}"
    status: int = 200
    kind: str = JSON
    fields: dict[str, str] = field(default_factory=dict)
    length: int | None = None


Answering = Callable[[Asked], Says]


@dataclass
class Stand:
    """Where it listens, and what it was asked."""

    address: str
    asked: list[Asked] = field(default_factory=list)


def as_json(plain: object, status: int = 200) -> Says:
    """An answer in JSON."""
    return Says(json.dumps(plain).encode("utf-8"), status, f"{JSON}; charset=utf-8")


@contextmanager
def answering(
    answer: Answering, server: Issued | None = None, folder: Path | None = None, clients: Issued | None = None
) -> Iterator[Stand]:
    """Answer every request so; with a certificate over TLS, whose file is written to `folder`, and with an issuer of
    `clients` only for theirs."""
    stand = Stand("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fields = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, fields, body)
            stand.asked.append(asked)
            said = answer(asked)
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(said.body) if said.length is None else said.length))
            for name, value in said.fields.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(said.body)
            self.close_connection = True

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a client that hangs up is what some tests are about

    with Server(("127.0.0.1", 0), Handler) as listening:
        if server and folder:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(server.pem(folder, "log-platform"))
            if clients:
                context.load_verify_locations(cadata=clients.cert_pem.decode("ascii"))
                context.verify_mode = ssl.CERT_REQUIRED
            listening.socket = context.wrap_socket(listening.socket, server_side=True)
        stand.address = f"127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield stand
        finally:
            listening.shutdown()
            thread.join(5)
