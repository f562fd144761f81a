"""A place where revocation is told: lists and OCSP answers made in memory, with every field open to be wrong, and a
plain HTTP server on loopback that gives them out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.conftest import NOON
from tests.stands.pki import Issued

DAY = timedelta(days=1)


def told_at(lists: Sequence[str] = (), answers: Sequence[str] = ()) -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions of a certificate that say where its revocation is told."""
    found: list[tuple[x509.ExtensionType, bool]] = []
    if lists:
        points = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in lists]
        found.append((x509.CRLDistributionPoints(points), False))
    if answers:
        method = AuthorityInformationAccessOID.OCSP
        access = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for url in answers]
        found.append((x509.AuthorityInformationAccess(access), False))
    return found


def revocation_list(
    issuer: Issued,
    revoked: Sequence[Issued] = (),
    *,
    signer: Issued | None = None,
    begins: datetime = NOON - DAY,
    ends: datetime = NOON + DAY,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> x509.CertificateRevocationList:
    """A list of that issuer; `signer` signs in its place."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.cert.subject)
    builder = builder.last_update(begins).next_update(ends)
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.cert.serial_number).revocation_date(begins)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign((signer or issuer).key, hashes.SHA256())  # type: ignore[arg-type]


def response(
    subject: Issued,
    issuer: Issued,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    *,
    signer: Issued | None = None,
    begins: datetime = NOON - DAY,
    ends: datetime | None = NOON + DAY,
    beside: Sequence[Issued] = (),
) -> bytes:
    """A response about `subject` under `issuer`, DER; `signer` signs in its place, `beside` come with it."""
    since = begins if status is ocsp.OCSPCertStatus.REVOKED else None
    builder = ocsp.OCSPResponseBuilder().add_response(
        subject.cert, issuer.cert, hashes.SHA1(), status, begins, ends, since, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, (signer or issuer).cert)
    if beside:
        builder = builder.certificates([one.cert for one in beside])
    return builder.sign((signer or issuer).key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def der(crl: x509.CertificateRevocationList) -> bytes:
    """The list, DER."""
    return crl.public_bytes(Encoding.DER)


@contextmanager
def telling(answers: Callable[[str, bytes], tuple[int, bytes]]) -> Iterator[tuple[str, list[str]]]:
    """Serve: a path and a request body in, a status and a body out; gives host:port and the paths that were asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            asked.append(self.path)
            status, data = answers(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing is written."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()
