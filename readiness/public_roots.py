"""Whom does this machine trust on the public web? The roots of its operating system, where Python finds them.

A page for the public is seen as a browser here sees it, behind a company's inspecting proxy too. Nothing else in the
tool trusts these roots. Left out: macOS's own keychain, which Python does not read; there the profile names anchors.
"""

from __future__ import annotations

import re
import ssl
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

MOST_FILES, LARGEST = 2000, 16 * 1024 * 1024
"""Files of a folder of roots that are looked at, and bytes of a file."""
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@cache
def public_roots() -> tuple[x509.Certificate, ...]:
    """The roots; () where Python finds none."""
    if sys.platform == "win32":
        stored = ssl.enum_certificates("ROOT")
        return read_roots(data for data, encoding, _ in stored if encoding == "x509_asn")
    paths = ssl.get_default_verify_paths()
    return roots_in_files(paths.cafile or "", paths.capath or "")


def roots_in_files(file: str, folder: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file, or where it has none those in a folder of such files, as OpenSSL reads both."""
    found = read_roots(_ders(Path(file))) if file else ()
    if found or not folder or not Path(folder).is_dir():
        return found
    return read_roots(der for path in sorted(Path(folder).iterdir())[:MOST_FILES] for der in _ders(path))


def read_roots(ders: Iterable[bytes]) -> tuple[x509.Certificate, ...]:
    """The certificates out of DER, each once. One that cannot be read vouches for nobody."""
    found: list[x509.Certificate] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd about an old root is its owner's affair
        for der in dict.fromkeys(ders):
            with suppress(ValueError, UnsupportedAlgorithm):
                found.append(x509.load_der_x509_certificate(der))
    return tuple(found)


def _ders(path: Path) -> Iterator[bytes]:
    with suppress(OSError, ValueError):
        data = path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST else b""
        for pem in CERTIFICATE.findall(data):
            with suppress(ValueError):
                yield ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))
