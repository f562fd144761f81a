"""message_signature on deliveries that were signed for it: readings, methods, signers, certificates, attacks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import message_signature
from probes._declared_certificates import Declared
from probes.message_signature import method_name, whose
from readiness.contract.signature import read_signatures
from readiness.contract.signing import deliver_secure, pretty_printed, with_prefixes
from readiness.model import Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Seen
from tests.conftest import NOON, look, session_for
from tests.probes.exchanges import (
    FORMEDLARE,
    GONE,
    KOMMUN,
    Record,
    formedlare,
    kommun,
    organisation,
    request,
    root,
    sealed,
    signed,
    unsigned,
)
from tests.stands.pki import Issued

PROBE = message_signature.PROBE
CONTRACT = ("mina_meddelanden", "squeezed")


def certificate(folder: Path, use: str, issued: Issued, number: str) -> Target:
    path = folder / f"{use}.pem"
    path.write_bytes(issued.cert_pem)
    declared = (("party_organisation_number", number), ("use", use))
    return Target(use, TargetKind.CERTIFICATE, address=str(path), declared=declared)


def seen_of(data: bytes, folder: Path, *, anchors: bool = True, declared: bool = True) -> dict[str, Seen]:
    record, extra = Record(), []
    target = record.add(data)
    if declared:
        extra = [
            certificate(folder, "signing", kommun(), KOMMUN),
            certificate(folder, "sealing", formedlare(), FORMEDLARE),
        ]
    (folder / "root.pem").write_bytes(root().cert_pem)
    trust = {"trust_anchors": (str(folder / "root.pem"),)} if anchors else {}
    return look(PROBE, target, record.session(target, *extra, **trust))


def values(seen: dict[str, Seen], *names: str) -> list[object]:
    return [seen[name].value for name in names]


def reason(seen: dict[str, Seen], name: str) -> Reason:
    unseen = seen[name].value
    assert isinstance(unseen, Unseen), unseen
    return unseen.reason


def test_every_promised_fact_of_a_sound_delivery_is_seen_and_right(tmp_path: Path) -> None:
    seen = seen_of(request(), tmp_path)
    assert seen.keys() == PROBE.promises().keys()
    assert not [name for name, one in seen.items() if isinstance(one.value, Unseen)]
    assert values(seen, "signature.readings", "seal.readings") == [("mina_meddelanden", "squeezed", "strict"), CONTRACT]
    for prefix, signer in (("signature.", "sender"), ("seal.", "mediator")):
        facts = (
            "readings_tried",
            "algorithm",
            "digest",
            "certificate_period",
            "certificate_path",
            "certificate_declared",
        )
        assert values(seen, *(prefix + name for name in facts)) == [
            3, "RSA-SHA256", "SHA-256", "inside", "found", "declared",
        ]  # fmt: skip
        assert values(seen, prefix + "signer") == [signer]
    assert values(seen, "signature.signed_element", "seal.signed_element") == ["SignedDelivery", "deliverSecure"]
    assert {one.strength for one in seen.values()} == {Strength.LIVE}
    assert all(one.evidence[0].masked for one in seen.values())


def test_the_table_names_what_each_reading_covers(tmp_path: Path) -> None:
    attempts = seen_of(request(), tmp_path)["seal.attempts"].value
    assert isinstance(attempts, Table)
    assert [row[:2] for row in attempts.rows] == [
        ("strict", "false"),
        ("mina_meddelanden", "true"),
        ("squeezed", "true"),
    ]
    assert {len(row[2]) for row in attempts.rows[1:]} == {64}
    assert [bool(row[3]) for row in attempts.rows] == [True, False, False]


def test_prefixes_of_another_stack_leave_the_contract_s_reading(tmp_path: Path) -> None:
    seen = seen_of(with_prefixes(request()), tmp_path)
    assert values(seen, "signature.readings", "seal.readings") == [CONTRACT, CONTRACT]


def test_indentation_after_signing_leaves_only_the_squeezed_reading(tmp_path: Path) -> None:
    seen = seen_of(pretty_printed(request()), tmp_path)
    assert values(seen, "signature.readings", "seal.readings") == [("squeezed",), ("squeezed",)]
    assert values(seen, "signature.signer", "seal.signer") == ["sender", "mediator"]


def test_a_changed_character_verifies_in_no_reading_and_shows_no_sender(tmp_path: Path) -> None:
    seen = seen_of(request().replace(b"Kommun A", b"Kommun B"), tmp_path)
    assert values(seen, "signature.readings", "seal.readings", "seal.readings_tried") == [(), (), 3]
    assert "digest differs" in seen["signature.readings"].detail
    assert reason(seen, "signature.signer") is Reason.NOT_UNDERSTOOD
    assert values(seen, "signature.algorithm", "signature.certificate_path") == ["RSA-SHA256", "found"]


def test_sha_1_is_named_and_verifies(tmp_path: Path) -> None:
    seen = seen_of(deliver_secure(sealed(signed(digest="sha1"), digest="sha1")), tmp_path)
    for prefix in ("signature.", "seal."):
        assert values(seen, prefix + "algorithm", prefix + "digest") == ["RSA-SHA1", "SHA-1"]
    assert values(seen, "seal.readings") == [CONTRACT]


def test_a_signer_that_is_neither_sender_nor_mediator_is_other(tmp_path: Path) -> None:
    stranger = organisation("kommun-c", "2120000142")
    seen = seen_of(deliver_secure(sealed(signed(by=stranger), by=stranger)), tmp_path)
    assert values(seen, "signature.readings", "signature.signer", "seal.signer") == [
        ("mina_meddelanden", "squeezed", "strict"), "other", "other",
    ]  # fmt: skip
    assert values(seen, "signature.certificate_declared") == ["not_declared"]


def test_the_sender_is_read_from_what_was_signed_by_whoever_signed_it(tmp_path: Path) -> None:
    seen = seen_of(deliver_secure(sealed(signed(unsigned(sender="162120000142")))), tmp_path)
    assert values(seen, "signature.signer", "seal.signer") == ["other", "mediator"]


@pytest.mark.parametrize(
    ("number", "sealing", "sealed_", "word"),
    [
        (KOMMUN, (), False, "sender"),
        (KOMMUN, (FORMEDLARE,), False, "sender"),
        (FORMEDLARE, (FORMEDLARE,), False, "mediator"),
        (KOMMUN, (KOMMUN,), False, "sender"),
        (KOMMUN, (KOMMUN,), True, "mediator"),
        (KOMMUN, (), True, "sender"),
        (KOMMUN, (FORMEDLARE,), True, "other"),
        ("2120000142", (FORMEDLARE,), True, "other"),
    ],
)
def test_whose_number_it_is(number: str, sealing: tuple[str, ...], sealed_: bool, word: str) -> None:
    declared = Declared(len(sealing), (), (), sealing, None)
    assert whose(number, f"16{KOMMUN}", declared, sealed=sealed_) == word


def test_without_a_declared_mediator_a_stranger_cannot_be_told_from_one(tmp_path: Path) -> None:
    seen = seen_of(request(), tmp_path, declared=False, anchors=False)
    assert values(seen, "signature.signer") == ["sender"]
    for name in ("seal.signer", "seal.certificate_declared", "seal.certificate_path"):
        assert reason(seen, name) is Reason.NOT_CONFIGURED


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        ({"not_before": NOON - timedelta(days=9), "not_after": NOON - timedelta(seconds=1)}, "after"),
        ({"not_before": NOON, "not_after": NOON + timedelta(days=1)}, "inside"),
        ({"not_before": NOON + timedelta(seconds=1), "not_after": NOON + timedelta(days=1)}, "before"),
    ],
)
def test_validity_is_told_at_the_moment_of_the_delivery(tmp_path: Path, dates: dict[str, object], period: str) -> None:
    issued = organisation("kommun-a", KOMMUN, **dates)
    seen = seen_of(deliver_secure(sealed(signed(by=issued))), tmp_path)
    path = "found" if period == "inside" else "not_found"
    assert values(seen, "signature.certificate_period", "signature.certificate_path") == [period, path]
    assert values(seen, "signature.certificate_not_after") == [dates["not_after"]]


def test_a_path_to_another_root_is_not_found(tmp_path: Path) -> None:
    data = request()
    record = Record()
    target = record.add(data)
    (tmp_path / "other.pem").write_bytes(organisation("kommun-c", "2120000142").cert_pem)
    seen = look(PROBE, target, record.session(target, trust_anchors=(str(tmp_path / "other.pem"),)))
    assert values(seen, "seal.certificate_path") == ["not_found"]


# -- Attacks: refused, all of them -------------------------------------------------------------------------------------

ID = b"<SignedDelivery"


def _payload(data: bytes) -> bytes:
    return data.partition(b"<soap:Body>")[2].partition(b"</soap:Body>")[0]


def _wrapped(data: bytes) -> bytes:
    """A forged delivery in the place of the signed one, which is moved into the seal."""
    start, end = data.index(ID), data.index(b"</SignedDelivery>") + len(b"</SignedDelivery>")
    genuine = data[start:end]
    forged = genuine.replace(b"Kommun A", b"Kommun B")
    return data[:start] + forged + data[end:].replace(b"</Seal>", genuine + b"</Seal>")


ATTACKS = {
    "wrapping": _wrapped,
    "two deliveries": lambda data: data.replace(b"</soap:Body>", _payload(data) + b"</soap:Body>"),
    "a comment in the sender": lambda data: data.replace(b"Kommun A", b"Kommun<!-- --> A"),
    "no transform": lambda data: data.replace(b"xmldsig#enveloped-signature", b"xmldsig#base64"),
    "a reference elsewhere": lambda data: data.replace(b'URI=""', b'URI="#x"'),
    "an external reference": lambda data: data.replace(b'URI=""', b'URI="http://127.0.0.1:9/x"'),
    "an entity": lambda data: b'<!DOCTYPE a [<!ENTITY b "Kommun A">]>' + data.replace(b"Kommun A", b"&b;"),
    "no signatures": lambda data: data.replace(b"<Signature ", b"<Signatur ").replace(b"</Signature>", b"</Signatur>"),
    "another's certificate": lambda data: data.replace(*_certificates(data)),
}  # fmt: skip


def _certificates(data: bytes) -> tuple[bytes, bytes]:
    first, second = [part.partition(b"</X509Certificate>")[0] for part in data.split(b"<X509Certificate>")[1:]]
    return first, second


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_verifies_in_any_reading(tmp_path: Path, attack: str) -> None:
    forged = ATTACKS[attack](request())  # type: ignore[no-untyped-call]
    assert forged != request()
    seen = seen_of(forged, tmp_path)
    found = [seen[name].value for name in ("signature.readings", "seal.readings")]
    assert any(one == () or isinstance(one, Unseen) for one in found)
    if attack != "another's certificate":
        assert all(one == () or isinstance(one, Unseen) for one in found)


# -- What cannot be read -----------------------------------------------------------------------------------------------


def test_a_request_that_was_not_kept_leaves_every_fact_not_kept() -> None:
    record = Record()
    target = record.add(GONE)
    with pytest.raises(CannotObserve) as caught:
        look(PROBE, target, record.session(target))
    assert caught.value.unseen.reason is Reason.NOT_KEPT


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no XML", Reason.NOT_UNDERSTOOD),
        (b"<a/>", Reason.NOT_UNDERSTOOD),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', Reason.NOT_SUPPORTED),
        (b"<a>" + b"x" * (8 * 1024 * 1024) + b"</a>", Reason.LIMIT_REACHED),
    ],
)
def test_what_holds_no_delivery_leaves_the_question_open(tmp_path: Path, data: bytes, why: Reason) -> None:
    seen = seen_of(data, tmp_path)
    assert {reason(seen, f"{prefix}.readings") for prefix in ("signature", "seal")} == {why}
    assert reason(seen, "signature.signer") is Reason.NOT_UNDERSTOOD


def test_a_method_that_the_tool_cannot_compute_leaves_the_question_open(tmp_path: Path) -> None:
    data = request().replace(b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-ripemd160")
    seen = seen_of(data, tmp_path)
    assert reason(seen, "signature.readings") is Reason.NOT_SUPPORTED
    assert values(seen, "signature.algorithm") == ["RSA-RIPEMD160"]


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "RSA-SHA1"),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "ECDSA-SHA384"),
        ("http://www.w3.org/2001/04/xmlenc#sha512", "SHA-512"),
        ("urn:x", "urn:x"),
    ],
)
def test_methods_have_short_names(uri: str, name: str) -> None:
    assert method_name(uri) == name


@pytest.mark.parametrize("alone", [True, False])
def test_a_file_may_hold_the_sealed_or_the_signed_delivery(tmp_path: Path, alone: bool) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(signed() if alone else sealed())
    target = Target("target", TargetKind.EXCHANGE, address=str(path))
    seen = look(PROBE, target, session_for(target))
    assert values(seen, "signature.readings", "signature.signer") == [
        ("mina_meddelanden", "squeezed", "strict"),
        "sender",
    ]
    assert {one.strength for one in seen.values()} == {Strength.FILE}
    if alone:
        assert reason(seen, "seal.readings") is Reason.NOT_EXERCISED
    else:
        assert values(seen, "seal.signed_element") == ["SealedDelivery"]


SOUND = request()


@settings(max_examples=100, deadline=2000)
@given(st.integers(0, len(SOUND)), st.binary(max_size=12), st.integers(0, 60))
def test_no_bytes_make_the_reader_crash(at: int, put: bytes, cut: int) -> None:
    found = read_signatures(SOUND[:at] + put + SOUND[at + cut :])
    message_signature.read_signature(found.avsandare)
    if found.formedlare:
        message_signature.read_signature(found.formedlare)
