"""Which keys protect the rest of a TLS 1.3 handshake? As much of RFC 8446 section 7 as reading it takes.

TLS 1.3 hides certificates, signatures and extensions from onlookers; whoever said hello can read them. Nothing is
verified and nothing secret is protected here: the keys live as long as one hello. Left out: resumption, early data,
exporters, and groups without a key of our own (ML-KEM, finite fields).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x448 import X448PrivateKey, X448PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probes._tls_records import APPLICATION_DATA, Unreadable
from readiness.model import Reason

X25519, X448 = 0x001D, 0x001E
CURVES: Mapping[int, type[ec.EllipticCurve]] = {0x0017: ec.SECP256R1, 0x0018: ec.SECP384R1, 0x0019: ec.SECP521R1}
KEYED = (X25519, *CURVES, X448)
"""The groups that there are keys for."""

CHACHA20, CCM_8 = 0x1303, 0x1305
SUITES = {0x1301: ("sha256", 16), 0x1302: ("sha384", 32), CHACHA20: ("sha256", 32), 0x1304: ("sha256", 16)}
SUITES |= {CCM_8: ("sha256", 16)}
"""Hash, and length of the key, of each suite that can be read (RFC 8446 B.4)."""

Private = X25519PrivateKey | X448PrivateKey | ec.EllipticCurvePrivateKey
Cipher = AESGCM | AESCCM | ChaCha20Poly1305


class KeyShares:
    """Key pairs of our own, made when they are first asked for; one set serves a whole look at an endpoint."""

    def __init__(self) -> None:
        self._keys: dict[int, Private] = {}

    def publics(self, groups: Iterable[int]) -> tuple[tuple[int, bytes], ...]:
        """(group, public key) for those of the groups that there are keys for, in the form of a key share."""
        return tuple((group, _public(self._key(group))) for group in groups if group in KEYED)

    def secret(self, group: int, peer: bytes) -> bytes:
        """What both ends now know; Unreadable where the peer's key is none."""
        key = self._key(group)
        try:
            if isinstance(key, X25519PrivateKey):
                return key.exchange(X25519PublicKey.from_public_bytes(peer))
            if isinstance(key, X448PrivateKey):
                return key.exchange(X448PublicKey.from_public_bytes(peer))
            return key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(key.curve, peer))
        except ValueError as error:
            raise Unreadable(Reason.NOT_UNDERSTOOD, f"a key share that is no key of its group: {error}") from error

    def _key(self, group: int) -> Private:
        if group not in self._keys:
            if group == X25519:
                self._keys[group] = X25519PrivateKey.generate()
            elif group == X448:
                self._keys[group] = X448PrivateKey.generate()
            else:
                self._keys[group] = ec.generate_private_key(CURVES[group]())
        return self._keys[group]


@dataclass(slots=True)
class Sealing:
    """One direction of a connection under one secret: opens and seals records in their order (RFC 8446 5.2)."""

    cipher: Cipher
    iv: bytes
    finished_key: bytes
    tag: int
    count: int = 0

    def open(self, header: bytes, fragment: bytes) -> tuple[int, bytes]:
        """Content type and content of a record; Unreadable where it is not sealed with these keys."""
        try:
            inner = self.cipher.decrypt(self._nonce(), fragment, header).rstrip(b"\0")
        except (InvalidTag, ValueError) as error:
            raise Unreadable(Reason.NOT_UNDERSTOOD, "a record that the agreed keys do not open") from error
        if not inner:
            raise Unreadable(Reason.NOT_UNDERSTOOD, "a record with nothing but padding in it")
        return inner[-1], inner[:-1]

    def seal(self, type_: int, content: bytes) -> bytes:
        """A whole record."""
        header = bytes([APPLICATION_DATA, 3, 3]) + (len(content) + 1 + self.tag).to_bytes(2)
        return header + self.cipher.encrypt(self._nonce(), content + bytes([type_]), header)

    def _nonce(self) -> bytes:
        nonce = bytes(left ^ right for left, right in zip(self.iv, self.count.to_bytes(12), strict=True))
        self.count += 1
        return nonce


class Schedule:
    """The key schedule of one handshake, from the hellos (whole messages) and the shared secret on."""

    def __init__(self, suite: int, secret: bytes, hellos: bytes) -> None:
        self._suite = suite
        self._hash, _ = SUITES[suite]
        nothing = bytes(hashlib.new(self._hash).digest_size)
        early = hmac.digest(nothing, nothing, self._hash)
        self._handshake = hmac.digest(self._derive(early, "derived", b""), secret, self._hash)
        self._hellos = hellos

    def server(self) -> Sealing:
        """How the server seals its handshake."""
        return self._sealing(self._derive(self._handshake, "s hs traffic", self._hellos))

    def client(self) -> Sealing:
        """How we seal ours."""
        return self._sealing(self._derive(self._handshake, "c hs traffic", self._hellos))

    def applications(self, transcript: bytes) -> tuple[Sealing, Sealing]:
        """How the server, and how we seal what comes after its Finished, with which the transcript ends."""
        nothing = bytes(hashlib.new(self._hash).digest_size)
        master = hmac.digest(self._derive(self._handshake, "derived", b""), nothing, self._hash)
        server, client = (self._derive(master, label, transcript) for label in ("s ap traffic", "c ap traffic"))
        return self._sealing(server), self._sealing(client)

    def finished(self, sealing: Sealing, transcript: bytes) -> bytes:
        """What a Finished message says of the transcript before it."""
        return hmac.digest(sealing.finished_key, hashlib.new(self._hash, transcript).digest(), self._hash)

    def _sealing(self, secret: bytes) -> Sealing:
        return sealing_of(self._suite, secret)

    def _derive(self, secret: bytes, label: str, messages: bytes) -> bytes:
        digest = hashlib.new(self._hash, messages).digest()
        return _expand(self._hash, secret, label, digest, len(digest))


def sealing_of(suite: int, secret: bytes) -> Sealing:
    """One direction of a connection, of one of SUITES, under a traffic secret."""
    hash_, length = SUITES[suite]
    key, iv = _expand(hash_, secret, "key", b"", length), _expand(hash_, secret, "iv", b"", 12)
    finished = _expand(hash_, secret, "finished", b"", hashlib.new(hash_).digest_size)
    return Sealing(_cipher(suite, key), iv, finished, 8 if suite == CCM_8 else 16)


def _expand(hash_: str, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 7.1); every output here is one block of HKDF at most."""
    name = b"tls13 " + label.encode("ascii")
    info = length.to_bytes(2) + bytes([len(name)]) + name + bytes([len(context)]) + context
    return hmac.digest(secret, info + b"\1", hash_)[:length]


def _cipher(suite: int, key: bytes) -> Cipher:
    if suite == CHACHA20:
        return ChaCha20Poly1305(key)
    if suite in {0x1301, 0x1302}:
        return AESGCM(key)
    return AESCCM(key, tag_length=8 if suite == CCM_8 else 16)


def _public(key: Private) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key.public_key().public_bytes_raw()
