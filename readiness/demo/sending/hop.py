"""How do the three processes talk to each other? JSON over HTTP/1.1 over mutual TLS on loopback.

Who listens says the port in a file, and who calls waits for that file. Left out: what is asked (each process's own).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from readiness.demo.sending.log import Log
from readiness.demo.sending.settings import Settings

HOST, NAME = "127.0.0.1", "localhost"
LARGEST = 64 * 1024 * 1024
POLL = 0.01
SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"

Route = Callable[[Any], Any]
"""What is answered (as JSON) to what was asked (as JSON); an empty question is None."""


class Unreachable(Exception):
    """The next process could not be asked, or its answer never came."""


class Door(ThreadingHTTPServer):
    """Where a process takes questions. `routes`: by "METHOD /path"."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, settings: Settings, routes: Mapping[str, Route], log: Log) -> None:
        self.routes = routes
        self.log = log
        self.seconds = settings.seconds
        super().__init__((HOST, 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(settings.authority)
        context.load_cert_chain(settings.hop.certificate, settings.hop.key)
        # The handshake belongs to the connection's own thread, not to the one that accepts.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def server_bind(self) -> None:
        """Without the look-up of this machine's name that HTTPServer does: it can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = NAME, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  its name is socketserver's
        """Say it in the log in place of standard error."""
        self.log.tell("WARNING", "hop_failed")


@contextmanager
def open_door(settings: Settings, routes: Mapping[str, Route], log: Log) -> Iterator[None]:
    """Take questions in threads of their own until the context ends; the port stands in the file `settings.door`."""
    with Door(settings, routes, log) as door:
        thread = threading.Thread(target=door.serve_forever, args=(POLL,), daemon=True)
        thread.start()
        said = Path(settings.door)
        part = said.with_suffix(".part")
        part.write_text(str(door.server_port), encoding="ascii")
        part.replace(said)  # whole or not at all
        try:
            yield
        finally:
            said.unlink()
            door.shutdown()
            thread.join()


class Next:
    """The process after this one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: http.client.HTTPSConnection | None = None

    def ask(self, route: str, question: object = None) -> Any:
        """Its answer. Repeated as often as the settings say, for every question may be asked twice. Unreachable."""
        body = b"" if question is None else json.dumps(question).encode("utf-8")
        method, path = route.split(" ")
        problem = ""
        for attempt in range(self._settings.attempts):
            time.sleep(self._settings.wait if attempt else 0)
            try:
                connection = self._connected()
                connection.request(method, path, body)
                answer = connection.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.close()
                problem = type(error).__name__
                continue
            if answer.status == 200:
                return json.loads(data)
            problem = f"status {answer.status}"
        raise Unreachable(problem)

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _connected(self) -> http.client.HTTPSConnection:
        if self._connection is None:
            settings = self._settings
            context = ssl.create_default_context(cafile=settings.authority)
            context.load_cert_chain(settings.hop.certificate, settings.hop.key)
            context.set_ciphers(SUITES)
            port = _port(Path(settings.next_door), settings.timeout)
            self._connection = http.client.HTTPSConnection(NAME, port, timeout=settings.timeout, context=context)
        return self._connection


def _port(said: Path, seconds: float) -> int:
    """What the next process wrote; it is waited for."""
    until = time.monotonic() + seconds
    while not said.exists():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(POLL)
    return int(said.read_text(encoding="ascii"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Door

    def setup(self) -> None:
        self.request.settimeout(self.server.seconds)
        super().setup()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Nothing: what is worth telling the process tells itself."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.send_error(413)
            return
        data = self.rfile.read(length)
        route = self.server.routes.get(f"{self.command} {self.path}")
        if route is None:
            self.send_error(404)
            return
        answer = json.dumps(route(json.loads(data) if data else None)).encode("utf-8")
        with contextlib.suppress(OSError):  # who asked may have gone
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
