"""Are extensions, tickets and staples read for what they say? Real servers: test_tls_zoo."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from probes._ocsp_staple import read_staple
from probes._tls_extensions import PROTOCOLS, extensions, read_protocol
from probes._tls_talk import read_ticket
from probes.tls_extensions import PROBE
from readiness.model import Reason, Unseen
from readiness.probe import Limits, Seen
from tests.conftest import NOON, look, session_for
from tests.probes.tls_looks import endpoint, flight
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued, authority, leaf

ROOT = authority()
SERVER = leaf(ROOT)


def staple(status: ocsp.OCSPCertStatus, age: timedelta = timedelta(0), issued: Issued = SERVER) -> bytes:
    """An OCSP response for a day, signed by the issuer."""
    revoked = NOON if status is ocsp.OCSPCertStatus.REVOKED else None
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=issued.cert,
        issuer=ROOT.cert,
        algorithm=SHA256(),
        cert_status=status,
        this_update=NOON - age,
        next_update=NOON - age + timedelta(days=1),
        revocation_time=revoked,
        revocation_reason=None,
    )
    by = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ROOT.cert)
    return by.sign(ROOT.key, SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "none"),
        (b"\x30\x00", "unreadable"),
        (staple(ocsp.OCSPCertStatus.GOOD), "good"),
        (staple(ocsp.OCSPCertStatus.REVOKED), "revoked"),
        (staple(ocsp.OCSPCertStatus.UNKNOWN), "unknown"),
        (staple(ocsp.OCSPCertStatus.GOOD, timedelta(days=1)), "good"),
        (staple(ocsp.OCSPCertStatus.GOOD, timedelta(days=1, seconds=1)), "not_current"),
        (staple(ocsp.OCSPCertStatus.GOOD, timedelta(seconds=-1)), "not_current"),
        (staple(ocsp.OCSPCertStatus.GOOD, issued=leaf(ROOT)), "other_certificate"),
        (
            ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER),
            "not_successful",
        ),
    ],
    ids=["none", "junk", "good", "revoked", "unknown", "last-second", "late", "early", "another", "unsuccessful"],
)
def test_a_staple_is_told_in_one_word(data: bytes, told: str) -> None:
    assert read_staple(data, (SERVER.der,), NOON) == told


def test_a_ticket_says_how_much_early_data_it_allows() -> None:
    fixed = (7200).to_bytes(4, "big") + bytes(4) + b"\1x" + b"\0\2id"
    assert read_ticket(fixed + b"\0\0") == (7200, 0)
    assert read_ticket(fixed + b"\0\x08\0\x2a\0\4\0\0\x40\0") == (7200, 16384)


def test_a_protocol_is_the_one_that_stands_in_the_answer() -> None:
    chosen = replace(flight(), extensions=((16, b"\0\3\2h2"),))
    assert (read_protocol(chosen), read_protocol(flight())) == ("h2", None)
    assert dict(extensions(["h2", "http/1.1"]))[16] == b"\0\x0c\2h2\x08http/1.1"
    assert 16 not in dict(extensions(()))
    assert len(PROTOCOLS) == len(set(PROTOCOLS))


@pytest.fixture(scope="module")
def of_openssl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """What is told of a server that staples, with tickets off."""
    folder = tmp_path_factory.mktemp("openssl")
    (folder / "staple.der").write_bytes(staple(ocsp.OCSPCertStatus.GOOD))
    options = ("-status_file", str(folder / "staple.der"), "-no_ticket")
    with openssl_server(folder, SERVER, *options) as address:
        target = endpoint(address, server_name="localhost")
        yield look(PROBE, target, session_for(target, limits=Limits(wait=5)))


def test_a_real_server_is_told_with_its_staple_and_its_ways_to_resume(of_openssl: dict[str, Seen]) -> None:
    told = {name.removeprefix("tls."): seen.value for name, seen in of_openssl.items()}
    assert told["ocsp_staple"] == "good"
    assert told["extended_master_secret"] is told["renegotiation_indication"] is True
    assert told["compression"] is told["heartbeat"] is False
    assert told["client_renegotiations"] == told["early_data"] == 0
    assert told["protocols_accepted"] == ()
    assert "ticket" not in told["resumptions"]  # type: ignore[operator]


def test_early_data_behind_a_demanded_certificate_is_left_open(tmp_path: Path) -> None:
    with openssl_server(tmp_path, SERVER, "-Verify", "1") as address:
        target = endpoint(address)
        seen = look(PROBE, target, session_for(target, limits=Limits(wait=5)))
    early = seen["tls.early_data"].value
    assert isinstance(early, Unseen)
    assert early.reason is Reason.CREDENTIALS_NEEDED
    assert seen["tls.client_renegotiations"].value == early
    assert [name for name, _ in seen["tls.resumptions"].undecided] == ["ticket_of_tls_1_3"]


def test_probes_of_one_run_ask_once(tmp_path: Path) -> None:
    with nginx(tmp_path, SERVER) as address:
        target = endpoint(address)
        session = session_for(target, limits=Limits(wait=5))

        async def twice() -> list[object]:
            first = [seen.value async for seen in PROBE.observe(target, session)]
            made = dict(session._looks)
            second = [seen.value async for seen in PROBE.observe(target, session)]
            return [first == second, len(made) == 2 and made == session._looks]

        assert asyncio.run(twice()) == [True, True]
