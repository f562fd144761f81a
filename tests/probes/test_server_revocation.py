"""server_revocation on a real server: its certificate's list, and what counts where there are several."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes import server_revocation
from readiness.chain import Revocation
from readiness.model import Reason, Target, TargetKind, Unseen
from readiness.probe import CannotObserve
from tests.conftest import look, session_for
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued, authority, leaf
from tests.stands.programs import program
from tests.stands.revocation import der, revocation_list, telling, told_at

ROOT = authority("Exempelrot")


def test_a_certificate_that_a_server_shows_is_asked_about_too(tmp_path: Path) -> None:
    program("openssl")
    with telling(lambda *_: (200, der(revocation_list(ROOT, revoked)))) as (address, _):
        server = leaf(ROOT, extensions=told_at([f"http://{address}/lista.crl"]))
        revoked = list[Issued]()
        with openssl_server(tmp_path, server) as listening:
            subject = Target("adress", TargetKind.ENDPOINT, address=listening)
            (tmp_path / "rot.pem").write_bytes(ROOT.cert_pem)
            fields = {"revocation": Revocation((address,)), "trust_anchors": (str(tmp_path / "rot.pem"),)}
            seen = look(server_revocation.PROBE, subject, session_for(subject, **fields))
            assert set(seen) == set(server_revocation.PROBE.promises())
            assert seen["server_revocation.status"].value == "good"
            assert seen["server_revocation.places_told"].value == 1
            revoked.append(server)
            seen = look(server_revocation.PROBE, subject, session_for(subject, **fields))
            assert seen["server_revocation.status"].value == "revoked"


def test_of_several_certificates_the_worst_counts_and_revoked_most_of_all() -> None:
    why = Unseen(Reason.TIMED_OUT, "")
    assert server_revocation.read_worst(["good", why, "revoked"]) == "revoked"
    assert server_revocation.read_worst(["good", "unknown", why]) == why
    assert server_revocation.read_worst(["good", "not_told", "stale"]) == "stale"
    assert server_revocation.read_worst(["good", "not_told"]) == "not_told"
    assert server_revocation.read_worst(["good", "good"]) == "good"


def test_a_closed_port_leaves_it_open() -> None:
    subject = Target("adress", TargetKind.ENDPOINT, address="127.0.0.1:1")
    with pytest.raises(CannotObserve) as caught:
        look(server_revocation.PROBE, subject, session_for(subject))
    assert caught.value.unseen.reason is Reason.CONNECTION_REFUSED
