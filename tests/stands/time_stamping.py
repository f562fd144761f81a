"""A real time-stamping authority: `openssl ts -reply` behind a small HTTP server on loopback (RFC 3161 3.4).

with time_stamping(folder, authority("Rot")) as tsa:
    tsa.url; tsa.behave = "garbage"
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.stands.pki import CA_NOT_AFTER, CA_NOT_BEFORE, Issued, leaf
from tests.stands.programs import program

CONFIGURATION = """
[tsa]
default_tsa = ours
[ours]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
"""
OTHERS = b"something else that was to be stamped"


@dataclass
class TimeStamping:
    """Where it is, what it has been asked, and how it behaves: well, garbage, other (stamps something else), error,
    redirect, long."""

    url: str
    folder: Path
    behave: str = "well"
    asked: list[bytes] = field(default_factory=list)

    def answer(self, query: bytes) -> bytes:
        """What it says to a request."""
        if self.behave == "garbage":
            return b"<html>Sign in</html>"
        if self.behave == "long":
            return b"0" * (2 << 20)
        if self.behave == "other":
            (self.folder / "other").write_bytes(OTHERS)
            command = [
                "ts",
                "-query",
                "-data",
                self.folder / "other",
                "-sha256",
                "-cert",
                "-out",
                self.folder / "query",
            ]
            self._openssl(command)
        else:
            (self.folder / "query").write_bytes(query)
        signer = ["-signer", self.folder / "tsa.pem", "-inkey", self.folder / "tsa.key"]
        config = ["-config", self.folder / "tsa.cnf", "-section", "ours"]
        answer = self.folder / "answer"
        self._openssl(["ts", "-reply", "-queryfile", self.folder / "query", *signer, *config, "-out", answer])
        return answer.read_bytes()

    def _openssl(self, arguments: list[object]) -> None:
        done = subprocess.run([program("openssl"), *map(str, arguments)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def tsa_certificate(root: Issued, **fields: object) -> Issued:
    """A certificate for time-stamping, valid at any time that a test may run at."""
    purpose = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    usual = {"key": "rsa-2048", "not_before": CA_NOT_BEFORE, "not_after": CA_NOT_AFTER, "extended_key_usage": None}
    usual |= {"subject": (("O", "Exempel"), ("CN", "Tidsstamplar")), "key_usage": ("digital_signature",)}
    return leaf(root, (), extensions=(purpose,), **{**usual, **fields})  # type: ignore[arg-type]


@contextmanager
def time_stamping(folder: Path, root: Issued) -> Iterator[TimeStamping]:
    """The authority, answering on loopback until the context ends."""
    own = tsa_certificate(root)
    (folder / "tsa.pem").write_bytes(own.cert_pem)
    (folder / "tsa.key").write_bytes(own.key_pem())
    (folder / "serial").write_text("01", encoding="ascii")
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            tsa.asked.append(query)
            if tsa.behave in {"error", "redirect"}:
                self.send_response(503 if tsa.behave == "error" else 302)
                self.send_header("Location", tsa.url + "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = tsa.answer(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tsa = TimeStamping(f"http://127.0.0.1:{server.server_address[1]}/tsa", folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield tsa
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
