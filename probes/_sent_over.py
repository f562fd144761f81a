"""Over which client certificates did deliveries come to a stage, and which of them lie receipted in a mailbox?

Certificates are compared as bytes, and their keys as SubjectPublicKeyInfo: a renewed certificate may keep its key.
Pure. Left out: whose a certificate is, and what a delivery holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from probes._certificates import attempt, load, public_key_octets
from probes._declared_certificates import organisation_number
from readiness.model import Unseen
from readiness.recording import Connection, Exchange

OPERATION = "deliverSecure"


@dataclass(frozen=True, slots=True)
class Client:
    """A client certificate. `key`: its public key, `number`: the organisation number in its subject; empty where none
    can be read."""

    der: bytes
    key: bytes = b""
    number: str = ""

    @property
    def sha256(self) -> str:
        """Its digest (hex), by which a person knows it."""
        return sha256(self.der).hexdigest()

    def shares_key(self, other: Client) -> bool:
        """Whether both are the same certificate, or have the same key."""
        return self.der == other.der or (self.key != b"" and self.key == other.key)


@dataclass(frozen=True, slots=True)
class Sent:
    """The deliveries that a stage recorded. `receipted`: how many it took and receipted, by the client certificate that
    they came with; `unknown`: how many of those came with none that was written down; `clients`: of all deliveries."""

    deliveries: int
    receipted: dict[Client, int]
    unknown: int
    clients: frozenset[Client]


def read_sent(connections: Iterable[Connection], exchanges: Iterable[Exchange]) -> Sent:
    """What came over which certificate."""
    leaves = {connection.id: connection.client_chain[:1] for connection in connections}
    read: dict[bytes, Client] = {}
    receipted: dict[Client, int] = {}
    deliveries = unknown = 0
    for exchange in exchanges:
        if exchange.operation != OPERATION:
            continue
        deliveries += 1
        der = b"".join(leaves.get(exchange.connection, ()))
        if der and der not in read:
            read[der] = read_client(der)
        if not (exchange.taken and exchange.receipted):
            continue
        if der:
            receipted[read[der]] = receipted.get(read[der], 0) + 1
        else:
            unknown += 1
    return Sent(deliveries, receipted, unknown, frozenset(read.values()))


def read_client(der: bytes) -> Client:
    """What a certificate is compared by."""
    leaf = attempt(load, der)
    if isinstance(leaf, Unseen):
        return Client(der)
    key, number = attempt(public_key_octets, leaf), organisation_number(leaf)
    return Client(der, b"" if isinstance(key, Unseen) else key, "" if isinstance(number, Unseen) else number)
