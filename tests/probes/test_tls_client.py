"""tls_client on hellos that real TLS libraries wrote, and on connections as the stage records them."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import tls_client
from probes._client_hello import ClientHello, read_client_hello
from probes._tls_hello import client_hello
from probes._tls_names import GROUPS, SIGNATURE_ALGORITHMS, SUITES, name_of, suite_traits
from readiness.model import Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Seen
from readiness.recording import Alert, Connection, connection_target
from tests.conftest import look
from tests.probes.exchanges import Record, moment, organisation, root

PROBE = tls_client.PROBE
KLIENT = organisation("kommun-a", "2021004748")


def openssl_hello(
    lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    name: str | None = "far.test",
    **settings_: object,
) -> bytes:
    """What the machine's OpenSSL says first, without a socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(str(settings_.get("ciphers", "ALL:@SECLEVEL=0")))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = lowest, newest
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


CONNECTION = Connection(
    id="c1",
    listener="far",
    role="far",
    address="127.0.0.1:1",
    peer="127.0.0.1:2",
    accepted=moment(0),
    closed=moment(9),
    hello=moment(1),
    finished=moment(2),
    client_hello=openssl_hello(),
    version="TLSv1.3",
    suite="TLS_AES_256_GCM_SHA384",
    group="x25519",
    certificate_request="required",
    client_chain=(KLIENT.der, root().der),
)


def seen_of(folder: Path | None = None, **changes: object) -> dict[str, Seen]:
    connection = replace(CONNECTION, **changes)  # type: ignore[arg-type]
    target, record = connection_target(connection), Record()
    record.connections[target.id] = connection
    extra = []
    if folder:
        (folder / "klient.pem").write_bytes(KLIENT.cert_pem)
        declared = (("use", "tls-client"),)
        extra = [Target("klient", TargetKind.CERTIFICATE, address=str(folder / "klient.pem"), declared=declared)]
    return look(PROBE, target, record.session(target, *extra))


def value(seen: dict[str, Seen], name: str) -> object:
    return seen[f"tls_client.{name}"].value


def reason(seen: dict[str, Seen], name: str) -> Reason:
    unseen = value(seen, name)
    assert isinstance(unseen, Unseen), unseen
    return unseen.reason


# -- The offer ---------------------------------------------------------------------------------------------------------


def test_every_promised_fact_of_a_finished_handshake_is_seen_and_right(tmp_path: Path) -> None:
    seen = seen_of(tmp_path)
    assert seen.keys() == PROBE.promises().keys()
    assert not [name for name, one in seen.items() if isinstance(one.value, Unseen)]
    assert value(seen, "versions_offered") == ("TLSv1.2", "TLSv1.3")
    assert seen["tls_client.versions_offered"].undecided == ()
    assert value(seen, "newest_version_offered") == "TLSv1.3"
    assert {"TLS_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"} <= set(value(seen, "suites_offered"))  # type: ignore[call-overload]
    assert {"x25519", "secp256r1"} <= set(value(seen, "groups_offered"))  # type: ignore[call-overload]
    assert "rsa_pss_rsae_sha256" in value(seen, "signature_algorithms_offered")  # type: ignore[operator]
    assert value(seen, "server_name") == "far.test"
    assert value(seen, "protocols_offered") == ("h2", "http/1.1")
    assert value(seen, "compression_offered") is False
    assert [value(seen, name) for name in ("handshake", "version", "suite", "group", "certificate_request")] == [
        "finished", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519", "required",
    ]  # fmt: skip
    assert (value(seen, "leaf"), value(seen, "certificates_presented")) == ("declared", 2)
    assert (PROBE.kind, PROBE.strength) == (TargetKind.CONNECTION, Strength.LIVE)


def test_every_name_of_an_openssl_hello_is_known() -> None:
    hello = read_client_hello(openssl_hello(ciphers="ALL:COMPLEMENTOFALL:@SECLEVEL=0"))
    assert isinstance(hello, ClientHello)
    for numbers, names in (
        (hello.suites, SUITES | {0x00FF: "signal"}),
        (hello.groups, GROUPS),
        (hello.signature_algorithms, SIGNATURE_ALGORITHMS),
    ):
        assert len(numbers) > 3
        assert {number for number in numbers if number not in names} == set()


def test_a_client_without_a_list_of_versions_may_take_older_ones() -> None:
    seen = seen_of(client_hello=openssl_hello(newest=ssl.TLSVersion.TLSv1_2))
    assert (value(seen, "versions_offered"), value(seen, "newest_version_offered")) == (("TLSv1.2",), "TLSv1.2")
    undecided = dict(seen["tls_client.versions_offered"].undecided)
    assert set(undecided) == {"SSLv3", "TLSv1.0", "TLSv1.1"}
    assert {why.reason for why in undecided.values()} == {Reason.NOT_EXERCISED}


@pytest.mark.parametrize("version", ["SSLv3", "TLSv1.0", "TLSv1.1"])
def test_an_old_client_offers_its_own_version(version: str) -> None:
    seen = seen_of(client_hello=client_hello([version], "far.test"))
    assert value(seen, "newest_version_offered") == version
    assert value(seen, "server_name") == ("none" if version == "SSLv3" else "far.test")


def test_old_versions_that_are_listed_are_named() -> None:
    seen = seen_of(client_hello=client_hello(["TLSv1.0", "TLSv1.2", "TLSv1.3"], "far.test"))
    assert value(seen, "versions_offered") == ("TLSv1.0", "TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize(
    ("suites", "traits"),
    [
        ([0x1301, 0xC030], ("AEAD",)),
        ([0xC030, 0xC014], ("AEAD", "CBC")),
        ([0x000A], ("3DES", "CBC")),
        ([0x0005], ("RC4",)),
        ([0x0004], ("MD5", "RC4")),
        ([0x0002], ("NULL",)),
        ([0x0003], ("MD5", "RC4", "export")),
        ([0x0009], ("CBC", "DES")),
        ([0x00A7], ("AEAD", "anonymous")),
        ([0x00FF, 0x5600, 0x1301], ("AEAD",)),
    ],
)
def test_suites_are_told_by_what_they_are_made_of(suites: list[int], traits: tuple[str, ...]) -> None:
    seen = seen_of(client_hello=client_hello(["TLSv1.2"], "far.test", suites=suites))
    assert value(seen, "suite_traits") == traits
    assert seen["tls_client.suite_traits"].undecided == ()


def test_a_suite_that_nobody_knows_stays_open_and_grease_is_none() -> None:
    seen = seen_of(client_hello=client_hello(["TLSv1.2"], "far.test", suites=[0x1301, 0xFEED, 0x2A2A], groups=[0x3A3A]))
    assert value(seen, "suites_offered") == ("0xfeed", "TLS_AES_128_GCM_SHA256")
    assert [name for name, _ in seen["tls_client.suite_traits"].undecided] == ["0xfeed"]
    assert value(seen, "groups_offered") == ()


def test_every_suite_of_the_table_has_a_trait() -> None:
    assert [SUITES[number] for number in SUITES if not suite_traits(number)] == []
    assert len(SUITES) > 200
    assert name_of(0xC030, SUITES) == "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"


def test_a_hello_cut_over_two_records_is_read_whole() -> None:
    whole = openssl_hello()
    body, cut = whole[5:], 40
    records = b"".join(whole[:3] + len(part).to_bytes(2) + part for part in (body[:cut], body[cut:]))
    assert read_client_hello(records) == read_client_hello(whole)


def test_an_extension_twice_is_no_hello() -> None:
    hello = client_hello(["TLSv1.3"], "far.test", random=bytes(32))
    again = b"\x00\x10\x00\x00"
    twice = bytearray(hello + again + again)
    at = 5 + 4 + 34 + 1 + 32
    at += 2 + int.from_bytes(twice[at : at + 2]) + 2
    for place, width in ((3, 2), (6, 3), (at, 2)):
        twice[place : place + width] = (int.from_bytes(twice[place : place + width]) + 8).to_bytes(width)
    found = read_client_hello(bytes(twice))
    assert isinstance(found, Unseen)
    assert found.detail == "an extension twice in one message"


def test_compression_that_is_offered_is_told() -> None:
    hello = bytearray(client_hello(["TLSv1.2"], "far.test", session_id=b""))
    at = 5 + 4 + 34 + 1
    at += 2 + int.from_bytes(hello[at : at + 2])
    assert hello[at : at + 2] == b"\x01\x00"
    hello[at + 1] = 1
    assert value(seen_of(client_hello=bytes(hello)), "compression_offered") is True


# -- What came, and what did not ---------------------------------------------------------------------------------------


def test_without_a_hello_nothing_was_asked_for_in_tls() -> None:
    seen = seen_of(
        client_hello=b"", finished=None, version="", suite="", group="", certificate_request="", client_chain=(),
        problem="plain HTTP on a TLS port",
    )  # fmt: skip
    assert (value(seen, "hello"), value(seen, "hellos_read"), value(seen, "handshake")) == ("none", 0, "broken_off")
    assert seen["tls_client.hello"].detail == "plain HTTP on a TLS port"
    names = (
        "versions_offered",
        "suites_offered",
        "server_name",
        "version",
        "suite",
        "group",
        "certificate_request",
        "leaf",
    )
    assert {reason(seen, name) for name in names} == {Reason.NOT_EXERCISED}


@pytest.mark.parametrize(
    "data",
    [
        b"\x16",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x80\x2e\x01\x00\x02",
        b"\x15\x03\x01\x00\x02\x02\x28",
        openssl_hello()[:-1],
    ],
)
def test_a_hello_that_cannot_be_read_leaves_the_rest_of_the_connection_to_tell(data: bytes) -> None:
    seen = seen_of(client_hello=data)
    assert (value(seen, "hello"), value(seen, "hellos_read")) == ("unreadable", 0)
    assert reason(seen, "versions_offered") is Reason.NOT_UNDERSTOOD
    assert value(seen, "version") == "TLSv1.3"


def test_another_certificate_is_not_the_declared_one_and_none_declared_leaves_it_open(tmp_path: Path) -> None:
    other = organisation("kommun-b", "2021003898")
    assert value(seen_of(tmp_path, client_chain=(other.der,)), "leaf") == "not_declared"
    assert reason(seen_of(), "leaf") is Reason.NOT_CONFIGURED


def test_a_declared_file_that_cannot_be_read_leaves_a_stranger_open(tmp_path: Path) -> None:
    other = organisation("kommun-b", "2021003898")
    declared = Target(
        "k", TargetKind.CERTIFICATE, address=str(tmp_path / "gone.pem"), declared=(("use", "tls-client"),)
    )
    connection = replace(CONNECTION, client_chain=(other.der,))
    target, record = connection_target(connection), Record()
    record.connections[target.id] = connection
    seen = look(PROBE, target, record.session(target, declared))
    assert reason(seen, "leaf") is Reason.NOT_CONFIGURED


def unfinished(alert: str, problem: str = "") -> dict[str, object]:
    return {"finished": None, "alerts_sent": (Alert("fatal", alert, moment(3)),), "problem": problem}


@pytest.mark.parametrize(
    ("changes", "handshake", "leaf"),
    [
        (unfinished("certificate_required"), "without_certificate", "none"),
        (unfinished("handshake_failure", "TLS: peer did not return a certificate"), "without_certificate", "none"),
        (unfinished("handshake_failure", "TLS: no shared cipher"), "broken_off", Reason.NOT_EXERCISED),
        ({"certificate_request": "requested"}, "finished", "none"),
        ({"certificate_request": "none"}, "finished", Reason.NOT_EXERCISED),
        ({"resumed": True}, "finished", Reason.NOT_EXERCISED),
        ({"finished": None}, "broken_off", Reason.NOT_EXERCISED),
        ({"client_chain": (b"",)}, "finished", Reason.NOT_KEPT),
    ],
)  # fmt: skip
def test_a_missing_certificate_is_told_from_one_that_was_never_due(
    tmp_path: Path, changes: dict[str, object], handshake: str, leaf: object
) -> None:
    seen = seen_of(tmp_path, **{"client_chain": (), **changes})
    assert value(seen, "handshake") == handshake
    found = value(seen, "leaf")
    assert (found.reason if isinstance(found, Unseen) else found) == leaf


def test_alerts_stand_beside_the_handshake() -> None:
    seen = seen_of(finished=None, client_chain=(), alerts_received=(Alert("fatal", "unknown_ca", moment(3)),))
    assert seen["tls_client.handshake"].detail == "unknown_ca"


def test_the_chain_is_shown_and_kept_as_evidence() -> None:
    seen = seen_of()
    chain = value(seen, "chain")
    assert isinstance(chain, Table)
    assert len(chain.rows) == len(seen["tls_client.leaf"].evidence) == 2
    assert seen["tls_client.suites_offered"].evidence[0].origin == "ClientHello of connection-c1"


def test_a_connection_that_no_record_holds_is_not_kept() -> None:
    with pytest.raises(CannotObserve) as caught:
        look(PROBE, Target("connection-x", TargetKind.CONNECTION))
    assert caught.value.unseen.reason is Reason.NOT_KEPT


SOUND = openssl_hello()


@settings(max_examples=400, deadline=1000)
@given(st.integers(0, len(SOUND)), st.binary(max_size=8), st.integers(0, 8))
def test_no_bytes_make_the_reader_crash(at: int, put: bytes, cut: int) -> None:
    assert isinstance(read_client_hello(SOUND[:at] + put + SOUND[at + cut :]), ClientHello | Unseen)


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_nor_do_bytes_of_any_kind(data: bytes) -> None:
    assert isinstance(read_client_hello(data), ClientHello | Unseen)
    body = b"\x01" + len(data).to_bytes(3) + data
    assert isinstance(read_client_hello(b"\x16\x03\x01" + len(body).to_bytes(2) + body), ClientHello | Unseen)
