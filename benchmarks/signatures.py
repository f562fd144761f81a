"""How fast are a delivery's two signatures read, three ways each, beside python-xmlsec verifying one?

    pip install -r benchmarks/requirements-signatures.txt
    python benchmarks/signatures.py

Prints our signatures per second over its, for a small and a large delivery, prefix-less and as a prefixed SOAP message.
Ends with 1 where a ratio is under 1. python-xmlsec gets what it can verify: the prefix-less SealedDelivery alone; from
it, it parses the document, reads the certificate out of KeyInfo, and verifies förmedlarens signature.
"""

from __future__ import annotations

import base64
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from readiness.contract.names import XML_SIGNATURE
from readiness.contract.signature import Reading, read_signatures
from readiness.contract.signing import deliver_secure, seal, sign_delivery, with_prefixes
from tests.contract.deliveries import RECEIVED, unsigned

ROUNDS = 9
SIZES = (("6 kB", 600, 300), ("2 MB", 2_000_000, 8))
PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)


def main() -> int:
    """Measure, print, and judge by the ratio."""
    ratios = []
    for name, size, times in SIZES:
        sealed = delivery(size)
        wires = {"alone": sealed, "SOAP, prefixed": with_prefixes(deliver_secure(sealed))}
        for wire, document in wires.items():
            ratio, ours, theirs = compare(document, sealed, times)
            ratios.append(ratio)
            print(
                f"{name}, {wire:15} {len(document):8} bytes   ours {ours:8.0f}/s   python-xmlsec {theirs:8.0f}/s   ",
                end="",
            )
            print(f"ratio {ratio:5.2f}   limit 1.00   {'held' if ratio >= 1 else 'BROKEN'}")
    return int(min(ratios) < 1)


def delivery(size: int) -> bytes:
    """A delivery with an attachment of that size, signed and sealed with one throw-away key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "notarealhost.kommun-a.se")])
    dates = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, *dates).sign(key, hashes.SHA256())
    return seal(sign_delivery(unsigned(size), key, certificate), key, certificate, received=RECEIVED)


def compare(document: bytes, sealed: bytes, times: int) -> tuple[float, float, float]:
    """Medians of the ratio, of our signatures a second, and of theirs; in turns, so that both meet the same machine."""
    read, verify = (lambda: ours(document)), (lambda: theirs(sealed))
    read(), verify()
    rounds = [(2 * rate(read, times), rate(verify, times)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / other for mine, other in rounds)
    return ratio, *(statistics.median(column) for column in zip(*rounds, strict=True))


def rate(measured: Callable[[], None], times: int) -> float:
    """Runs per second."""
    start = time.perf_counter()
    for _ in range(times):
        measured()
    return times / (time.perf_counter() - start)


def ours(document: bytes) -> None:
    """Both signatures in all three readings."""
    found = read_signatures(document)
    assert found.formedlare is not None
    assert Reading.MINA_MEDDELANDEN in {*found.avsandare.verifies} & {*found.formedlare.verifies}


def theirs(document: bytes) -> None:
    """One signature, in the strict reading; raises where it does not verify."""
    signature = etree.fromstring(document, PARSER)[-1]
    certificate = signature.findtext(f".//{{{XML_SIGNATURE}}}X509Certificate")
    assert certificate is not None
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(base64.b64decode(certificate), xmlsec.KeyFormat.CERT_DER)
    context.verify(signature)


if __name__ == "__main__":
    sys.exit(main())
