"""Which certificate does a certificate target stand for, and which key belongs with it? Its files, opened.

A file may hold one certificate or many, with the key or without. Left out: what the certificate says.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from probes import _certificate_chain as chains
from probes._certificate_files import Opened, open_file
from probes._certificates import Certificate, attempt, load, public_key_octets
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, Session


@dataclass(frozen=True, slots=True)
class Held:
    """What a target's files hold: the certificates with the leaf first (DER), the key, and the files that hold keys."""

    chain: tuple[bytes, ...]
    key: bytes | Unseen | None
    key_files: tuple[str, ...]

    @property
    def leaf(self) -> Certificate | Unseen:
        """The first certificate, or why it cannot be read."""
        return attempt(load, self.chain[0])


_READ: WeakKeyDictionary[Session, dict[Target, Held]] = WeakKeyDictionary()


def read_held(target: Target, session: Session) -> Held:
    """What the target's files hold. CannotObserve if the file of the certificate cannot be opened or holds none.

    Read once a session: every certificate is compared with every other, and a private key is slow to open.
    """
    found = _READ.setdefault(session, {})
    if target not in found:
        found[target] = _read(target, session)
    return found[target]


def _read(target: Target, session: Session) -> Held:
    def password() -> bytes | None:
        return session.password(target.id)

    opened = open_file(session.read_file(target.address), password)
    if not opened.certificates:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"there is no certificate in {target.address}")
    key, files = opened.key, (target.address,) if opened.key is not None else ()
    if beside := str(target.says("key_file") or ""):
        try:
            key = open_file(session.read_file(beside), password).key
        except CannotObserve as error:
            key = error.unseen
        if key is None:
            key = Unseen(Reason.NOT_UNDERSTOOD, f"there is no private key in {beside}")
        files = tuple(dict.fromkeys((*files, beside)))
    return Held(_leaf_first(Opened(opened.certificates, key)), key, files)


def key_of(der: bytes) -> bytes | Unseen:
    """The public key (SubjectPublicKeyInfo, DER) of a certificate (DER), or why it cannot be read."""
    certificate = attempt(load, der)
    return certificate if isinstance(certificate, Unseen) else attempt(public_key_octets, certificate)


def key_in(target: Target, session: Session) -> bytes | Unseen:
    """The public key of another target's certificate, or why it cannot be read."""
    if not target.address:
        return Unseen(Reason.NOT_CONFIGURED, f"the profile names no file; {target.held_by or 'nobody'} holds it")
    try:
        return key_of(read_held(target, session).chain[0])
    except CannotObserve as error:
        return error.unseen


def _leaf_first(opened: Opened) -> tuple[bytes, ...]:
    """The certificates with the leaf first: the one of the key, else the first that issued none of the others."""
    leaf = next((der for der in opened.certificates if opened.key and key_of(der) == opened.key), None)
    if leaf is None:
        readable = chains.readable(opened.certificates)
        ends = [
            upper.der
            for upper in readable
            if not any(chains.issued_by(lower, upper) for lower in readable if lower.der != upper.der)
        ]
        leaf = (ends or opened.certificates)[0]
    others = list(opened.certificates)
    others.remove(leaf)
    return (leaf, *others)
