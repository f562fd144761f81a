"""Where does a certificate say that its revocation is told, and what stands there? A CRL over HTTP (RFC 5280 4.2.1.13).

Who signed the list is checked by OpenSSL when it is used. Left out: OCSP, and using it (`proof`).
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

LARGEST = 8 * 1024 * 1024


class NoList(Exception):
    """The list of what is revoked cannot be had: then nothing is known of the certificate."""


def address_of_list(leaf: bytes) -> str:
    """The first HTTP address of a list in a certificate (DER); "" where it names none."""
    try:
        extensions = x509.load_der_x509_certificate(leaf).extensions
        points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (ValueError, x509.ExtensionNotFound):
        return ""
    names = (name for point in points for name in point.full_name or ())
    addresses = (name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))
    return next((address for address in addresses if address.startswith("http://")), "")


def fetch_list(url: str, timeout: float) -> bytes:
    """The list at an address, PEM. NoList."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=timeout)
    try:
        connection.request("GET", place.path or "/")
        answer = connection.getresponse()
        data = answer.read(LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise NoList(f"the list of what is revoked cannot be had: {type(error).__name__}") from error
    finally:
        connection.close()
    try:
        return x509.load_der_x509_crl(data).public_bytes(Encoding.PEM)
    except ValueError as error:
        raise NoList(f"what stands in place of the list of what is revoked is none (HTTP {answer.status})") from error
