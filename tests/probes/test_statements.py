"""Statements: what is stated, as of its own day, on which document, and whether it still holds."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from probes.statements import FACTS, PROBE, read_conditions
from readiness.model import Reason, Strength, Target, TargetKind, Unseen
from tests.conftest import NOON, look, session_for

ON = datetime(2026, 11, 20, tzinfo=UTC)
SERIAL = 0x0A1B2C
PASSWORD = "ett lösenord för provet"


def statement(address="", **declared):
    declared = {"check": "10-4", "answer": "yes", "role": "ciso", "party_kind": "kommun", "on": ON} | declared
    return Target(
        "statement-10-4", TargetKind.STATEMENT, address=str(address), declared=tuple(sorted(declared.items()))
    )


def certificate_target(path, id_="klient", held_by="", **declared):
    pairs = tuple(sorted(declared.items()))
    return Target(id_, TargetKind.CERTIFICATE, "n", str(path), "kommunen", held_by, pairs)


@pytest.fixture(scope="module")
def pair():
    """A throw-away certificate with a serial number that is known, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "prov")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), SERIAL, NOON, NOON + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()), key


@pytest.fixture
def files(pair, tmp_path):
    """The certificate as PEM, DER and closed PKCS#12."""
    certificate, key = pair
    closed = pkcs12.serialize_key_and_certificates(
        b"prov", key, certificate, None, BestAvailableEncryption(PASSWORD.encode())
    )
    contents = {
        "pem": certificate.public_bytes(Encoding.PEM),
        "der": certificate.public_bytes(Encoding.DER),
        "p12": closed,
        "garbage": b"\x00garbage",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def void(target, *others):
    return look(PROBE, target, session_for(target, *others))["statement.void"].value


def test_what_is_stated_is_told_as_of_its_own_day():
    until = ON + timedelta(days=365)
    seen = look(PROBE, statement(valid_until=until))
    assert list(seen) == [fact.name for fact in FACTS]
    assert {one.at for one in seen.values()} == {ON}
    assert {one.strength for one in seen.values()} == {Strength.WORD}
    values = {name.removeprefix("statement."): one.value for name, one in seen.items()}
    assert (values["answer"], values["role"], values["party_kind"]) == ("yes", "ciso", "kommun")
    assert (values["on"], values["until"]) == (ON, until)


def test_what_is_not_said_is_unseen_and_takes_no_neighbour_along():
    seen = look(PROBE, statement())
    unseen = {name for name, one in seen.items() if one.value.__class__ is Unseen}
    assert unseen == {f"statement.{name}" for name in ("document", "document_date", "until")}
    assert {seen[name].value.reason for name in unseen} == {Reason.NOT_CONFIGURED}


def test_a_cited_document_makes_it_more_than_a_word():
    dated = ON - timedelta(days=30)
    seen = look(PROBE, statement(document_title="T", document_sha256="0" * 64, document_date=dated))
    assert {one.strength for one in seen.values()} == {Strength.DOCUMENT}
    assert seen["statement.document"].value == "cited"
    assert seen["statement.document_date"].value == dated


def test_the_file_of_a_document_is_compared_with_its_digest(tmp_path):
    file = tmp_path / "anvisning.pdf"
    file.write_bytes(b"instruction")
    digest = hashlib.sha256(b"instruction").hexdigest()
    assert look(PROBE, statement(file, document_sha256=digest))["statement.document"].value == "matches"
    assert look(PROBE, statement(file, document_sha256="0" * 64))["statement.document"].value == "differs"


def test_a_document_that_cannot_be_read_leaves_the_rest_seen(tmp_path):
    seen = look(PROBE, statement(tmp_path / "missing.pdf", document_sha256="0" * 64))
    assert seen["statement.document"].value.reason is Reason.NOT_CONFIGURED
    assert seen["statement.answer"].value == "yes"


@pytest.mark.parametrize(("now", "expected"), [("5.1", False), ("5.2", True)])
def test_another_version_of_a_node_makes_it_void(now, expected):
    tied = statement(void_if_versions=("a=1", "b=5.1"), versions_now=("a=1", f"b={now}"))
    assert void(tied) is expected


def test_a_version_with_an_equals_sign_is_compared_whole():
    assert void(statement(void_if_versions=("a=x=1",), versions_now=("a=x=2",))) is True


def test_a_version_that_the_profile_no_longer_says_leaves_it_open():
    value = void(statement(void_if_versions=("a=1",), versions_now=("a=",)))
    assert value == Unseen(Reason.NOT_CONFIGURED, "the profile does not say which version a has now")


@pytest.mark.parametrize("form", ["pem", "der"])
@pytest.mark.parametrize(("serial", "expected"), [("a1b2c", False), ("a1b2d", True)])
def test_another_serial_number_of_a_certificate_makes_it_void(files, form, serial, expected):
    assert void(statement(void_if_serials=(f"klient={serial}",)), certificate_target(files / form)) is expected


def test_a_closed_file_is_opened_with_the_password_that_the_profile_names(files, monkeypatch):
    monkeypatch.setenv("MM_PROV", PASSWORD)
    tied = statement(void_if_serials=("klient=a1b2c",))
    assert void(tied, certificate_target(files / "p12", password_env="MM_PROV")) is False
    monkeypatch.setenv("MM_PROV", "ett annat")
    assert void(tied, certificate_target(files / "p12", password_env="MM_PROV")).reason is Reason.CREDENTIALS_NEEDED
    assert void(tied, certificate_target(files / "p12")).reason is Reason.CREDENTIALS_NEEDED


@pytest.mark.parametrize(("name", "reason"), [("garbage", Reason.NOT_UNDERSTOOD), ("missing", Reason.NOT_CONFIGURED)])
def test_a_certificate_that_cannot_be_read_leaves_it_open_and_its_neighbours_seen(files, name, reason):
    tied = statement(void_if_serials=("klient=a1b2c",))
    seen = look(PROBE, tied, session_for(tied, certificate_target(files / name)))
    assert seen["statement.void"].value.reason is reason
    assert (seen["statement.answer"].value, seen["statement.role"].value) == ("yes", "ciso")


def test_a_certificate_that_another_party_holds_or_that_is_gone_leaves_it_open():
    tied = statement(void_if_serials=("klient=a1b2c",))
    assert "held by leverantoren" in void(tied, certificate_target("", held_by="leverantoren")).detail
    assert "no longer names klient" in void(tied).detail


def test_one_change_is_enough_whatever_else_cannot_be_read():
    tied = statement(void_if_versions=("a=1",), versions_now=("a=2",), void_if_serials=("klient=1",))
    conditions = read_conditions(tied, {"klient": Unseen(Reason.ACCESS_DENIED)})
    assert (conditions.number, conditions.changes, conditions.void) == (2, ("a",), True)
    same = statement(void_if_versions=("a=1",), versions_now=("a=1",), void_if_serials=("klient=1",))
    conditions = read_conditions(same, {"klient": Unseen(Reason.ACCESS_DENIED)})
    assert conditions.undecided == (("klient", Unseen(Reason.ACCESS_DENIED)),)
    assert (conditions.changes, conditions.void) == ((), Unseen(Reason.ACCESS_DENIED))


def test_what_changed_is_a_set_of_all_it_was_tied_to_and_the_unread_stay_undecided(files):
    tied = statement(
        void_if_versions=("a=1", "b=1"), versions_now=("a=2", "b=1"), void_if_serials=("klient=a1b2d", "borta=1")
    )
    seen = look(PROBE, tied, session_for(tied, certificate_target(files / "pem")))
    assert seen["statement.conditions"].value == 4
    assert seen["statement.changes"].value == ("a", "klient")
    assert [(id_, why.reason) for id_, why in seen["statement.changes"].undecided] == [("borta", Reason.NOT_CONFIGURED)]
    assert next(fact for fact in FACTS if fact.name == "statement.changes").of == "statement.conditions"


def test_a_statement_that_was_tied_to_nothing_has_nothing_to_count():
    seen = look(PROBE, statement())
    assert (seen["statement.conditions"].value, seen["statement.changes"].value) == (0, ())
    assert seen["statement.void"].value is False
