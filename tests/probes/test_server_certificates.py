"""Are all certificates of an endpoint told, those that an ordinary client never sees too?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from probes.server_certificates import PROBE, read_earliest, read_uncovered
from readiness.model import Reason, Table, Unseen
from readiness.probe import Limits, Seen
from tests.conftest import NOON, look, session_for
from tests.probes.tls_looks import endpoint
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued, authority, leaf

ROOT = authority(key="rsa-2048")
RSA, EC = leaf(ROOT, key="rsa-2048", not_after=NOON + timedelta(days=5)), leaf(ROOT, ["annan.test"], key="ec-p256")


def told(address: str, name: str = "localhost") -> dict[str, Seen]:
    target = endpoint(address, server_name=name)
    return look(PROBE, target, session_for(target, limits=Limits(wait=5)))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    with nginx(tmp_path_factory.mktemp("two"), RSA, EC) as address:
        return told(address)


def test_every_certificate_of_a_server_is_seen(two: dict[str, Seen]) -> None:
    assert two["server_certificates.seen"].value == 2
    assert two["server_certificates.key_types"].value == ("EC", "RSA")
    chains = two["server_certificates.chains"].value
    assert isinstance(chains, Table)
    assert len(chains.rows) == 2


def test_the_first_to_end_and_those_for_other_names_are_told(two: dict[str, Seen]) -> None:
    assert two["server_certificates.earliest_not_after"].value == NOON + timedelta(days=5)
    assert two["server_certificates.for_other_names"].value == 1


@pytest.mark.parametrize("other", [None, leaf(ROOT, ["annan.test"])], ids=["rejected", "another"])
def test_a_hello_without_a_name_is_told_apart(tmp_path: Path, other: Issued | None) -> None:
    if other is None:
        with nginx(tmp_path, RSA, only_name="localhost") as address:
            assert told(address)["server_certificates.without_server_name"].value == "none"
    else:
        pem = other.pem(tmp_path, "other")
        options = ("-servername", "localhost", "-cert2", str(RSA.pem(tmp_path)), "-key2", str(RSA.pem(tmp_path)))
        with openssl_server(tmp_path, other, *options) as address:
            assert told(address)["server_certificates.without_server_name"].value == "other"
        assert pem.is_file()


def test_a_server_of_one_certificate_shows_it_without_a_name_too(tmp_path: Path) -> None:
    with openssl_server(tmp_path, RSA) as address:
        seen = told(address)
    assert seen["server_certificates.without_server_name"].value == "same"
    assert seen["server_certificates.for_other_names"].value == 0


def test_what_cannot_be_read_leaves_the_fact_open() -> None:
    for value in (read_earliest([RSA.der, b"junk"]), read_uncovered([b"junk"], "localhost")):
        assert isinstance(value, Unseen)
        assert value.reason is Reason.NOT_UNDERSTOOD
