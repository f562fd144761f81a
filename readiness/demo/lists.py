"""Where does the example's issuer tell which certificates are revoked? A plain HTTP server on loopback, with one list.

Left out: making the list (`pki`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLL = 0.02
"""Seconds between two looks at whether to stop."""


@contextmanager
def serving(lists: Mapping[str, bytes]) -> Iterator[str]:
    """Answer GET with what stands under the path, when it stands there; gives host:port. Stopped at the end."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 3.0

        def do_GET(self) -> None:
            """The list, or 404."""
            found = lists.get(self.path)
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/pkix-crl")
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing is written."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL}, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
