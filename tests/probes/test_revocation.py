"""revocation and server_revocation: lists and OCSP responses as bytes, in files, and at places on loopback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import revocation
from probes._certificates import Certificate
from probes._ocsp_responses import load_response, read_response, responders
from probes._revocation_lists import Said, load_list, places, read_list
from readiness.chain import Revocation
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import Seen
from tests.conftest import NOON, look, session_for
from tests.stands.pki import Issued, authority, leaf
from tests.stands.revocation import DAY, der, response, revocation_list, telling, told_at

ROOT = authority("Exempelrot")
OTHER = authority("Annan rot")
NAMESAKE = authority("Exempelrot")
LIST, ANSWER = "http://127.0.0.1:1/lista.crl", "http://127.0.0.1:1/svar"
CLIENT = leaf(ROOT, (), extensions=told_at([LIST], [ANSWER]))
OF_OTHERS = leaf(ROOT)
PURPOSE = {"extended_key_usage": ["OCSPSigning"], "key_usage": ["digital_signature"]}
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN
SECOND = timedelta(seconds=1)


def read(issued: Issued) -> Certificate:
    return Certificate(issued.der, issued.cert)


def listed(crl: x509.CertificateRevocationList, of: Issued = CLIENT, issuers: Sequence[Issued] = (ROOT,)) -> object:
    """The status, the reason why none, or None for a list about others."""
    return short(read_list(load_list(der(crl)), read(of), tuple(map(read, issuers)), NOON))


def answered(data: bytes, of: Issued = CLIENT, issuers: Sequence[Issued] = (ROOT,)) -> object:
    return short(read_response(load_response(data), read(of), tuple(map(read, issuers)), NOON))


def short(said: Said | Unseen | None) -> object:
    return said.status if isinstance(said, Said) else said.reason if isinstance(said, Unseen) else None


def point(*urls: str, **fields: bool) -> list[tuple[x509.ExtensionType, bool]]:
    """An issuing distribution point with these names."""
    names = [x509.UniformResourceIdentifier(url) for url in urls] or None
    kinds = ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs")
    said = {kind: fields.get(kind, False) for kind in kinds}
    some = frozenset({x509.ReasonFlags.key_compromise}) if fields.get("some") else None
    return [(x509.IssuingDistributionPoint(names, None, only_some_reasons=some, **said), True)]


# -- Lists -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crl", "status"),
    [
        (revocation_list(ROOT), "good"),
        (revocation_list(ROOT, [OF_OTHERS]), "good"),
        (revocation_list(ROOT, [OF_OTHERS, CLIENT]), "revoked"),
        (revocation_list(ROOT, [CLIENT], ends=NOON - SECOND), "revoked"),  # it does not become good again
        (revocation_list(ROOT, ends=NOON), "good"),
        (revocation_list(ROOT, ends=NOON - SECOND), "stale"),
        (revocation_list(ROOT, begins=NOON + SECOND), "stale"),
        (revocation_list(ROOT, extensions=point(LIST)), "good"),
        (revocation_list(ROOT, extensions=point(LIST, only_contains_user_certs=True)), "good"),
    ],
)
def test_a_list_of_the_issuer_tells_the_status(crl: x509.CertificateRevocationList, status: str) -> None:
    assert listed(crl) == status


@pytest.mark.parametrize(
    "crl",
    [
        revocation_list(OTHER, [CLIENT]),
        revocation_list(ROOT, [CLIENT], extensions=point("http://127.0.0.1:1/annan.crl")),
        revocation_list(ROOT, [CLIENT], extensions=point(only_contains_ca_certs=True)),
        revocation_list(ROOT, [CLIENT], extensions=point(only_contains_attribute_certs=True)),
    ],
    ids=["another issuer", "another distribution point", "authorities", "attributes"],
)
def test_a_list_about_other_certificates_tells_nothing(crl: x509.CertificateRevocationList) -> None:
    assert listed(crl) is None


@pytest.mark.parametrize(
    ("crl", "reason"),
    [
        (revocation_list(ROOT, signer=OTHER), Reason.NOT_UNDERSTOOD),
        (revocation_list(ROOT, signer=NAMESAKE), Reason.NOT_UNDERSTOOD),
        (revocation_list(ROOT, extensions=[(x509.DeltaCRLIndicator(1), True)]), Reason.NOT_SUPPORTED),
        (revocation_list(ROOT, extensions=point(indirect_crl=True)), Reason.NOT_SUPPORTED),
        (revocation_list(ROOT, extensions=point(some=True)), Reason.NOT_SUPPORTED),
        (
            revocation_list(
                ROOT, extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)]
            ),
            Reason.NOT_SUPPORTED,
        ),
    ],
    ids=["another key", "a namesake's key", "changes only", "indirect", "some reasons", "unknown and critical"],
)
def test_a_list_that_cannot_be_relied_on_says_why(crl: x509.CertificateRevocationList, reason: Reason) -> None:
    assert listed(crl) is reason


def test_an_issuer_that_may_not_sign_lists_has_signed_none() -> None:
    mute = authority("Stum rot", key_usage=["key_cert_sign"])
    assert listed(revocation_list(mute), leaf(mute), [mute]) is Reason.NOT_UNDERSTOOD


def test_without_the_issuer_s_certificate_a_list_tells_nothing() -> None:
    assert listed(revocation_list(ROOT), issuers=()) is Reason.NOT_CONFIGURED
    assert listed(revocation_list(ROOT), issuers=[NAMESAKE, ROOT]) == "good"


def test_where_revocation_is_told_is_read_from_the_certificate() -> None:
    assert places(read(CLIENT)) == (LIST,)
    assert responders(read(CLIENT)) == (ANSWER,)
    assert places(read(OF_OTHERS)) == responders(read(OF_OTHERS)) == ()


# -- Responses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (response(CLIENT, ROOT), "good"),
        (response(CLIENT, ROOT, REVOKED), "revoked"),
        (response(CLIENT, ROOT, UNKNOWN), "unknown"),
        (response(CLIENT, ROOT, ends=NOON), "good"),
        (response(CLIENT, ROOT, ends=NOON - SECOND), "stale"),
        (response(CLIENT, ROOT, REVOKED, ends=NOON - SECOND), "revoked"),
        (response(CLIENT, ROOT, begins=NOON + timedelta(minutes=5)), "good"),
        (response(CLIENT, ROOT, begins=NOON + timedelta(minutes=5, seconds=1)), "stale"),
        (response(CLIENT, ROOT, ends=None), "good"),
        (response(CLIENT, ROOT, begins=NOON - DAY - SECOND, ends=None), "stale"),
    ],
)
def test_a_response_of_the_issuer_tells_the_status(data: bytes, status: str) -> None:
    assert answered(data) == status


def test_a_response_may_be_signed_by_whom_the_issuer_gave_a_certificate_for_it() -> None:
    responder = leaf(ROOT, (), **PURPOSE)  # type: ignore[arg-type]
    assert answered(response(CLIENT, ROOT, signer=responder, beside=[responder])) == "good"


@pytest.mark.parametrize(
    "responder",
    [
        leaf(ROOT, (), extended_key_usage=["clientAuth"]),
        leaf(ROOT, (), extended_key_usage=None),
        leaf(OTHER, (), **PURPOSE),  # type: ignore[arg-type]
        leaf(NAMESAKE, (), **PURPOSE),  # type: ignore[arg-type]
        leaf(ROOT, (), not_after=NOON - SECOND, **PURPOSE),  # type: ignore[arg-type]
    ],
    ids=["another purpose", "no purpose", "another issuer", "a namesake", "expired"],
)
def test_nobody_else_may_sign_a_response(responder: Issued) -> None:
    data = response(CLIENT, ROOT, signer=responder, beside=[responder])
    assert answered(data) is Reason.NOT_UNDERSTOOD


def test_a_response_about_another_certificate_tells_nothing() -> None:
    assert answered(response(OF_OTHERS, ROOT)) is None
    assert answered(response(CLIENT, NAMESAKE)) is None  # the same name and number, another key
    assert answered(response(CLIENT, ROOT), issuers=()) is Reason.NOT_CONFIGURED


def test_a_responder_that_cannot_answer_says_so() -> None:
    later = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    said = read_response(later, read(CLIENT), (read(ROOT),), NOON)
    assert said == Unseen(Reason.NOT_UNDERSTOOD, "the responder says try_later")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_no_changed_byte_of_a_response_makes_it_another_answer(place: int, byte: int) -> None:
    data = bytearray(response(CLIENT, ROOT, REVOKED))
    data[place % len(data)] = byte
    try:
        said = answered(bytes(data))
    except ValueError:
        return
    assert said in {"revoked", None, Reason.NOT_UNDERSTOOD, Reason.NOT_SUPPORTED}


# -- The probes --------------------------------------------------------------------------------------------------------


def certificate(folder: Path, issued: Issued, *above: Issued) -> Target:
    path = folder / "klient.pem"
    path.write_bytes(b"".join(one.cert_pem for one in (issued, *above)))
    return Target("klient", TargetKind.CERTIFICATE, address=str(path), declared=(("use", "tls-client"),))


def asked(
    subject: Target, addresses: Sequence[str] = (), files: Sequence[Path] = (), **fields: object
) -> dict[str, Seen]:
    where = Revocation(tuple(addresses), tuple(map(str, files)))
    return look(revocation.PROBE, subject, session_for(subject, revocation=where, **fields))


def status(seen: dict[str, Seen]) -> object:
    return seen["revocation.status"].value


def rows(seen: dict[str, Seen]) -> list[tuple[str, ...]]:
    table = seen["revocation.asked"].value
    assert isinstance(table, Table)
    return [row[1:4] for row in table.rows]


def unseen(seen: dict[str, Seen]) -> Reason:
    value = status(seen)
    assert isinstance(value, Unseen), value
    return value.reason


def test_a_list_and_a_response_are_asked_where_the_certificate_says_and_the_profile_allows(tmp_path: Path) -> None:
    with telling(lambda path, body: (200, served(path, body))) as (address, paths):
        end = leaf(ROOT, (), extensions=told_at([f"http://{address}/lista.crl"], [f"http://{address}/svar"]))

        def served(path: str, body: bytes) -> bytes:
            if path == "/lista.crl":
                return der(revocation_list(ROOT))
            assert ocsp.load_der_ocsp_request(body).serial_number == end.cert.serial_number
            return response(end, ROOT)

        seen = asked(certificate(tmp_path, end, ROOT), [address])
    assert set(seen) == set(revocation.PROBE.promises())
    assert status(seen) == "good"
    assert seen["revocation.places_told"].value == 2
    assert sorted(paths) == ["/lista.crl", "/svar"]
    assert [row[::2] for row in rows(seen)] == [("crl", "good"), ("ocsp", "good")]
    assert len(seen["revocation.status"].evidence) == 2


def test_one_place_that_says_revoked_is_enough(tmp_path: Path) -> None:
    with telling(lambda path, _: (200, data[path])) as (address, _):
        end = leaf(ROOT, (), extensions=told_at([f"http://{address}/l"], [f"http://{address}/s"]))
        data = {"/l": der(revocation_list(ROOT)), "/s": response(end, ROOT, REVOKED)}
        assert status(asked(certificate(tmp_path, end, ROOT), [address])) == "revoked"
        data["/s"] = response(end, ROOT, UNKNOWN)
        assert unseen(asked(certificate(tmp_path, end, ROOT), [address])) is Reason.ANSWERS_DIFFER
        data["/s"] = response(end, ROOT, ends=NOON - SECOND)
        assert status(asked(certificate(tmp_path, end, ROOT), [address])) == "good"


def test_a_place_that_the_profile_does_not_name_is_not_asked(tmp_path: Path) -> None:
    with telling(lambda *_: (200, der(revocation_list(ROOT)))) as (address, paths):
        end = leaf(ROOT, (), extensions=told_at([f"http://{address}/lista.crl"]))
        seen = asked(certificate(tmp_path, end, ROOT))
        assert unseen(seen) is Reason.NOT_CONFIGURED
        assert f"http://{address}/lista.crl" in str(status(seen))
        assert paths == []
        other = leaf(ROOT, (), extensions=told_at([f"http://localhost:{address.partition(':')[2]}/"]))
        assert unseen(asked(certificate(tmp_path, other, ROOT), [address])) is Reason.NOT_CONFIGURED
        assert paths == []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((404, der(revocation_list(ROOT))), Reason.NOT_UNDERSTOOD),
        ((302, b""), Reason.NOT_UNDERSTOOD),
        ((200, b""), Reason.NOT_UNDERSTOOD),
        ((200, b"<html>"), Reason.NOT_UNDERSTOOD),
        ((200, der(revocation_list(OTHER))), Reason.NOT_UNDERSTOOD),
        ((200, bytes(9 * 1024 * 1024)), Reason.LIMIT_REACHED),
    ],
    ids=["404", "redirect", "empty", "a page", "another issuer's", "too large"],
)
def test_an_answer_that_is_no_list_leaves_it_open(tmp_path: Path, reply: tuple[int, bytes], reason: Reason) -> None:
    with telling(lambda *_: reply) as (address, _):
        end = leaf(ROOT, (), extensions=told_at([f"http://{address}/lista.crl"]))
        assert unseen(asked(certificate(tmp_path, end, ROOT), [address])) is reason


def test_a_place_where_nobody_listens_is_unreachable(tmp_path: Path) -> None:
    end = leaf(ROOT, (), extensions=told_at(["http://127.0.0.1:1/lista.crl"]))
    assert unseen(asked(certificate(tmp_path, end, ROOT), ["127.0.0.1:1"])) is Reason.CONNECTION_REFUSED


@pytest.mark.parametrize("url", ["ldap://127.0.0.1:1/cn=x", "https://127.0.0.1:1/x", "file:///etc/passwd"])
def test_other_ways_than_http_are_not_gone(tmp_path: Path, url: str) -> None:
    end = leaf(ROOT, (), extensions=told_at([url]))
    seen = asked(certificate(tmp_path, end, ROOT), ["127.0.0.1:1"])
    assert unseen(seen) is Reason.NOT_SUPPORTED
    assert seen["revocation.places_told"].value == 1


def test_supplied_files_are_read_whatever_they_are(tmp_path: Path) -> None:
    subject = certificate(tmp_path, OF_OTHERS, ROOT)
    names = ("lista.crl", "annans.crl", "svar.ocsp", "skräp")
    data = (der(revocation_list(ROOT)), der(revocation_list(OTHER)), response(OF_OTHERS, ROOT), b"\0skr\xe4p")
    files = [tmp_path / name for name in names]
    for path, content in zip(files, data, strict=True):
        path.write_bytes(content)
    seen = asked(subject, files=[*files, tmp_path / "saknas.crl"])
    assert status(seen) == "good"
    assert seen["revocation.places_told"].value == 0
    assert [row[0] for row in rows(seen)] == ["crl", "ocsp", "crl", "crl"]
    assert [row[2].split(":")[0] for row in rows(seen)] == ["good", "good", "(not_understood", "(not_configured"]


def test_a_certificate_of_which_nothing_is_told_is_neither_good_nor_revoked(tmp_path: Path) -> None:
    seen = asked(certificate(tmp_path, OF_OTHERS, ROOT))
    assert status(seen) == "not_told"
    assert seen["revocation.places_told"].value == 0


def test_the_issuer_may_stand_among_the_trust_anchors(tmp_path: Path) -> None:
    (tmp_path / "lista.crl").write_bytes(der(revocation_list(ROOT, [OF_OTHERS])))
    (tmp_path / "rot.pem").write_bytes(ROOT.cert_pem)
    subject = certificate(tmp_path, OF_OTHERS)
    files = [tmp_path / "lista.crl"]
    assert unseen(asked(subject, files=files)) is Reason.NOT_CONFIGURED
    assert status(asked(subject, files=files, trust_anchors=(str(tmp_path / "rot.pem"),))) == "revoked"
