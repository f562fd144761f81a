"""How is a dossier signed with a key that never leaves its token? PKCS#11, by a URI (RFC 7512).

    pkcs11:token=Stamp;object=dossier?module-path=/usr/lib/softhsm/libsofthsm2.so

`id` may stand in place of `object`, percent-encoded. The PIN is asked for, or comes from an environment variable; a URI
with `pin-value` is refused. The certificate is read from the token, or given beside. Needs the extra `sign`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from readiness.dossier.signature import CURVES, SMALLEST_RSA, Ask, Signer, ordered
from readiness.errors import UsageError
from readiness.texts import say

KNOWN = {"token", "object", "id", "module-path", "type", "serial", "manufacturer", "model"}


def read_uri(uri: str, lang: str) -> dict[str, bytes]:
    """The attributes of a PKCS#11 URI, decoded. UsageError where it names no module, token or key, or holds a PIN."""
    scheme, _, rest = uri.partition(":")
    path, _, query = rest.partition("?")
    pairs = [pair.partition("=") for pair in [*path.split(";"), *query.split("&")] if pair]
    found = {name: unquote_to_bytes(value) for name, _, value in pairs}
    if "pin-value" in found:
        raise UsageError(say(lang, "seal.pin_in_uri"))
    complete = {"token", "module-path"} <= found.keys() and found.keys() & {"object", "id"}
    if scheme.lower() != "pkcs11" or not complete or set(found) - KNOWN:
        raise UsageError(say(lang, "seal.wrong_uri"))
    return found


@contextmanager
def token_signer(uri: str, beside: Sequence[x509.Certificate], ask: Ask, lang: str) -> Iterator[Signer]:
    """A signer whose key stays in the token, as long as the context lasts. UsageError says what the token lacks."""
    where = read_uri(uri, lang)
    try:
        import pkcs11
    except ImportError as error:
        raise UsageError(say(lang, "seal.needs_extra")) from error
    name = where["token"].decode("utf-8", errors="replace")
    try:
        library = pkcs11.lib(where["module-path"].decode("utf-8"))
        token = library.get_token(token_label=name)
    except (pkcs11.PKCS11Error, OSError, RuntimeError) as error:
        raise UsageError(say(lang, "seal.no_token", token=name)) from error
    pin = ask(name)
    if pin is None:
        raise UsageError(say(lang, "seal.needs_password", path=name))
    try:
        with token.open(user_pin=pin) as session:
            yield _signer(session, where, beside, name, lang)
    except pkcs11.PinIncorrect:
        raise UsageError(say(lang, "seal.not_opened", path=name)) from None
    except pkcs11.PKCS11Error as error:
        raise UsageError(say(lang, "seal.token_fails", token=name, why=type(error).__name__)) from None


def _signer(session: Any, where: dict[str, bytes], beside: Sequence[x509.Certificate], name: str, lang: str) -> Signer:
    from pkcs11 import Attribute, NoSuchKey, ObjectClass

    asked = {
        **({Attribute.LABEL: where["object"].decode("utf-8")} if "object" in where else {}),
        **({Attribute.ID: where["id"]} if "id" in where else {}),
    }
    keys = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, **asked}))
    if len(keys) != 1:
        raise UsageError(say(lang, "seal.no_token_key", token=name)) from NoSuchKey()
    held = [
        x509.load_der_x509_certificate(bytes(one[Attribute.VALUE]))
        for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
    ]
    own = [
        x509.load_der_x509_certificate(bytes(one[Attribute.VALUE]))
        for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, **asked})
    ]
    first = next(iter([*beside, *own]), None)
    if first is None:
        raise UsageError(say(lang, "seal.no_certificate", path=name))
    public = first.public_key()
    usable = (
        (isinstance(public, rsa.RSAPublicKey) and public.key_size >= SMALLEST_RSA)
        or (isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in CURVES)
        or isinstance(public, ed25519.Ed25519PublicKey)
    )
    if not usable:
        raise UsageError(say(lang, "seal.wrong_key", path=name))
    return Signer(ordered([*beside, *own, *held], public, name, lang), lambda data: _sign(keys[0], public, data))


def _sign(key: Any, public: object, data: bytes) -> bytes:
    """A signature as files' keys make it. Tokens give ECDSA as two numbers, one after the other, over a digest."""
    from pkcs11 import Mechanism

    if isinstance(public, rsa.RSAPublicKey):
        return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
    if isinstance(public, ec.EllipticCurvePublicKey):
        digest = hashes.Hash(CURVES[public.curve.name])
        digest.update(data)
        pair = bytes(key.sign(digest.finalize(), mechanism=Mechanism.ECDSA))
        half = len(pair) // 2
        return encode_dss_signature(int.from_bytes(pair[:half]), int.from_bytes(pair[half:]))
    return bytes(key.sign(data, mechanism=Mechanism.EDDSA))
