"""How does a server prove who it is before anything is sent to it? By a chain to the CA given, its name, and a CRL.

OpenSSL judges dates, name, purpose and, at its level 2, the strength of keys and signatures; TLS 1.2 or newer. The list
of what is revoked comes from where the first certificate says (RFC 5280 4.2.1.13): it is fetched once, and OpenSSL
checks who signed it. Left out: what is sent then (`caller`).
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from readiness.demo.sending.revocation import NoList, address_of_list, fetch_list
from readiness.demo.sending.settings import Settings

SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2"
# X509_V_ERR_*, as OpenSSL's x509_vfy.h numbers them.
NO_LIST, LIST_OVER = 3, 12
FORGIVEN: Mapping[str, frozenset[int]] = {
    "forgives-dates": frozenset({9, 10}),
    "forgives-names": frozenset({62}),
    "forgives-issuers": frozenset({18, 19, 20, 21}),
    "forgives-purposes": frozenset({26}),
    "forgives-weakness": frozenset({66, 67, 68}),
}
"""What a built-in defect takes for nothing, as a callback of its own may: the verdict does not count then."""


class NotSent(Exception):
    """The peer cannot have got the whole request: a repeat does no harm."""


class Unproven(NotSent):
    """Nothing was sent, for the peer is not who it should be, or does not take us for who we are: a person's task."""


class Proof:
    """The TLS of one förmedlare."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._forgiven = frozenset[int]().union(*(FORGIVEN.get(quirk, ()) for quirk in settings.quirks))
        self._plain = _context(settings)
        self._strict: ssl.SSLContext | None = None
        """Where the lists of what is revoked are loaded; None as long as there is none."""

    @contextlib.contextmanager
    def connected(self, host: str, port: int) -> Iterator[ssl.SSLSocket]:
        """A connection to a server that has proven who it is. NotSent; Unproven where it has not."""
        with contextlib.closing(self._proven(host, port)) as tls:
            yield tls

    def _proven(self, host: str, port: int) -> ssl.SSLSocket:
        try:
            return self._checked(host, port)
        except ssl.SSLCertVerificationError as error:
            if error.verify_code in self._forgiven:
                return self._shake(host, port, _context(self._settings, blind=True))
            raise Unproven(words(error)) from error
        except NoList as error:
            raise Unproven(str(error)) from error
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            raise NotSent(words(error)) from error
        except ssl.SSLError as error:
            if "falls-back-to-tls-1.0" in self._settings.quirks and "PROTOCOL_VERSION" in (error.reason or ""):
                return self._shake(host, port, _context(self._settings, old=True))
            raise Unproven(words(error)) from error
        except OSError as error:
            raise NotSent(words(error)) from error

    def _checked(self, host: str, port: int) -> ssl.SSLSocket:
        """By the lists that are there; where none is of its issuer, by the one that the certificate names."""
        if self._strict is not None:
            try:
                return self._shake(host, port, self._strict)
            except ssl.SSLCertVerificationError as error:
                if error.verify_code not in {NO_LIST, LIST_OVER}:
                    raise
        tls = self._shake(host, port, self._plain)
        url = address_of_list(tls.getpeercert(binary_form=True) or b"")
        if not url or {"ignores-revocation", "accepts-any-certificate"} & set(self._settings.quirks):
            return tls
        tls.close()  # nothing was said on it
        self._load(fetch_list(url, self._settings.timeout))
        assert self._strict is not None
        return self._shake(host, port, self._strict)

    def _shake(self, host: str, port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
        timeout = self._settings.timeout
        raw = socket.create_connection((host, port), timeout)
        with ExitStack() as unless_shaken:
            unless_shaken.callback(raw.close)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tls = context.wrap_socket(raw, server_hostname=host)
            unless_shaken.pop_all()
        return tls

    def _load(self, pem: bytes) -> None:
        self._strict = self._strict or _context(self._settings)
        self._strict.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        with TemporaryDirectory() as folder:
            (Path(folder) / "list.pem").write_bytes(pem)
            self._strict.load_verify_locations(Path(folder) / "list.pem")


def words(error: Exception) -> str:
    """What went wrong, without anything that the peer wrote: OpenSSL's words name nobody but the host we called."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{type(error).__name__} {error.reason}: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"{type(error).__name__} {error.reason or ''}".strip()
    return type(error).__name__


def _context(settings: Settings, *, blind: bool = False, old: bool = False) -> ssl.SSLContext:
    """The peer proven by the given CA and by its name, our certificate shown.

    Built-in defects take whoever it is (`blind`), or speak whatever a server of old speaks (`old`).
    """
    quirks = settings.quirks
    context = ssl.create_default_context(cafile=settings.authority)
    if "trusts-nobody" in quirks:  # as with a trust store that nobody has looked after
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.client.certificate, settings.client.key)
    context.set_ciphers(SUITES)
    if old or "offers-tls-1.0" in quirks:
        context.set_ciphers("ALL:@SECLEVEL=0" if old else SUITES.replace("LEVEL=2", "LEVEL=0"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
    if "offers-no-tls-1.3" in quirks:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if blind or "accepts-any-certificate" in quirks:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers(SUITES.replace("LEVEL=2", "LEVEL=0"))
    return context
