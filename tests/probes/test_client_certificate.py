"""client_certificate on real files: kinds, passwords, keys beside, organisations, shared keys."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import client_certificate
from probes._certificate_files import open_file
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Seen
from readiness.session import LiveSession
from tests.conftest import NOON, look, session_for
from tests.stands.pki import Issued, authority, leaf, private_key
from tests.stands.programs import program

PROBE = client_certificate.PROBE
ROOT = authority("Exempelrot")
BETWEEN = authority("Exempelmellan", issuer=ROOT)
EXPISOFT = authority("v7", subject=[("C", "SE"), ("O", "Expisoft AB"), ("CN", "ExpiTrust test CA v7")])
SUBJECT = [("C", "SE"), ("O", "Kommun A"), [("CN", "notarealhost.kommun-a.se"), ("serialNumber", "162021004748")]]
PASSWORD = "hemligt-åäö"
PASSWORD_ENV = "MM_TEST_PASSWORD"


def organisation(issuer: Issued | None = None, **fields: object) -> Issued:
    given = {"subject": SUBJECT, "extended_key_usage": ["clientAuth", "serverAuth"], **fields}
    return leaf(issuer or EXPISOFT, (), **given)  # type: ignore[arg-type]


def target(path: Path, id_: str = "klient", **declared: str | bool) -> Target:
    said = {"use": "tls-client", "environment": "production", **declared}
    return Target(id_, TargetKind.CERTIFICATE, address=str(path), declared=tuple(sorted(said.items())))


def written(folder: Path, data: bytes, name: str = "klient.pem", mode: int = 0o600) -> Path:
    path = folder / name
    path.write_bytes(data)
    path.chmod(mode)
    return path


def value(seen: dict[str, Seen], fact: str) -> object:
    return seen[f"certificate.{fact}"].value


def reason(seen: dict[str, Seen], fact: str) -> Reason:
    unseen = value(seen, fact)
    assert isinstance(unseen, Unseen), unseen
    return unseen.reason


def refused(subject: Target, session: LiveSession | None = None) -> Unseen:
    with pytest.raises(CannotObserve) as caught:
        look(PROBE, subject, session)
    return caught.value.unseen


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_ENV, PASSWORD)


# -- What is in the file -----------------------------------------------------------------------------------------------


def test_every_promised_fact_of_an_organisation_certificate_is_seen_and_right(tmp_path: Path) -> None:
    end = organisation(key="rsa-2048", policies=["1.2.752.54.9.2.34.1"])
    path = written(tmp_path, end.key_pem() + end.cert_pem + EXPISOFT.cert_pem)
    anchor = written(tmp_path, EXPISOFT.cert_pem, "rot.pem")
    other = written(tmp_path, end.cert_pem, "signatur.pem")
    one = target(path, party_organisation_number="2021004748")
    session = session_for(one, target(other, "signatur", use="signing"), trust_anchors=(str(anchor),))
    seen = look(PROBE, one, session)
    assert set(seen) == set(PROBE.promises())
    assert {name: value(seen, name) for name in EXPECTED} == EXPECTED
    assert value(seen, "lifetime") == end.cert.not_valid_after_utc - end.cert.not_valid_before_utc + timedelta(
        seconds=1
    )


EXPECTED = {
    "certificates_read": 2,
    "subject": "serialNumber=162021004748+CN=notarealhost.kommun-a.se,O=Kommun A,C=SE",
    "issuer": "CN=ExpiTrust test CA v7,O=Expisoft AB,C=SE",
    "dns_names": (),
    "key_type": "RSA",
    "key_bits": 2048,
    "extended_key_usage": ("clientAuth", "serverAuth"),
    "path": "found",
    "pki": "private",
    "use": "tls-client",
    "declared_environment": "production",
    "key_pair": "matches",
    "key_files_read": 1,
    "key_file_readers": (),
    "organisation_number": "2021004748",
    "organisation_number_form": "expisoft",
    "organisation_equals_party": True,
    "others_compared": 1,
    "same_key_uses": ("signing",),
    "issuer_environment": "test",
}


def test_the_evidence_is_the_certificates_and_never_a_key(tmp_path: Path, password: None) -> None:
    end = organisation(BETWEEN)
    for data in (end.key_pem() + end.cert_pem + BETWEEN.cert_pem, end.pkcs12(PASSWORD)):
        one = target(written(tmp_path, data), password_env=PASSWORD_ENV)
        session = session_for(one)
        seen = look(PROBE, one, session)
        kept = session.kept  # type: ignore[attr-defined]
        assert set(kept.values()) == {end.der, BETWEEN.der}
        assert [kept[e.sha256] for e in seen["certificate.chain"].evidence] == [end.der, BETWEEN.der]
        assert [kept[e.sha256] for e in seen["certificate.key_pair"].evidence] == [end.der]


@pytest.mark.parametrize("kind", ["pem", "der", "crlf", "text before", "trusted", "bom"])
def test_a_certificate_without_a_key_is_read(tmp_path: Path, kind: str) -> None:
    end = organisation()
    trusted = base64.encodebytes(end.der + b"\x30\x02\x0c\x00")
    data = {
        "pem": end.cert_pem,
        "der": end.der,
        "crlf": end.cert_pem.replace(b"\n", b"\r\n"),
        "text before": b"Bag Attributes\n    friendlyName: \xe5\xe4\n" + end.cert_pem,
        "trusted": b"-----BEGIN TRUSTED CERTIFICATE-----\n" + trusted + b"-----END TRUSTED CERTIFICATE-----\n",
        "bom": b"\xef\xbb\xbf" + end.cert_pem,
    }[kind]
    seen = look(PROBE, target(written(tmp_path, data)))
    assert value(seen, "serial") == f"{end.cert.serial_number:x}".zfill(
        2 * ((end.cert.serial_number.bit_length() + 7) // 8)
    )
    assert reason(seen, "key_pair") is Reason.NOT_CONFIGURED
    assert value(seen, "key_files_read") == 0
    assert reason(seen, "key_file_readers") is Reason.NOT_CONFIGURED


def test_of_several_certificates_the_one_of_the_key_is_the_leaf(tmp_path: Path) -> None:
    mine, other = organisation(), organisation()
    path = written(tmp_path, other.cert_pem + BETWEEN.cert_pem + mine.cert_pem + mine.key_pem())
    seen = look(PROBE, target(path))
    table = value(seen, "chain")
    assert isinstance(table, Table)
    assert len(table.rows) == 3
    assert value(seen, "key_pair") == "matches"
    assert str(table.rows[0][3]) == value(seen, "serial") != serial_of(other)


def test_of_several_certificates_without_a_key_the_leaf_is_the_one_that_issued_none(tmp_path: Path) -> None:
    end = organisation(BETWEEN)
    seen = look(PROBE, target(written(tmp_path, ROOT.cert_pem + BETWEEN.cert_pem + end.cert_pem)))
    assert value(seen, "serial") == serial_of(end)
    assert value(seen, "certificates_read") == 3


def serial_of(issued: Issued) -> str:
    digits = f"{issued.cert.serial_number:x}"
    return digits.zfill(len(digits) + len(digits) % 2)


def test_a_broken_certificate_beside_a_sound_one_costs_nothing_but_its_row(tmp_path: Path) -> None:
    end = organisation()
    broken = b"-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n"
    cut = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(end.der[:100]) + b"\n-----END CERTIFICATE-----\n"
    seen = look(PROBE, target(written(tmp_path, broken + cut + end.cert_pem)))
    assert value(seen, "certificates_read") == 1
    assert value(seen, "serial") == serial_of(end)
    table = value(seen, "chain")
    assert isinstance(table, Table)
    assert len(table.rows) == 3


def test_a_file_with_one_broken_certificate_tells_every_fact_of_it_and_keeps_the_declared_ones(tmp_path: Path) -> None:
    pem = b"-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n"
    seen = look(PROBE, target(written(tmp_path, pem), party_organisation_number="2021004748"))
    assert set(seen) == set(PROBE.promises())
    assert value(seen, "certificates_read") == 0
    assert value(seen, "use") == "tls-client"
    assert reason(seen, "subject") is reason(seen, "organisation_number") is Reason.NOT_UNDERSTOOD
    assert reason(seen, "path") is reason(seen, "same_key_uses") is Reason.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Reason.NOT_UNDERSTOOD),
        (b"hej", Reason.NOT_UNDERSTOOD),
        (b"-----BEGIN CERTIFICATE-----\n", Reason.NOT_UNDERSTOOD),
        (b"\xfe\xed\xfe\xed\x00\x00\x00\x02", Reason.NOT_SUPPORTED),
        (b"\x30\x80\x02\x01\x03\x30\x80", Reason.NOT_UNDERSTOOD),
        (b"\x30\x05\x02\x01\x03\x30\x00", Reason.NOT_UNDERSTOOD),
        (os.urandom(5000), Reason.NOT_UNDERSTOOD),
        (b"A" * (4 * 1024 * 1024 + 1), Reason.LIMIT_REACHED),
    ],
    ids=["empty", "text", "half a block", "jks", "ber", "pfx of nothing", "noise", "huge"],
)
def test_a_file_of_another_kind_gives_its_reason(tmp_path: Path, data: bytes, expected: Reason) -> None:
    assert refused(target(written(tmp_path, data))).reason is expected


SEEDS = [
    organisation().cert_pem + organisation().key_pem(),
    organisation().key_pem(PASSWORD) + organisation().cert_pem,
    organisation().der,
    base64.b64decode(b"".join(organisation().key_pem().splitlines()[1:-1])),
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_a_few_bytes_makes_opening_raise_anything_else(data: st.DataObject) -> None:
    changed = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(CannotObserve):
        open_file(bytes(changed), lambda: b"fel")


def test_a_file_with_a_key_alone_holds_no_certificate(tmp_path: Path) -> None:
    unseen = refused(target(written(tmp_path, organisation().key_pem())))
    assert unseen.reason is Reason.NOT_UNDERSTOOD
    assert "no certificate" in unseen.detail


def test_a_missing_file_keeps_what_is_declared(tmp_path: Path) -> None:
    one = target(tmp_path / "nowhere.pem")

    async def until_it_stops() -> tuple[list[object], Reason | None]:
        yielded: list[object] = []
        stream = PROBE.observe(one, session_for(one))
        try:
            while True:
                yielded.append((await anext(stream)).value)
        except CannotObserve as error:
            return yielded, error.unseen.reason
        except StopAsyncIteration:
            return yielded, None

    assert asyncio.run(until_it_stops()) == (["tls-client", "production"], Reason.NOT_CONFIGURED)


# -- Keys and passwords ------------------------------------------------------------------------------------------------


def legacy_pkcs12(folder: Path, end: Issued, *options: str) -> bytes:
    """As Windows and old Java wrote it; openssl still can."""
    pem = written(folder, end.key_pem() + end.cert_pem, "in.pem")
    out = folder / "out.p12"
    argv = [program("openssl"), "pkcs12", "-export", "-in", str(pem), "-out", str(out), "-passout", f"pass:{PASSWORD}"]
    subprocess.run([*argv, *options], check=True, capture_output=True, timeout=20)
    return out.read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        ("-legacy",),
        ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES"),
        ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        ("-certpbe", "AES-256-CBC", "-keypbe", "AES-256-CBC"),
    ],
    ids=["legacy", "rc2-40", "3des", "aes"],
)
def test_pkcs12_old_and_new_opens_with_its_password(tmp_path: Path, password: None, options: tuple[str, ...]) -> None:
    end = organisation(key="rsa-2048")
    path = written(tmp_path, legacy_pkcs12(tmp_path, end, *options), "klient.p12")
    seen = look(PROBE, target(path, password_env=PASSWORD_ENV))
    assert value(seen, "key_pair") == "matches"
    assert value(seen, "serial") == serial_of(end)
    assert value(seen, "key_file_readers") == ()


def test_pkcs12_brings_its_chain(tmp_path: Path, password: None) -> None:
    path = written(tmp_path, organisation(BETWEEN).pkcs12(PASSWORD), "klient.p12")
    assert value(look(PROBE, target(path, password_env=PASSWORD_ENV)), "certificates_read") == 2


def test_pkcs12_without_a_password_asks_for_none(tmp_path: Path) -> None:
    path = written(tmp_path, organisation().pkcs12(), "klient.p12")
    assert value(look(PROBE, target(path)), "key_pair") == "matches"


@pytest.mark.parametrize("given", ["wrong-word-4711", None])
def test_a_wrong_or_missing_password_is_asked_for_and_never_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], given: str | None
) -> None:
    path = written(tmp_path, organisation().pkcs12(PASSWORD), "klient.p12")
    if given is not None:
        monkeypatch.setenv(PASSWORD_ENV, given)
    for one in (target(path, password_env=PASSWORD_ENV), *([] if given else [target(path)])):
        with pytest.raises(CannotObserve) as caught:
            look(PROBE, one)
        assert caught.value.unseen.reason is Reason.CREDENTIALS_NEEDED
        told = repr(caught.value) + str(caught.value) + caught.value.unseen.detail + "".join(capfd.readouterr())
        assert "4711" not in told
        assert PASSWORD not in told


def test_a_damaged_pkcs12_is_not_a_matter_of_the_password(tmp_path: Path, password: None) -> None:
    data = organisation().pkcs12(PASSWORD)
    unseen = refused(target(written(tmp_path, data[:-7], "klient.p12"), password_env=PASSWORD_ENV))
    assert unseen.reason is Reason.NOT_UNDERSTOOD


def test_an_encrypted_key_opens_with_the_password(tmp_path: Path, password: None) -> None:
    end = organisation()
    path = written(tmp_path, end.cert_pem + end.key_pem(PASSWORD))
    assert value(look(PROBE, target(path, password_env=PASSWORD_ENV)), "key_pair") == "matches"


@pytest.mark.parametrize("given", ["fel", None])
def test_a_key_that_stays_closed_costs_the_key_pair_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    end = organisation()
    path = written(tmp_path, end.cert_pem + end.key_pem(PASSWORD), mode=0o640)
    if given is not None:
        monkeypatch.setenv(PASSWORD_ENV, given)
    for one in (target(path, password_env=PASSWORD_ENV), *([] if given else [target(path)])):
        seen = look(PROBE, one)
        assert reason(seen, "key_pair") is Reason.CREDENTIALS_NEEDED
        assert value(seen, "serial") == serial_of(end)
        assert value(seen, "key_file_readers") == ("group-read",)


def test_the_password_is_not_asked_for_where_nothing_is_closed(tmp_path: Path) -> None:
    end = organisation()
    one = target(written(tmp_path, end.cert_pem + end.key_pem()), password_env="MM_TEST_UNSET")
    assert value(look(PROBE, one), "key_pair") == "matches"


@pytest.mark.parametrize("kind", ["rsa-2048", "ec-p384", "ed25519"])
@pytest.mark.parametrize("form", ["pem", "der", "pkcs12"])
def test_a_key_in_a_file_of_its_own_is_compared(tmp_path: Path, password: None, kind: str, form: str) -> None:
    end, other = organisation(key=kind), organisation(key=kind)
    path = written(tmp_path, end.cert_pem)
    for issued, expected in ((end, "matches"), (other, "differs")):
        body = {
            "pem": issued.key_pem(),
            "der": base64.b64decode(b"".join(issued.key_pem().splitlines()[1:-1])),
            "pkcs12": issued.pkcs12(PASSWORD),
        }[form]
        key = written(tmp_path, body, f"{expected}.key", 0o644)
        seen = look(PROBE, target(path, key_file=str(key), password_env=PASSWORD_ENV))
        assert value(seen, "key_pair") == expected
        assert value(seen, "key_files_read") == 1
        assert value(seen, "key_file_readers") == ("group-read", "others-read")


def test_an_unreadable_key_file_costs_the_key_alone(tmp_path: Path) -> None:
    end = organisation()
    path = written(tmp_path, end.cert_pem)
    nowhere = look(PROBE, target(path, key_file=str(tmp_path / "nowhere.key")))
    assert reason(nowhere, "key_pair") is Reason.NOT_CONFIGURED
    assert reason(nowhere, "key_file_readers") is Reason.NOT_CONFIGURED
    assert value(nowhere, "key_files_read") == 0
    assert value(nowhere, "serial") == serial_of(end)
    keyless = written(tmp_path, end.cert_pem, "keyless.pem")
    assert reason(look(PROBE, target(path, key_file=str(keyless))), "key_pair") is Reason.NOT_UNDERSTOOD


def test_both_files_count_where_both_hold_a_key(tmp_path: Path) -> None:
    end = organisation()
    path = written(tmp_path, end.cert_pem + end.key_pem(), mode=0o640)
    key = written(tmp_path, end.key_pem(), "klient.key", 0o602)
    seen = look(PROBE, target(path, key_file=str(key)))
    assert value(seen, "key_files_read") == 2
    assert value(seen, "key_file_readers") == ("group-read", "others-write")


# -- Organisation, issuer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "number", "form", "equal"),
    [
        ([("serialNumber", "165565594230")], "5565594230", "expisoft", True),
        ([("serialNumber", "SE5565594230-AAAA")], "5565594230", "siths", True),
        ([("serialNumber", "EFOS165565594230-012345")], "5565594230", "efos", True),
        ([("serialNumber", "5565594230")], "5565594230", "plain", True),
        ([("organizationIdentifier", "NTRSE-5565594230")], "5565594230", "other", True),
        ([[("CN", "x"), ("serialNumber", "162021004748")]], "2021004748", "expisoft", False),
        ([("serialNumber", "165565594231")], Reason.NOT_UNDERSTOOD, "other", Reason.NOT_UNDERSTOOD),
        ([("CN", "x")], Reason.NOT_UNDERSTOOD, "other", Reason.NOT_UNDERSTOOD),
        (
            [("serialNumber", "165565594230"), ("organizationIdentifier", "NTRSE-2021004748")],
            Reason.ANSWERS_DIFFER,
            "expisoft",
            Reason.ANSWERS_DIFFER,
        ),
    ],
)
def test_the_organisation_is_read_in_every_issuers_form(
    tmp_path: Path, subject: list[object], number: str | Reason, form: str, equal: bool | Reason
) -> None:
    path = written(tmp_path, organisation(subject=subject).cert_pem)
    seen = look(PROBE, target(path, party_organisation_number="5565594230"))
    assert value_or_reason(seen, "organisation_number") == number
    assert value(seen, "organisation_number_form") == form
    assert value_or_reason(seen, "organisation_equals_party") == equal


def value_or_reason(seen: dict[str, Seen], fact: str) -> object:
    found = value(seen, fact)
    return found.reason if isinstance(found, Unseen) else found


def test_without_a_declared_number_there_is_nothing_to_compare(tmp_path: Path) -> None:
    seen = look(PROBE, target(written(tmp_path, organisation().cert_pem)))
    assert reason(seen, "organisation_equals_party") is Reason.NOT_CONFIGURED
    assert value(seen, "organisation_number") == "2021004748"


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("ExpiTrust test CA v7", "test"),
        ("ExpiTrust Test CA v8", "test"),
        ("ExpiTrust EID CA v4", "production"),
        ("Steria AB EID CA v2", "production"),
        ("Exempelrot", "unlisted"),
    ],
)
def test_the_issuer_is_looked_up_by_its_name(tmp_path: Path, name: str, environment: str) -> None:
    seen = look(PROBE, target(written(tmp_path, organisation(authority(name)).cert_pem)))
    assert value(seen, "issuer_environment") == environment


def test_a_listed_issuer_further_up_the_file_counts(tmp_path: Path) -> None:
    between = authority("Mellan", issuer=EXPISOFT)
    end = organisation(between)
    assert value(look(PROBE, target(written(tmp_path, end.cert_pem))), "issuer_environment") == "unlisted"
    both = written(tmp_path, end.cert_pem + between.cert_pem)
    assert value(look(PROBE, target(both)), "issuer_environment") == "test"


def test_an_expired_certificate_has_no_path_when_looked_at(tmp_path: Path) -> None:
    end = organisation(not_after=NOON - timedelta(days=1))
    anchor = written(tmp_path, EXPISOFT.cert_pem, "rot.pem")
    one = target(written(tmp_path, end.cert_pem))
    seen = look(PROBE, one, session_for(one, trust_anchors=(str(anchor),)))
    assert value(seen, "path") == "not_found"
    assert reason(seen, "pki") is Reason.NOT_CONFIGURED


# -- The same key elsewhere --------------------------------------------------------------------------------------------


def test_a_key_is_the_same_whatever_certificate_it_stands_in(tmp_path: Path, password: None) -> None:
    key = private_key("rsa-2048")
    one = target(written(tmp_path, organisation(key=key).cert_pem))
    others = [
        target(written(tmp_path, organisation(ROOT, key=key).der, "a.cer"), "a", use="signing"),
        target(
            written(tmp_path, organisation(ROOT, key=key).pkcs12(PASSWORD), "b.p12"),
            "b",
            use="sealing",
            password_env=PASSWORD_ENV,
        ),
        target(written(tmp_path, organisation(ROOT).cert_pem, "c.pem"), "c", use="tls-server"),
        target(written(tmp_path, organisation(ROOT, key=key).cert_pem, "d.pem"), "d", use="tls-client"),
    ]
    seen = look(PROBE, one, session_for(one, *others))
    assert value(seen, "others_compared") == 4
    assert value(seen, "same_key_uses") == ("sealing", "signing")
    assert seen["certificate.same_key_uses"].undecided == ()


def test_a_certificate_that_cannot_be_read_leaves_its_use_undecided(tmp_path: Path) -> None:
    one = target(written(tmp_path, organisation().cert_pem))
    others = [
        target(tmp_path / "nowhere.pem", "a", use="signing"),
        target(written(tmp_path, organisation().cert_pem, "b.pem"), "b", use="signing"),
        Target("c", TargetKind.CERTIFICATE, held_by="leverantoren", declared=(("use", "sealing"),)),
        target(tmp_path / "nowhere.pem", "d", use="tls-client"),
    ]
    seen = look(PROBE, one, session_for(one, *others))
    assert value(seen, "others_compared") == 1
    assert value(seen, "same_key_uses") == ()
    undecided = seen["certificate.same_key_uses"].undecided
    assert [(use, why.reason) for use, why in undecided] == [
        ("sealing", Reason.NOT_CONFIGURED),
        ("signing", Reason.NOT_CONFIGURED),
    ]
    assert "leverantoren" in undecided[0][1].detail


def test_a_use_that_is_known_to_share_the_key_is_not_undecided_as_well(tmp_path: Path) -> None:
    end = organisation()
    one = target(written(tmp_path, end.cert_pem))
    others = [
        target(written(tmp_path, end.cert_pem, "a.pem"), "a", use="signing"),
        target(tmp_path / "nowhere.pem", "b", use="signing"),
    ]
    seen = look(PROBE, one, session_for(one, *others))
    assert value(seen, "same_key_uses") == ("signing",)
    assert seen["certificate.same_key_uses"].undecided == ()


def test_a_lone_certificate_is_compared_with_none(tmp_path: Path) -> None:
    seen = look(PROBE, target(written(tmp_path, organisation().cert_pem)))
    assert value(seen, "others_compared") == 0
    assert value(seen, "same_key_uses") == ()


@pytest.mark.parametrize("kind", ["ed448", "dsa-1024", "ec-p521"])
def test_a_key_of_another_kind_is_compared_too(tmp_path: Path, kind: str) -> None:
    end = organisation(key=kind, digest="SHA-256")
    assert value(look(PROBE, target(written(tmp_path, end.cert_pem + end.key_pem()))), "key_pair") == "matches"
