"""Is what a server signs with told, and what it does not say left open? Real servers: test_tls_zoo."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes._tls_keys import KeyShares, Schedule, Unreadable
from probes.tls_signature_algorithms import ACCEPTED, PROBE
from readiness.model import Reason, Unseen
from readiness.probe import Limits
from tests.conftest import look, session_for
from tests.probes.tls_looks import endpoint
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import authority, leaf


def test_a_server_that_signs_nothing_is_left_open(tmp_path: Path) -> None:
    """With RSA key exchange the server decrypts, and signs nothing."""
    issued = leaf(authority(key="rsa-2048"), key="rsa-2048")
    with openssl_server(tmp_path, issued, "-tls1_2", "-cipher", "AES128-SHA") as address:
        target = endpoint(address)
        value = look(PROBE, target, session_for(target, limits=Limits(wait=5)))[ACCEPTED].value
    assert isinstance(value, Unseen)
    assert value.reason is Reason.NOT_EXERCISED


def test_one_algorithm_of_the_certificates_own_curve_is_told(tmp_path: Path) -> None:
    issued = leaf(authority(), key="ec-p256")
    with openssl_server(tmp_path, issued, "-tls1_3", "-sigalgs", "ECDSA+SHA256") as address:
        target = endpoint(address)
        value = look(PROBE, target, session_for(target, limits=Limits(wait=5)))[ACCEPTED].value
    assert value == ("ecdsa_secp256r1_sha256",)


@pytest.mark.parametrize("suite", [0x1301, 0x1302, 0x1303, 0x1304, 0x1305])
def test_what_one_end_seals_the_other_opens(suite: int) -> None:
    ours, theirs = KeyShares(), KeyShares()
    for group, public in theirs.publics((0x1D, 0x17, 0x18, 0x19, 0x1E, 0x11EC)):
        secret = ours.secret(group, public)
        assert secret == theirs.secret(group, dict(ours.publics([group]))[group])
        sealed = Schedule(suite, secret, b"hellos").server().seal(22, b"a message")
        opener = Schedule(suite, secret, b"hellos").server()
        assert opener.open(sealed[:5], sealed[5:]) == (22, b"a message")
        with pytest.raises(Unreadable):
            opener.open(sealed[:5], sealed[5:])  # the second record of a connection is sealed otherwise


def test_keys_that_do_not_fit_open_nothing() -> None:
    sealed = Schedule(0x1301, b"secret", b"hellos").server().seal(22, b"a message")
    for other in (Schedule(0x1301, b"other", b"hellos"), Schedule(0x1301, b"secret", b"hello")):
        with pytest.raises(Unreadable):
            other.server().open(sealed[:5], sealed[5:])
    with pytest.raises(Unreadable):
        KeyShares().secret(0x17, b"\4" + bytes(64))
