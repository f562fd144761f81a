"""Whom does a server of the example kommun let in, seen by an ordinary client, with each defect and without?"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness.chain import Profile
from readiness.demo.chain import running_chain
from readiness.demo.refusal_defects import DEFECTS, MIRROR
from readiness.model import TargetKind
from readiness.permits import refusal, split_address
from readiness.probe import Effect
from readiness.profile import load_profile
from tests.stands.pki import CA_NOT_AFTER, CA_NOT_BEFORE, Issued, authority, leaf

NOW = datetime.now(UTC).replace(microsecond=0)
NOBODY, STRANGER, NAMESAKE = "nobody", "stranger", "namesake"
LET_IN, REFUSED, FORBIDDEN = "HTTP 204", "refused", "HTTP 403"
CONFORMING = {
    "provklient": LET_IN,
    "klient": LET_IN,
    "formedlare-klient": LET_IN,
    NOBODY: REFUSED,
    STRANGER: REFUSED,
    NAMESAKE: REFUSED,
    "avvisas-expired": REFUSED,
    "avvisas-other-organisation": FORBIDDEN,
    "avvisas-other-purpose": REFUSED,
    "avvisas-revoked": REFUSED,
    "avvisas-small-key": REFUSED,
}
DIFFERS = {
    "never-asks": set(CONFORMING),
    "lets-in-no-certificate": {NOBODY},
    "lets-in-expired": {"avvisas-expired"},
    "lets-in-any-issuer": {STRANGER, NAMESAKE},
    "lets-in-issuer-names": {NAMESAKE},
    "lets-in-any-purpose": {"avvisas-other-purpose"},
    "lets-in-any-organisation": {"avvisas-other-organisation"},
    "lets-in-revoked": {"avvisas-revoked"},
    "lets-in-small-keys": {"avvisas-small-key"},
}


def outsider(name: str) -> Issued:
    """A client with the kommun's number, of an authority of that name with a key of its own."""
    above = authority(subject=[("C", "SE"), ("CN", name)])
    subject = [("O", "Exempelby kommun"), [("serialNumber", "164120000007"), ("CN", "Exempelby kommun prov")]]
    dates = {"not_before": CA_NOT_BEFORE, "not_after": CA_NOT_AFTER}
    return leaf(above, (), subject=subject, extended_key_usage=("clientAuth",), **dates)


@pytest.fixture(scope="module")
def outsiders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("outsiders")
    made = {STRANGER: outsider("Annan CA"), NAMESAKE: outsider("Exempelutfärdare CA v1")}
    return {
        name: issued.pem(folder, name, [issued, issued.issuer] if issued.issuer else None)
        for name, issued in made.items()
    }


def received(address: str, certificate: str | Path, key: str | Path, newest: ssl.TLSVersion) -> str:
    """How a client that shows this is received."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = newest
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if certificate:
        context.load_cert_chain(certificate, key)
    try:
        with socket.create_connection(split_address(address), 5) as raw, context.wrap_socket(raw) as tls:
            tls.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return f"HTTP {tls.recv(100).split()[1].decode('ascii')}"
    except (ssl.SSLError, ConnectionError, IndexError):
        return REFUSED


def everybody(
    profile: Profile, server: str, outsiders: dict[str, Path], newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> dict[str, str]:
    by_id = {target.id: target for target in profile.targets}
    address = by_id[f"{server}-adress"].address
    shown: dict[str, tuple[str | Path, str | Path]] = {NOBODY: ("", "")}
    shown |= {name: (path, path) for name, path in outsiders.items()}
    for name in set(CONFORMING) - set(shown):
        shown[name] = (by_id[name].address, str(by_id[name].says("key_file")))
    return {name: received(address, *files, newest) for name, files in shown.items()}


@pytest.fixture(scope="module")
def conforming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profile]:
    with running_chain(tmp_path_factory.mktemp("guard"), (), NOW) as path:
        yield load_profile(path)


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("server", ["log", "formedlare"])
def test_a_server_lets_in_those_who_have_an_agreement_and_no_other(
    conforming: Profile, outsiders: dict[str, Path], server: str, newest: ssl.TLSVersion
) -> None:
    assert everybody(conforming, server, outsiders, newest) == CONFORMING


@pytest.mark.parametrize("name", DIFFERS)
def test_with_a_defect_it_lets_in_just_those_that_the_defect_names(
    tmp_path: Path, outsiders: dict[str, Path], name: str
) -> None:
    with running_chain(tmp_path, [name], NOW) as path:
        profile = load_profile(path)
        assert everybody(profile, "log", outsiders) == CONFORMING | dict.fromkeys(DIFFERS[name], LET_IN)
        assert everybody(profile, "formedlare", outsiders) == CONFORMING


def test_every_defect_is_looked_at_here_and_every_rule_of_the_mirror_has_one_of_its_own() -> None:
    assert {defect.name for defect in DEFECTS} == set(DIFFERS)
    alone = {defect.flips[0] for defect in DEFECTS if len(defect.flips) == 1}
    assert alone == set(MIRROR) - {"MM-TLS-16"}  # whoever takes any issuer takes any of the right name


def test_whoever_asks_for_certificates_permits_that_wrong_ones_are_sent(conforming: Profile) -> None:
    asking = [
        target
        for target in conforming.targets
        if target.kind is TargetKind.ENDPOINT and target.says("mutual_tls") == "required"
    ]
    assert [target.id for target in asking] == ["formedlare-adress", "log-adress"]
    for target in asking:
        assert refusal(Effect.SENDS, target, conforming, NOW) == ""
        assert target.says("client_certificate") == "provklient"
