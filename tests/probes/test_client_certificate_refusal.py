"""Which client certificates are refused, seen on real servers: what is shown, to whom, and when it says nothing."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from probes._certificates import load
from probes._refusal_offers import CASES, OF_THE_AUTHORITY, Good, misfit
from probes.client_certificate_refusal import FACTS, PROBE
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Effect, HttpRequest, Limits, Shown
from tests.conftest import NOON, look, session_for
from tests.stands.late_server import late_server
from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import CA_NOT_AFTER, CA_NOT_BEFORE, authority, leaf
from tests.stands.programs import free_port
from tests.stands.scripted import by_version, closes, echoes, plain_http, resets, scripted, silent
from tests.stands.soap_server import HANGS_UP, SILENT, raw_answer, soap_server

NAME = "tjanst.exempel.example"
NUMBER, ANOTHER = "162120000000", "165560000001"
LASTS = {"not_before": CA_NOT_BEFORE, "not_after": CA_NOT_AFTER}
"""Servers go by today's clock, whichever it is."""
ACCEPTED, IN_HANDSHAKE, AT_REQUEST = "accepted", "refused_in_handshake", "refused_at_request"
TLS_1_2, TLS_1_3 = "TLSv1.2", "TLSv1.3"


@pytest.fixture(scope="module")
def root():
    return authority("Rot", key="rsa-2048")


@pytest.fixture(scope="module")
def issuer(root):
    return authority("Utfärdare", issuer=root, key="rsa-2048")


@pytest.fixture(scope="module")
def server(root):
    return leaf(root, [NAME], **LASTS)


def client(issuer, name="Kommunen", number=NUMBER, **fields):
    subject = [("O", name), [("serialNumber", number), ("CN", name)]]
    usual = {"extended_key_usage": ("clientAuth",), "subject": subject, **LASTS}
    return leaf(issuer, (), **(usual | fields))


@pytest.fixture(scope="module")
def held(issuer):
    """The good certificate and those of each case."""
    return {
        "good": client(issuer),
        "expired": client(issuer, not_after=datetime(2021, 1, 1, tzinfo=UTC)),
        "other_organisation": client(issuer, "Bolaget", ANOTHER),
        "other_purpose": client(issuer, extended_key_usage=("serverAuth",)),
        "revoked": client(issuer),
        "small_key": client(issuer, key="rsa-1024"),
    }


def endpoint(address, **declared):
    says = {"server_name": NAME, "client_certificate": "good", "mutual_tls": "required", "role": "other"} | declared
    said = tuple(sorted((key, value) for key, value in says.items() if value))
    return Target("tjanst", TargetKind.ENDPOINT, address=address, declared=said)


def certificates(held, folder, *, good=True):
    """The targets that the profile would have."""
    found = []
    for name, issued in held.items():
        says = {} if name == "good" else {"shows": name, "endpoints": ("tjanst",)}
        kind = TargetKind.CERTIFICATE if name == "good" else TargetKind.REFUSAL_CERTIFICATE
        if good or name != "good":
            path = str(issued.pem(folder, name))
            found.append(Target(name, kind, address=path, declared=tuple(sorted(says.items()))))
    return found


def seen(address, held, tmp_path, wait=2.0, declared=None, **fields):
    """What is said of each case, and the whole of it."""
    target = endpoint(address, **(declared or {}))
    session = session_for(target, *certificates(held, tmp_path), limits=Limits(wait=wait), **fields)
    said = look(PROBE, target, session)
    return {case: said[f"client_refusal.{case}"].value for case in CASES}, said, session


def until_it_stops(address, held, tmp_path, wait=1.0, declared=None, **fields):
    """Why nothing is known of any case, and the table of what was tried."""
    target = endpoint(address, **(declared or {}))
    session = session_for(target, *certificates(held, tmp_path), limits=Limits(wait=wait), **fields)
    facts = {}

    async def gather():
        async for each in PROBE.observe(target, session):
            facts[each.fact] = each.value

    with pytest.raises(CannotObserve) as problem:
        asyncio.run(gather())
    assert set(facts) == {"client_refusal.connections_made", "client_refusal.receptions"}
    return problem.value.unseen, facts["client_refusal.receptions"].rows


def reasons(cases):
    return {case: value.reason for case, value in cases.items() if isinstance(value, Unseen)}


def revoking(issuer, *revoked):
    """A revocation list, PEM."""
    today = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.cert.subject)
    builder = builder.last_update(today - timedelta(days=1)).next_update(today + timedelta(days=30))
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.cert.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(today - timedelta(days=1)).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def nginx_asks(root, issuer, server, held, tmp_path):
    """nginx, as it verifies with `mode`; it knows the revocation lists unless told otherwise."""
    (tmp_path / "rot.pem").write_bytes(root.cert_pem)
    (tmp_path / "crl.pem").write_bytes(revoking(issuer, held["revoked"]) + revoking(root))

    def start(mode, protocols="TLSv1.2 TLSv1.3", lists="ssl_crl {}/crl.pem;"):
        lines = f"ssl_verify_client {mode}; ssl_client_certificate {tmp_path}/rot.pem; ssl_verify_depth 3;"
        return nginx(tmp_path, server, protocols=protocols, extra=f"{lines} {lists.format(tmp_path)}")

    return start


# -- Servers that verify -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_nginx_refuses_all_but_another_organisation_at_the_request(nginx_asks, held, tmp_path, version):
    with nginx_asks("on", protocols=version) as address:
        cases, said, _ = seen(address, held, tmp_path)
    assert {fact.name for fact in FACTS} == set(said)
    assert cases == dict.fromkeys(CASES, AT_REQUEST) | {"other_organisation": ACCEPTED}
    assert said["client_refusal.expired"].detail == "HTTP 400"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_refuses_all_but_another_organisation_and_the_revoked_in_the_handshake(
    root, server, held, tmp_path, version
):
    (tmp_path / "rot.pem").write_bytes(root.cert_pem)
    options = ("-Verify", "3", "-verify_return_error", "-CAfile", str(tmp_path / "rot.pem"), "-verifyCAfile")
    with openssl_server(tmp_path, server, *options, str(tmp_path / "rot.pem"), version) as address:
        cases, said, _ = seen(address, held, tmp_path)
    let_in = dict.fromkeys(("other_organisation", "revoked"), ACCEPTED)
    assert cases == dict.fromkeys(CASES, IN_HANDSHAKE) | let_in
    alerts = {case: said[f"client_refusal.{case}"].detail for case in CASES if case not in let_in}
    missing = "certificate_required" if version == "-tls1_3" else "handshake_failure"
    assert alerts["no_certificate"] == f"alert {missing}"
    assert alerts["expired"] == "alert certificate_expired"
    assert alerts["other_purpose"] == "alert unsupported_certificate"
    assert {alerts[case] for case in ("other_authority", "same_name_authority", "without_intermediate")} == {
        "alert unknown_ca"
    }


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_an_application_refuses_another_organisation_at_the_request(root, server, held, tmp_path, newest):
    def answer(_):
        return raw_answer("403 Forbidden") if "Bolaget" in stand.clients[-1] else raw_answer("200 OK", b"<a/>")

    anchor = tmp_path / "ankare.pem"
    anchor.write_bytes(root.cert_pem)
    with soap_server(answer, server, tmp_path, clients=root, newest=newest) as stand:
        cases, said, _ = seen(stand.address, held, tmp_path, trust_anchors=(str(anchor),))
    assert cases == dict.fromkeys(CASES, IN_HANDSHAKE) | {"other_organisation": AT_REQUEST, "revoked": ACCEPTED}
    assert said["client_refusal.other_organisation"].detail == "HTTP 403"
    assert {(asked.method, asked.target, asked.body) for asked in stand.asked} == {("GET", "/", b"")}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (HANGS_UP, AT_REQUEST),
        (SILENT, Reason.TIMED_OUT),
        (raw_answer("302 Found"), Reason.ANSWERS_DIFFER),
        (raw_answer("200 OK", b"<a/>")[:-2], Reason.CLOSED_EARLY),
    ],
)
def test_hanging_up_refuses_and_silence_a_redirect_or_half_an_answer_leaves_open(
    root, server, held, tmp_path, answer, outcome
):
    def answers(_):
        return answer if "Bolaget" in stand.clients[-1] else raw_answer("200 OK", b"<a/>")

    with soap_server(answers, server, tmp_path, clients=root) as stand:
        cases, _, _ = seen(stand.address, held, tmp_path, wait=0.5)
    got = cases["other_organisation"]
    assert (got.reason if isinstance(got, Unseen) else got) == outcome
    assert (cases["expired"], cases["revoked"]) == (IN_HANDSHAKE, ACCEPTED)


def test_a_server_that_says_goodbye_instead_of_answering_refuses(nginx_asks, held, tmp_path):
    with nginx_asks("on", lists="if ($ssl_client_s_dn ~ Bolaget) {{ return 444; }}") as address:
        cases, said, _ = seen(address, held, tmp_path)
    assert (cases["other_organisation"], said["client_refusal.other_organisation"].detail) == (AT_REQUEST, "closed")


def test_a_server_that_asks_only_at_the_request_refuses_there(root, server, held, tmp_path):
    with late_server(server, root, tmp_path) as address:
        cases, said, _ = seen(address, held, tmp_path)
    assert cases == dict.fromkeys(CASES, AT_REQUEST) | dict.fromkeys(("other_organisation", "revoked"), ACCEPTED)
    assert said["client_refusal.expired"].detail == "alert certificate_expired"


# -- Servers that do not -----------------------------------------------------------------------------------------------


def test_a_server_that_asks_and_does_not_insist_lets_in_who_shows_nothing(nginx_asks, held, tmp_path):
    with nginx_asks("optional") as address:
        cases, _, _ = seen(address, held, tmp_path)
    assert cases == dict.fromkeys(CASES, AT_REQUEST) | dict.fromkeys(("no_certificate", "other_organisation"), ACCEPTED)


def test_a_server_that_takes_any_authority_is_seen_to(nginx_asks, held, tmp_path):
    with nginx_asks("optional_no_ca", lists="") as address:
        cases, _, _ = seen(address, held, tmp_path)
    refused = {"expired", "other_purpose", "small_key"}
    assert cases == dict.fromkeys(CASES, ACCEPTED) | dict.fromkeys(refused, AT_REQUEST)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_server_that_accepts_everything_refuses_nothing(server, held, tmp_path, version):
    with openssl_server(tmp_path, server, "-verify", "3", version) as address:
        cases, _, session = seen(address, held, tmp_path)
    assert cases == dict.fromkeys(CASES, ACCEPTED)
    assert len(session.kept) == len(CASES) - 1  # each leaf that was shown


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_never_asks_lets_in_who_shows_nothing_and_sees_no_certificate(server, held, tmp_path, newest):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, newest=newest) as stand:
        cases, said, _ = seen(stand.address, held, tmp_path)
    version = newest.name.replace("TLSv1_", "TLSv1.")
    assert said["client_refusal.receptions"].value.rows[1][3:] == (version, "no", "no", "yes")
    assert cases.pop("no_certificate") == ACCEPTED
    assert set(reasons(cases).values()) == {Reason.NOT_EXERCISED}
    assert len(reasons(cases)) == len(CASES) - 1


# -- Without the control, nothing --------------------------------------------------------------------------------------


def test_a_server_that_refuses_everybody_refuses_nothing(server, held, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=authority("Annan")) as stand:
        why, rows = until_it_stops(stand.address, held, tmp_path)
    assert why.reason is Reason.CONTROL_FAILED
    assert [row[:3] for row in rows] == [("control", "control_failed", "alert unknown_ca")]


def test_a_service_that_answers_403_to_everybody_refuses_nothing(root, server, held, tmp_path):
    with soap_server(lambda _: raw_answer("403 Forbidden"), server, tmp_path, clients=root) as stand:
        why, _ = until_it_stops(stand.address, held, tmp_path)
    assert why.reason is Reason.CONTROL_FAILED


@pytest.mark.parametrize("then", [HANGS_UP, SILENT, raw_answer("403 Forbidden")])
def test_a_server_that_does_not_come_back_leaves_everything_open(root, server, held, tmp_path, then):
    def answer(_):
        return raw_answer("200 OK") if len(stand.asked) <= 3 else then  # control, two that are let in, control

    with soap_server(answer, server, tmp_path, clients=root) as stand:
        why, rows = until_it_stops(stand.address, held, tmp_path, wait=0.5)
    assert why.reason is Reason.CONTROL_FAILED
    assert [row[0] for row in rows] == ["control", *CASES, "control"]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (silent, Reason.TIMED_OUT),
        (echoes, Reason.NOT_UNDERSTOOD),
        (plain_http, Reason.NOT_UNDERSTOOD),
        (closes, Reason.CLOSED_EARLY),
        (resets, Reason.CONNECTION_RESET),
        (by_version({}, otherwise=closes), Reason.CLOSED_EARLY),
    ],
)
def test_a_peer_that_is_no_tls_server_is_a_reason(held, tmp_path, part, reason):
    with scripted(part) as stand:
        why, rows = until_it_stops(stand.address, held, tmp_path, wait=0.5)
    assert (why.reason, len(rows)) == (reason, 1)


def test_nobody_home_is_a_refused_connection(held, tmp_path):
    why, _ = until_it_stops(f"127.0.0.1:{free_port()}", held, tmp_path)
    assert why.reason is Reason.CONNECTION_REFUSED


def test_nothing_is_shown_to_a_server_that_the_anchors_do_not_vouch_for(server, held, tmp_path):
    (tmp_path / "ankare.pem").write_bytes(authority("Annan").cert_pem)
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        why, _ = until_it_stops(stand.address, held, tmp_path, trust_anchors=(str(tmp_path / "ankare.pem"),))
    assert (why.reason, stand.asked) == (Reason.ACCESS_DENIED, [])


def test_nor_is_one_of_our_own(root, server, held, tmp_path):
    (tmp_path / "ankare.pem").write_bytes(authority("Annan").cert_pem)
    trust = {"trust_anchors": (str(tmp_path / "ankare.pem"),)}
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        cases, _, _ = seen(stand.address, {}, tmp_path, declared={"client_certificate": ""}, **trust)
    tried = {case: reason for case, reason in reasons(cases).items() if case in {"no_certificate", "other_authority"}}
    assert tried == {"no_certificate": Reason.ACCESS_DENIED, "other_authority": Reason.ACCESS_DENIED}


def test_a_client_certificate_that_cannot_be_read_leaves_everything_open(server, held, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path) as stand:
        why, rows = until_it_stops(stand.address, held, tmp_path, declared={"client_certificate": "finns-inte"})
    assert (why.reason, rows, stand.asked) == (Reason.NOT_CONFIGURED, (), [])


def test_cases_that_there_is_no_time_for_stay_open(root, server, held, tmp_path, monkeypatch):
    monkeypatch.setattr("probes.client_certificate_refusal.BUDGET", 0.0)
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        cases, said, _ = seen(stand.address, held, tmp_path)
    assert set(reasons(cases).values()) == {Reason.TIMED_OUT}
    assert said["client_refusal.connections_made"].value == len(stand.asked) == 2


def test_a_silent_case_takes_no_more_than_the_time_of_all(root, server, held, tmp_path, monkeypatch):
    monkeypatch.setattr("probes.client_certificate_refusal.BUDGET", 1.0)

    def answer(_):
        return SILENT if "Bolaget" in stand.clients[-1] else raw_answer("200 OK")

    with soap_server(answer, server, tmp_path, clients=root) as stand:
        cases, _, _ = seen(stand.address, held, tmp_path, wait=3.0)
    assert reasons(cases) == dict.fromkeys(("other_organisation", "other_purpose", "revoked", "small_key"), "timed_out")
    assert "took more than" in cases["other_organisation"].detail
    assert cases["expired"] == IN_HANDSHAKE


# -- Without a good certificate, only what lets in is known ------------------------------------------------------------


@pytest.mark.parametrize(("asks", "no_certificate"), [(False, ACCEPTED), (True, Reason.NOT_CONFIGURED)])
def test_without_a_good_certificate_a_refusal_may_be_that_of_everybody(
    root, server, held, tmp_path, no_certificate, *, asks
):
    others = {name: issued for name, issued in held.items() if name != "good"}
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root if asks else None) as stand:
        cases, said, _ = seen(stand.address, others, tmp_path, declared={"client_certificate": ""})
    got = cases.pop("no_certificate")
    assert (got.reason if isinstance(got, Unseen) else got) == no_certificate
    assert reasons(cases).pop("other_authority") is (Reason.NOT_CONFIGURED if asks else Reason.NOT_EXERCISED)
    assert {reason for case, reason in reasons(cases).items() if case != "other_authority"} == {Reason.NOT_CONFIGURED}
    assert said["client_refusal.connections_made"].value == 2


def test_without_a_good_certificate_a_server_that_takes_any_is_still_seen_to(server, tmp_path):
    with openssl_server(tmp_path, server, "-verify", "3") as address:
        cases, _, _ = seen(address, {}, tmp_path, declared={"client_certificate": ""})
    assert (cases["no_certificate"], cases["other_authority"]) == (ACCEPTED, ACCEPTED)


# -- What is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", OF_THE_AUTHORITY)
def test_a_test_certificate_that_the_profile_lacks_leaves_only_its_own_case_open(root, server, held, tmp_path, missing):
    others = {name: issued for name, issued in held.items() if name != missing}
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        cases, _, _ = seen(stand.address, others, tmp_path)
    assert reasons(cases) == {missing: Reason.NOT_CONFIGURED}


def test_the_copies_differ_from_the_good_one_in_key_and_issuer_alone(root, issuer, server, held, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        _, said, session = seen(stand.address, held, tmp_path)
    good = held["good"].cert
    for case in ("other_authority", "same_name_authority"):
        (evidence,) = said[f"client_refusal.{case}"].evidence
        copy = x509.load_der_x509_certificate(session.kept[evidence.sha256])
        assert copy.subject == good.subject
        assert copy.not_valid_after_utc == good.not_valid_after_utc
        assert copy.extensions.get_extension_for_class(
            x509.ExtendedKeyUsage
        ) == good.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        assert copy.public_key() != good.public_key()
        assert (copy.issuer == good.issuer) is (case == "same_name_authority")
        with pytest.raises((ValueError, TypeError, InvalidSignature)):  # by name, kind of key, or signature
            copy.verify_directly_issued_by(issuer.cert)
    named = x509.AuthorityKeyIdentifier
    assert copy.extensions.get_extension_for_class(named).value == good.extensions.get_extension_for_class(named).value


def test_without_an_intermediate_in_its_file_none_can_be_left_out(root, server, tmp_path):
    good = {"good": client(root)}
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        cases, _, _ = seen(stand.address, good, tmp_path)
    assert cases["without_intermediate"].reason is Reason.NOT_CONFIGURED
    assert cases["same_name_authority"] == IN_HANDSHAKE


MISFITS = {
    "not expired": ("expired", {}, "does not show expired"),
    "expired and of another issuer": (
        "expired",
        {"issuer": "other", "not_after": NOON - timedelta(1)},
        "another issuer",
    ),
    "of a namesake": ("other_purpose", {"issuer": "namesake", "extended_key_usage": ("serverAuth",)}, "another issuer"),
    "expired and not for clients": (
        "other_purpose",
        {"not_after": NOON - timedelta(1), "extended_key_usage": ("serverAuth",)},
        "also expired",
    ),
    "for clients": ("other_purpose", {"extended_key_usage": ("serverAuth", "clientAuth")}, "does not show"),
    "for anything": ("other_purpose", {"extended_key_usage": None}, "does not show"),
    "the same organisation": ("other_organisation", {}, "does not show"),
    "revoked and not begun": ("revoked", {"not_before": NOON + timedelta(1)}, "not begun"),
    "revoked and of another organisation": ("revoked", {"number": ANOTHER}, "other_organisation"),
    "a key of 2048 bits": ("small_key", {"key": "rsa-2048"}, "does not show"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_test_certificate_that_would_be_refused_for_something_else_is_not_shown(root, issuer, held, name):
    case, fields, said = MISFITS[name]
    issuers = {"other": root, "namesake": authority("Utfärdare"), "": issuer}
    test = client(issuers[fields.get("issuer", "")], **{key: value for key, value in fields.items() if key != "issuer"})
    good = Good("good", load(held["good"].der), (load(issuer.der),))
    assert said in misfit(case, load(test.der), good, NOON)


@pytest.mark.parametrize("case", OF_THE_AUTHORITY)
def test_a_test_certificate_that_differs_in_one_thing_fits(issuer, held, case):
    good = Good("good", load(held["good"].der), (load(issuer.der),))
    assert misfit(case, load(held[case].der), good, NOON) == ""
    assert misfit(case, load(held[case].der), Good("good", good.certificate, ()), NOON) == ""


def test_a_signature_with_sha_1_is_one_of_small_keys(issuer, held):
    good = Good("good", load(held["good"].der), (load(issuer.der),))
    assert misfit("small_key", load(client(issuer, digest="SHA-1").der), good, NOON) == ""


def test_what_the_good_one_is_too_is_no_difference(issuer):
    """A server that lets in an expired certificate may show another that is expired and small."""
    past = {"not_after": NOON - timedelta(1)}
    good = Good("good", load(client(issuer, **past).der), (load(issuer.der),))
    assert misfit("small_key", load(client(issuer, key="rsa-1024", **past).der), good, NOON) == ""


def test_a_test_certificate_of_another_endpoint_is_not_shown(root, server, held, tmp_path):
    says = (("endpoints", ("annan-tjanst",)), ("shows", "expired"))
    path = str(held["expired"].pem(tmp_path, "annan"))
    elsewhere = Target("annan", TargetKind.REFUSAL_CERTIFICATE, address=path, declared=says)
    good = {"good": held["good"]}
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        target = endpoint(stand.address)
        said = look(PROBE, target, session_for(target, elsewhere, *certificates(good, tmp_path)))
    assert said["client_refusal.expired"].value.reason is Reason.NOT_CONFIGURED


def test_every_connection_is_listed_and_every_request_is_a_get_of_the_declared_path(root, server, held, tmp_path):
    with soap_server(lambda _: raw_answer("200 OK"), server, tmp_path, clients=root) as stand:
        _, said, _ = seen(stand.address, held, tmp_path, declared={"wsdl_path": "/Message/v3?wsdl"})
    table = said["client_refusal.receptions"].value
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["control", *CASES, "control"]
    assert said["client_refusal.connections_made"].value == len(CASES) + 2
    assert {(asked.method, asked.target, asked.body) for asked in stand.asked} == {("GET", "/Message/v3?wsdl", b"")}
    let_in = [row for row in table.rows if row[1] == "accepted"]
    assert len(let_in) == len(stand.asked) == 4
    assert let_in[0][2:] == ("HTTP 200", "TLSv1.3", "yes", "yes", "yes")


def test_it_sends_and_looks_at_own_endpoints_that_want_certificates_only():
    assert PROBE.effect is Effect.SENDS
    assert PROBE.selects(endpoint("127.0.0.1:1"))
    assert not PROBE.selects(endpoint("127.0.0.1:1", mutual_tls="not_expected"))
    assert not PROBE.selects(endpoint("127.0.0.1:1", role="far"))
    assert not PROBE.selects(endpoint("127.0.0.1:1", role="brevladeoperator"))


def test_nothing_is_presented_to_what_is_no_endpoint_of_the_profile(held, tmp_path):
    session = session_for(*certificates(held, tmp_path))
    with pytest.raises(CannotObserve) as problem:
        asyncio.run(session.present(endpoint("127.0.0.1:1"), Shown(), HttpRequest("GET", "/")))
    assert problem.value.unseen.reason is Reason.NOT_CONFIGURED
