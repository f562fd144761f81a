"""Does each built-in defect of TLS change what it says, seen by OpenSSL's own client or in the bytes that are sent?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from probes._tls_hello import client_hello
from probes._tls_old_ways import sslv2_hello
from readiness.demo import by_hand
from readiness.demo.chain import running_chain
from readiness.demo.tls_defects import DEFECTS
from readiness.profile import load_profile
from tests.stands.programs import SECONDS, program

OLD = "ALL:@SECLEVEL=0"
CA_NAMES = "Acceptable client certificate CA names"

# defect: (the endpoint, options of s_client, what it says only with the defect)
SEEN = {
    "tls-1.0": ("verksamhetssystem", ["-tls1", "-cipher", OLD], "Cipher is ECDHE-ECDSA-AES256-SHA"),
    "tls-1.1": ("verksamhetssystem", ["-tls1_1", "-cipher", OLD], "Cipher is ECDHE-ECDSA-AES256-SHA"),
    "only-tls-1.1": ("verksamhetssystem", ["-tls1_1", "-cipher", OLD], "Cipher is ECDHE-ECDSA-AES256-SHA"),
    "no-tls-1.3": ("verksamhetssystem", ["-max_protocol", "TLSv1.3"], "Protocol  : TLSv1.2"),
    "tls-suite-sha1": (
        "verksamhetssystem",
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
        "is ECDHE-ECDSA-AES128-SHA",
    ),
    "tls-suite-cbc": (
        "verksamhetssystem",
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
        "is ECDHE-ECDSA-AES128-S",
    ),
    "tls-groups": ("verksamhetssystem", ["-groups", "X448"], "Server Temp Key: X448"),
    "tls-group-finite-field": ("verksamhetssystem", ["-tls1_2", "-cipher", "DHE", "-groups", "P-256"], "DH, 3072 bits"),
    "tls-signs-sha1": ("verksamhetssystem", ["-tls1_2", "-cipher", OLD, "-sigalgs", "ECDSA+SHA1"], "digest: SHA1"),
    "tls-signs-sha224": ("verksamhetssystem", ["-tls1_2", "-sigalgs", "ECDSA+SHA224"], "digest: SHA224"),
    "tls-early-data": ("verksamhetssystem", ["-tls1_3", "-ign_eof"], "Max Early Data: 16384"),
    "tls-early-data-with-certificate": (
        "log",
        [
            "-tls1_3",
            "-ign_eof",
            "-cert",
            "{folder}/cert/provklient.pem",
            "-cert_chain",
            "{folder}/cert/provklient.pem",
            "-key",
            "{folder}/cert/provklient.key",
        ],
        "Max Early Data: 16384",
    ),
    "tls-staple": ("verksamhetssystem", ["-tls1_2", "-status"], "OCSP Response Status: trylater"),
    "client-authorities": ("log", ["-tls1_2"], CA_NAMES),
    "second-certificate-5-days": ("verksamhetssystem", ["-tls1_2", "-cipher", "aRSA"], "Peer signature type: RSA"),
    "second-certificate-expired": ("verksamhetssystem", ["-tls1_2", "-cipher", "aRSA"], "Peer signature type: RSA"),
    "second-certificate-wrong-name": ("verksamhetssystem", ["-tls1_2", "-cipher", "aRSA"], "Peer signature type: RSA"),
}
RENEGOTIATION = {"tls-renegotiation-endless"}
BY_HAND = {
    "sslv2": "sslv2",
    "sslv3": "sslv3",
    "tls-fallback": "fallback",
    "tls-compression": "compression",
    "tls-heartbeat": "heartbeat",
    "tls-renegotiation-unbound": "no-renegotiation-info",
    "tls-master-secret": "no-extended-master-secret",
}


def said(folder: Path, node: str, options: list[str], *defects: str, typed: bytes = b"x\n") -> str:
    """What s_client says of an endpoint of the example with these defects."""
    with running_chain(folder, defects) as path:
        address = next(t.address for t in load_profile(path).targets if t.id == f"{node}-adress")
        argv = [
            program("openssl"),
            "s_client",
            "-connect",
            address,
            "-servername",
            f"{node}.exempelby.example",
            *(option.format(folder=folder) for option in options),
        ]
        done = subprocess.run(argv, input=typed, capture_output=True, timeout=SECONDS, check=False)
    return (done.stdout + done.stderr).decode("utf-8", errors="replace")


@pytest.mark.parametrize("name", SEEN)
def test_openssls_client_sees_the_defect_and_nothing_of_it_without(tmp_path: Path, name: str) -> None:
    node, options, words = SEEN[name]
    assert words not in said(tmp_path / "without", node, options)
    assert words in said(tmp_path / "with", node, options, name)


def test_a_client_may_renegotiate_only_with_the_defect(tmp_path: Path) -> None:
    options, once = ["-tls1_2"], b"R\n"
    without = said(tmp_path / "without", "verksamhetssystem", options, typed=once)
    assert "RENEGOTIATING" in without
    assert "no renegotiation" in without
    assert "no renegotiation" not in said(
        tmp_path / "with", "verksamhetssystem", options, "tls-renegotiation-endless", typed=once
    )


EVERYTHING = client_hello(["TLSv1.2"], "a.test", suites=[0xC02B, 0xC02C], more=[(15, b"\1")], compressions=b"\1\0")


@pytest.mark.parametrize(
    ("oddity", "hello", "part"),
    [
        ("sslv2", sslv2_hello(), b"\x04\0\0\0\2"),
        ("sslv3", client_hello(["SSLv3"]), b"\x16\3\0"),
        ("fallback", client_hello(["TLSv1.2"], suites=[0xC02B, 0x5600]), b"\xc0\x2b\0"),
        ("compression", EVERYTHING, b"\xc0\x2b\1"),
        ("heartbeat", EVERYTHING, b"\0\x0f\0\1\1"),
        ("no-renegotiation-info", EVERYTHING, b"\0\x17\0\0"),
        ("no-extended-master-secret", EVERYTHING, b"\xff\1\0\1\0"),
    ],
    ids=list(BY_HAND.values()),
)
def test_an_odd_answer_is_given_to_the_hello_that_asks_for_it_and_to_no_other(
    oddity: str, hello: bytes, part: bytes
) -> None:
    assert part in by_hand.answer_oddly(oddity, hello)
    ordinary = client_hello(["TLSv1.2", "TLSv1.3"], "a.test")
    assert by_hand.answer_oddly(oddity, ordinary) == b""
    assert by_hand.answer_oddly(oddity, client_hello(["TLSv1.3"])) == b""


def test_what_is_left_out_of_an_odd_answer_is_not_there() -> None:
    assert b"\xff\1\0\1" not in by_hand.answer_oddly("no-renegotiation-info", EVERYTHING)
    assert b"\0\x17\0\0" not in by_hand.answer_oddly("no-extended-master-secret", EVERYTHING)


def test_every_defect_of_tls_is_looked_at_here() -> None:
    assert {defect.name for defect in DEFECTS} == {*SEEN, *RENEGOTIATION, *BY_HAND}
    assert set(BY_HAND.values()) == set(by_hand.ODDITIES)
