"""Is what the probes tell of real servers what is true of them? Every animal of the zoo, looked at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import probes
from probes._tls_extensions import PROTOCOLS
from probes._tls_scan import scan
from readiness.model import Target, TargetKind, Unseen
from readiness.probe import Limits, Seen
from tests.conftest import session_for
from tests.stands.pki import Issued, authority, leaf
from tests.stands.zoo import ZOO, Animal

ASKED = [
    probe
    for probe in probes.discover()
    if probe.id
    in {
        "tls_cipher_suites",
        "tls_groups",
        "tls_signature_algorithms",
        "tls_extensions",
        "tls_fallback",
        "tls_client_auth",
        "server_certificates",
    }
]


@pytest.fixture(scope="module")
def issued() -> tuple[Issued, Issued]:
    root = authority(key="rsa-2048")
    return leaf(root, key="rsa-2048"), leaf(root, key="ec-p256")


def all_facts(address: str) -> tuple[dict[str, Seen], int]:
    """What every probe of TLS says of an address, in one session, and the number of connections that took."""
    target = Target("front", TargetKind.ENDPOINT, address=address, declared=(("server_name", "localhost"),))

    async def gather() -> tuple[dict[str, Seen], int]:
        session = session_for(target, limits=Limits(wait=5.0))
        seen = {one.fact: one for probe in ASKED async for one in probe.observe(target, session)}
        return seen, (await scan(target, session)).connections

    return asyncio.run(gather())


@pytest.mark.parametrize("animal", ZOO, ids=lambda animal: animal.name)
def test_what_is_told_of_a_server_is_true_of_it(tmp_path: Path, issued: tuple[Issued, Issued], animal: Animal) -> None:
    with animal.serve(tmp_path, *issued) as address:
        seen, connections = all_facts(address)
    assert told(seen["tls.suites_accepted"]) == animal.suites
    if animal.groups:
        assert told(seen["tls.groups_accepted"]) == animal.groups
    if animal.signatures:
        assert told(seen["tls.signature_algorithms_accepted"]) == animal.signatures
    assert {name: told(seen[name]) for name in animal.facts} == animal.facts
    assert connections <= len(animal.suites) + 90


def told(seen: Seen) -> object:
    """A value, with sets as sets; nothing of a set may be open."""
    assert not isinstance(seen.value, Unseen), (seen.fact, seen.value)
    assert seen.undecided == ()
    return set(seen.value) if isinstance(seen.value, tuple) else seen.value


def test_the_zoo_has_looked_at_something() -> None:
    assert len(ASKED) == 7
    assert len(ZOO) > 8
    assert "http/1.1" in PROTOCOLS
