"""Is the ClientHello what the RFCs say? Another implementation reads it back."""

from __future__ import annotations

import pytest

from probes._tls_hello import VERSIONS, client_hello, sent_name, suites_for
from tests.stands.tlslite_server import ClientHello, ExtensionType, Parser

ALL_BUT_SSL = tuple(version for version in VERSIONS if version != "SSLv3")


def read_back(hello: bytes) -> ClientHello:
    """What tlslite-ng understands, after checking that record and message say the right lengths."""
    assert hello[0] == 22
    assert int.from_bytes(hello[3:5]) == len(hello) - 5
    parser = Parser(bytearray(hello[5:]))
    assert parser.get(1) == 1
    return ClientHello().parse(parser)


def extension(hello: bytes, number: int) -> object:
    """An extension as tlslite-ng read it; None where there is none."""
    return read_back(hello).getExtension(number)


@pytest.mark.parametrize(
    ("version", "record_version", "client_version"),
    [
        ("SSLv3", b"\3\0", (3, 0)),
        ("TLSv1.0", b"\3\1", (3, 1)),
        ("TLSv1.1", b"\3\1", (3, 2)),
        ("TLSv1.2", b"\3\1", (3, 3)),
        ("TLSv1.3", b"\3\1", (3, 3)),
    ],
)
def test_each_version_is_offered_where_its_rfc_puts_it(
    version: str, record_version: bytes, client_version: tuple[int, int]
) -> None:
    hello = client_hello([version], "www.example.se")
    assert hello[1:3] == record_version
    assert read_back(hello).client_version == client_version


def test_sslv3_carries_no_extension_at_all() -> None:
    assert not read_back(client_hello(["SSLv3"], "www.example.se")).extensions


@pytest.mark.parametrize("version", ALL_BUT_SSL)
def test_the_server_name_is_sent_in_every_version_that_has_extensions(version: str) -> None:
    assert read_back(client_hello([version], "www.example.se")).server_name == b"www.example.se"


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "[2001:db8::1]", ""])
def test_an_ip_address_is_never_a_server_name(address: str) -> None:
    assert extension(client_hello(["TLSv1.2"], address), ExtensionType.server_name) is None


def test_a_name_is_sent_in_ascii_and_without_its_last_dot() -> None:
    assert sent_name("räksmörgås.se.") == b"xn--rksmrgs-5wao1o.se"


@pytest.mark.parametrize(
    "name", ["a b.se", "x\x00.se", "a" * 64 + ".se", "ö" * 64 + ".se", "a." * 130 + "se", "..", "a..se", "ö..se"]
)
def test_what_no_dns_can_hold_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="is no DNS name"):
        sent_name(name)


def test_tls_1_3_offers_itself_alone_with_a_real_share() -> None:
    hello = client_hello(["TLSv1.3"], "www.example.se")
    assert extension(hello, ExtensionType.supported_versions).versions == [(3, 4)]  # type: ignore[attr-defined]
    [share] = extension(hello, ExtensionType.key_share).client_shares  # type: ignore[attr-defined]
    assert share.group == 0x1D
    assert len(share.key_exchange) == 32
    assert any(share.key_exchange)
    assert len(read_back(hello).session_id) == 32


@pytest.mark.parametrize("version", ["TLSv1.0", "TLSv1.1", "TLSv1.2"])
def test_older_versions_carry_nothing_of_tls_1_3(version: str) -> None:
    hello = client_hello([version], "www.example.se")
    assert extension(hello, ExtensionType.supported_versions) is None
    assert extension(hello, ExtensionType.key_share) is None
    assert not [suite for suite in read_back(hello).cipher_suites if suite >> 8 == 0x13]


def test_all_versions_together_are_listed_newest_first() -> None:
    hello = client_hello(ALL_BUT_SSL, "www.example.se")
    assert hello[1:3] == b"\3\1"
    listed = extension(hello, ExtensionType.supported_versions).versions  # type: ignore[attr-defined]
    assert listed == [(3, 4), (3, 3), (3, 2), (3, 1)]


@pytest.mark.parametrize(("version", "expected"), [("TLSv1.0", False), ("TLSv1.1", False), ("TLSv1.2", True)])
def test_signature_algorithms_come_with_tls_1_2(version: str, *, expected: bool) -> None:
    hello = client_hello([version], "www.example.se")
    assert (extension(hello, ExtensionType.signature_algorithms) is not None) is expected


@pytest.mark.parametrize("version", VERSIONS)
def test_no_suite_is_offered_twice_or_is_an_export_suite(version: str) -> None:
    suites = suites_for([version])
    export = {0x03, 0x06, 0x08, 0x0B, 0x0E, 0x11, 0x14, 0x17, 0x19, *range(0x26, 0x2C), *range(0x62, 0x66)}
    assert len(suites) == len(set(suites)) > 4
    assert not set(suites) & export


@pytest.mark.parametrize("length", range(1, 60, 3))
@pytest.mark.parametrize("count", [60, 80])
def test_no_hello_has_a_length_that_old_servers_hang_on(length: int, count: int) -> None:
    hello = client_hello(["TLSv1.2"], "a" * length, suites=range(1, count + 1))
    assert not 256 <= len(hello) - 5 < 512
    assert read_back(hello).server_name == b"a" * length


def test_only_what_the_caller_lists_is_offered() -> None:
    hello = client_hello(
        ["TLSv1.3"], suites=[0x1301], groups=[0x18], signature_algorithms=[0x0403], random=b"r" * 32, session_id=b"s"
    )
    said = read_back(hello)
    assert (said.cipher_suites, said.random, said.session_id) == ([0x1301], b"r" * 32, b"s")
    assert extension(hello, ExtensionType.supported_groups).groups == [0x18]  # type: ignore[attr-defined]
    assert extension(hello, ExtensionType.key_share).client_shares == []  # type: ignore[attr-defined]
    assert said.compression_methods == [0]
