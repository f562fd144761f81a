"""What passes between the socket's bytes and the application's, and what did the peer do on the way? Server-side TLS.

pyOpenSSL over memory BIOs, not the standard library's ssl: the stage has to *receive* any client chain, judge none and
ask with an empty list of CA names. The ssl module verifies against loaded CAs (and names each of them in its
CertificateRequest) or does not ask at all, hides the chain and tells of no alert. pyOpenSSL has a verify callback that
may accept anything, a list of CA names of its own, and a callback that sees every alert, the encrypted ones of TLS 1.3
too. Nothing is resumed: there is no session cache. (OpenSSL still sends NewSessionTicket in TLS 1.3, because pyOpenSSL
does not bind SSL_CTX_set_num_tickets; a client that comes back with one gets a full handshake.)
Left out: sockets and timing of closes (connection).
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from OpenSSL import SSL, crypto

from readiness.recording import Alert
from readiness.stage import clock
from readiness.stage.settings import ServerCertificate, StageSettings
from readiness.stage.steps import Speak

# Level 0 lets old versions be spoken where a scenario asks for one, and weak *client* certificates in, to be seen; the
# suites are none of the broken ones.
SUITES = b"HIGH:!aNULL:!eNULL:!PSK:!SRP:!kDH:!kECDH:!3DES:@SECLEVEL=0"
ALERT_LEVELS = {1: "warning", 2: "fatal"}
CLOSE_NOTIFY = "close_notify"
# RFC 8446 section 6 and appendix B.2, with what older versions still send (RFC 5246 section 7.2).
ALERTS = {
    0: CLOSE_NOTIFY, 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
    30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate",
    43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
    60: "export_restriction", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
    86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
    110: "unsupported_extension", 111: "certificate_unobtainable", 112: "unrecognized_name",
    113: "bad_certificate_status_response", 114: "bad_certificate_hash_value", 115: "unknown_psk_identity",
    116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip
VERIFY = {
    "required": SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
    "requested": SSL.VERIFY_PEER,
    "none": SSL.VERIFY_NONE,
}
PLAIN_AT_A_TIME = 65536
VERSIONS = {
    "TLSv1": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}
MODERN = Speak("TLSv1.2", "TLSv1.3")


def issuers_of(settings: StageSettings) -> frozenset[bytes]:
    """The declared issuers of client certificates, DER."""
    return frozenset(
        one.public_bytes(Encoding.DER)
        for pem in settings.client_issuers
        for one in x509.load_pem_x509_certificates(pem)
    )


def server_context(
    settings: StageSettings, certificate: ServerCertificate, speak: Speak = MODERN, *, refuses: bool = False
) -> SSL.Context:
    """How a listener shakes hands. The private key stays in memory. ValueError where chain or key cannot be read.

    `refuses`: no client certificate is accepted, whatever it is: OpenSSL looks for its issuer, finds none, and sends
    unknown_ca.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(VERSIONS[speak.oldest])
    context.set_max_proto_version(VERSIONS[speak.newest])
    context.set_cipher_list(SUITES)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    leaf, *rest = x509.load_pem_x509_certificates(certificate.chain)
    key = load_pem_private_key(certificate.key, None)
    context.use_certificate(leaf)
    for issuer in rest:
        context.add_extra_chain_cert(issuer)
    context.use_privatekey(key)  # type: ignore[arg-type]  # any key that a certificate can have
    context.check_privatekey()
    store = context.get_cert_store()
    for pem in settings.client_issuers if not refuses else ():
        for issuer in x509.load_pem_x509_certificates(pem):
            if store is not None:
                store.add_cert(crypto.X509.from_cryptography(issuer))
    for pem in settings.ca_names:  # none: the CertificateRequest names no CA, whichever issuers are loaded
        for named in x509.load_pem_x509_certificates(pem):
            context.add_client_ca(named)
    answer = _as_verified if settings.client_issuers or refuses else _anything
    context.set_verify(VERIFY["required" if refuses else settings.client_certificate], answer)
    context.set_info_callback(_note_alert)
    return context


def _anything(_connection: object, _certificate: object, _error: int, _depth: int, _verified: int) -> bool:
    return True


def _as_verified(connection: SSL.Connection, certificate: crypto.X509, _error: int, depth: int, verified: int) -> bool:
    """OpenSSL's own verdict. What is refused is noted first, because OpenSSL forgets it."""
    connection.get_app_data().refused[depth] = certificate.to_cryptography().public_bytes(Encoding.DER)
    return bool(verified)


def _note_alert(connection: SSL.Connection, where: int, value: int) -> None:
    """OpenSSL's info callback: bit SSL_CB_ALERT, and in `value` the level and the description (a byte each)."""
    if where & SSL.SSL_CB_ALERT:
        channel = connection.get_app_data()
        level, description = value >> 8, value & 0xFF
        name = ALERTS.get(description, f"alert_{description}")
        alert = Alert(ALERT_LEVELS.get(level, f"level_{level}"), name, clock.now())
        (channel.alerts_received if where & SSL.SSL_CB_READ else channel.alerts_sent).append(alert)


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What a finished handshake agreed on, in OpenSSL's names."""

    version: str
    suite: str
    group: str
    resumed: bool


class TlsChannel:
    """One server-side TLS connection without a socket: put in what came, take out what is to be sent.

    After `problem` is set there is nothing more to read; what is outgoing (the alert) is still to be sent.
    """

    __slots__ = (
        "_connection", "_issuers", "alerts_received", "alerts_sent", "closed_by_peer", "finished", "problem", "refused",
    )  # fmt: skip

    def __init__(self, context: SSL.Context, issuers: frozenset[bytes] = frozenset()) -> None:
        """`issuers` are the declared ones (DER): OpenSSL shows them too when it looks at a chain."""
        self._issuers = issuers
        self._connection = SSL.Connection(context, None)
        self._connection.set_accept_state()
        self._connection.set_app_data(self)
        self.alerts_received: list[Alert] = []
        self.alerts_sent: list[Alert] = []
        self.refused: dict[int, bytes] = {}
        self.finished = False
        self.closed_by_peer = False
        self.problem = ""

    def receive(self, data: bytes) -> bytes:
        """Put in what came from the socket; get what the application may read of it, possibly nothing."""
        connection, plain = self._connection, []
        try:
            connection.bio_write(data)
            if not self.finished:
                connection.do_handshake()
                self.finished = True
            while True:
                plain.append(connection.recv(PLAIN_AT_A_TIME))
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.closed_by_peer = True
        except SSL.Error as error:
            self.problem = f"TLS: {_words(error)}"
        return plain[0] if len(plain) == 1 else b"".join(plain)

    def send(self, data: bytes) -> bytes:
        """What the socket must carry so that the peer reads these bytes."""
        try:
            self._connection.sendall(data)
        except SSL.Error as error:
            self.problem = f"TLS: {_words(error)}"
        return self.outgoing()

    def close(self) -> bytes:
        """What the socket must carry to say close_notify; nothing where the handshake never finished."""
        if self.finished and not self.problem:
            try:
                self._connection.shutdown()
            except SSL.Error as error:
                self.problem = f"TLS: {_words(error)}"
        return self.outgoing()

    def outgoing(self) -> bytes:
        """What waits to be sent: handshake messages, alerts, records."""
        parts = []
        try:
            while True:
                parts.append(self._connection.bio_read(PLAIN_AT_A_TIME))
        except SSL.WantReadError:
            return b"".join(parts)

    def negotiated(self) -> Negotiated:
        """What was agreed on; only after the handshake has finished."""
        connection = self._connection
        return Negotiated(
            connection.get_protocol_version_name(),
            connection.get_cipher_name() or "",
            connection.get_group_name() or "",
            resumed=False,  # there is neither cache nor ticket key to resume from
        )

    def chain(self) -> tuple[bytes, ...]:
        """The client's certificates (DER, leaf first); of a chain that was refused, those that OpenSSL had looked at.

        OpenSSL keeps the leaf apart from the chain on this side.
        """
        if not self.finished:
            return tuple(der for _, der in sorted(self.refused.items()) if der not in self._issuers)
        leaf = self._connection.get_peer_certificate(as_cryptography=True)
        rest = self._connection.get_peer_cert_chain(as_cryptography=True) or []
        if leaf is None:
            return ()
        others = [one for one in rest if one != leaf]
        return tuple(one.public_bytes(Encoding.DER) for one in (leaf, *others))

    def forget(self) -> None:
        """Let go of the OpenSSL objects, which refer to this one."""
        self._connection.set_app_data(None)


def _words(error: SSL.Error) -> str:
    """The reason that OpenSSL gives, or that the peer went away."""
    if isinstance(error, SSL.SysCallError):
        return "the peer went away in the middle"
    rows = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(str(row[-1]) for row in rows if row) or type(error).__name__
