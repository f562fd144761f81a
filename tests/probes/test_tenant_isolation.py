"""Are customers that share a key, or are told of each other, told from those that are apart; and from what is open?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from probes import tenant_isolation
from probes._client_receptions import BREAKS
from probes._tenant_asking import GIVEN, NOTHING, REFUSED, REFUSING, ask, read_reception, read_status
from readiness.chain import Permit, PermitUsed, Profile
from readiness.contract.names import COMMON_V3, MESSAGE_V3, SOAP_11
from readiness.contract.schemas import load_contract
from readiness.demo.distributions import Distributions
from readiness.demo.soap_service import Request, envelope
from readiness.model import Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, HttpAnswer, Limits, Reception, Seen
from readiness.session import LiveSession
from tests.conftest import NOON, Kept, look, profile_of
from tests.probes.exchanges import FORMEDLARE, KOMMUN, organisation, root
from tests.probes.runs import delivery, session_of, write_run
from tests.stands.pki import Issued, leaf
from tests.stands.soap_server import HANGS_UP, SILENT, Answer, SoapStand, raw_answer, soap_server

PATH = "/Message/v3"
SHARED, GIVEN_OUT = "tenant.keys_shared", "tenant.ids_given_out"
OWNERS = {"prov-a": KOMMUN, "prov-b": FORMEDLARE}
SERVICE = Distributions(PATH, OWNERS)
DAY = timedelta(days=1)
FORBIDDEN = raw_answer("403 Forbidden")


def tenant(folder: Path, id_: str, issued: Issued | None, number: str, **more: object) -> Target:
    path = folder / f"{id_}.pem"
    if issued:
        issued.pem(folder, id_)
    said: dict[str, object] = {
        "organisation_number": number,
        "endpoint": "tjanst",
        "path": PATH,
        "distribution_id": f"prov-{id_[-1]}",
        "certificate_file": str(path),
        "key_file": "",
    }
    declared = tuple(sorted((key, value) for key, value in (said | more).items() if value is not None))
    return Target(id_, TargetKind.TENANT, party="leverantoren", declared=declared)  # type: ignore[arg-type]


def two(folder: Path, **of_b: object) -> tuple[Target, Target]:
    other = organisation("kund b", FORMEDLARE, extended_key_usage=("clientAuth",))
    return tenant(folder, "kund-a", customer_a(), KOMMUN), tenant(folder, "kund-b", other, FORMEDLARE, **of_b)


def customer_a() -> Issued:
    return organisation("kund a", KOMMUN, extended_key_usage=("clientAuth",))


def permit(address: str, **more: object) -> Permit:
    usual: dict[str, object] = {
        "owner": "leverantoren",
        "addresses": (address,),
        "effects": ("reads", "sends"),
        "start": NOON - DAY,
        "end": NOON + DAY,
        "document": "Medgivande 7",
        "sha256": "ab" * 32,
    }
    return Permit(**usual | more)  # type: ignore[arg-type]


@contextmanager
def served(folder: Path, answer: Answer = SERVICE.answer, *, asks: bool = True) -> Iterator[SoapStand]:
    with soap_server(answer, leaf(root()), folder, clients=root() if asks else None) as stand:
        yield stand


def profile(folder: Path, address: str, *tenants: Target, **fields: object) -> Profile:
    endpoint = Target(
        "tjanst",
        TargetKind.ENDPOINT,
        address=address,
        party="leverantoren",
        declared=(("mutual_tls", "required"), ("role", "formedlare"), ("server_name", "localhost")),
    )
    anchor = folder / "rot.pem"
    anchor.write_bytes(root().cert_pem)
    usual: dict[str, object] = {"permits": (permit(address),), "trust_anchors": (str(anchor),)}
    environment = str(fields.pop("environment", "test"))
    return replace(profile_of(endpoint, *tenants, **usual | fields), environment=environment)


def tried(given: Profile, tenant_: Target, used: list[PermitUsed] | None = None) -> dict[str, Seen]:
    noted: list[PermitUsed] = [] if used is None else used
    session = LiveSession(given, Kept(), Limits(wait=2.0), clock=lambda: NOON, used=noted.append)
    return look(tenant_isolation.PROBE, tenant_, session)


def values(found: dict[str, Seen]) -> dict[str, Value | Unseen]:
    return {fact: seen.value for fact, seen in found.items()}


def reasons(found: dict[str, Seen]) -> set[Reason]:
    return {
        seen.value.reason if isinstance(seen.value, Unseen) else Reason.PROBE_FAULT
        for fact, seen in found.items()
        if fact in {GIVEN_OUT, "tenant.others_asked_about"}
    }


# -- Asking ------------------------------------------------------------------------------------------------------------


def test_customers_that_are_apart_are_refused_each_others_consignments(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    used: list[PermitUsed] = []
    with served(tmp_path) as stand:
        given = profile(tmp_path, stand.address, a, b)
        found = tried(given, a, used)
    assert {fact: value for fact, value in values(found).items() if fact != "tenant.requests"} == {
        "tenant.others_compared": 1,
        SHARED: (),
        "tenant.others_asked_about": 1,
        GIVEN_OUT: (),
    }
    assert [seen.undecided for seen in found.values()] == [()] * 5
    assert found["tenant.requests"].value.rows == (  # type: ignore[union-attr]
        ("kund-a", "kund-a", "kund-a", "given"),
        ("kund-b", "kund-b", "kund-b", "given"),
        ("kund-a", "kund-a", "kund-b", "refused"),
        ("kund-a", "kund-b", "kund-b", "refused"),
        ("kund-a", "kund-a", "kund-a", "given"),
        ("kund-b", "kund-b", "kund-b", "given"),
    )
    assert [request.client for request in stand.asked] == [KOMMUN, FORMEDLARE, KOMMUN, KOMMUN, KOMMUN, FORMEDLARE]
    assert used == [
        PermitUsed("tenant_isolation", id_, "sends", NOON, given.permits[0]) for id_ in ("kund-a", "kund-b")
    ]
    assert (found[SHARED].strength, found[GIVEN_OUT].strength) == (Strength.FILE, None)


def test_a_service_that_tells_anyone_gives_out_anothers_id(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    with served(tmp_path, replace(SERVICE, tells_anyone=True).answer) as stand:
        assert values(tried(profile(tmp_path, stand.address, a, b), a))[GIVEN_OUT] == ("kund-b",)


def test_a_service_that_believes_the_sender_id_gives_out_anothers_id(tmp_path: Path) -> None:
    """Whoever asks as the other is told: the certificate is not held against what the request says."""

    def believing(request: Request) -> bytes:
        sender = request.body.partition(b"senderId>16")[2][:10].decode("ascii")
        return SERVICE.answer(replace(request, client=sender))

    a, b = two(tmp_path)
    with served(tmp_path, believing) as stand:
        found = tried(profile(tmp_path, stand.address, a, b), a)
    assert found[GIVEN_OUT].value == ("kund-b",)
    assert [row[3] for row in found["tenant.requests"].value.rows] == ["given", "given", "refused", "given"]  # type: ignore[union-attr]


def test_an_id_that_nobody_has_shows_nothing_by_being_refused(tmp_path: Path) -> None:
    a, b = two(tmp_path, distribution_id="prov-z")
    with served(tmp_path) as stand:
        assert reasons(tried(profile(tmp_path, stand.address, a, b), a)) == {Reason.CONTROL_FAILED}


def test_a_service_that_refuses_everybody_shows_nothing(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    with served(tmp_path, lambda request: FORBIDDEN) as stand:
        assert reasons(tried(profile(tmp_path, stand.address, a, b), a)) == {Reason.CONTROL_FAILED}


def test_a_service_that_stops_telling_anybody_meanwhile_shows_nothing(tmp_path: Path) -> None:
    asked: list[Request] = []

    def falling(request: Request) -> bytes:
        asked.append(request)
        return SERVICE.answer(request) if len(asked) <= 4 else FORBIDDEN

    a, b = two(tmp_path)
    with served(tmp_path, falling) as stand:
        assert reasons(tried(profile(tmp_path, stand.address, a, b), a)) == {Reason.CONTROL_FAILED}
    assert len(asked) == 5


def odd(answer: bytes) -> Answer:
    """Apart as it should be, but that in place of a refusal."""
    return lambda request: answer if b"<e:Fault>" in (said := SERVICE.answer(request)) else said


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HANGS_UP, ()),
        (FORBIDDEN, ()),
        (raw_answer("503 Busy"), Reason.NOT_UNDERSTOOD),
        (raw_answer("200 OK", b"<html/>"), Reason.NOT_UNDERSTOOD),
    ],
)
def test_what_comes_in_place_of_a_refusal_is_one_or_leaves_it_open(
    tmp_path: Path, answer: bytes, expected: object
) -> None:
    a, b = two(tmp_path)
    with served(tmp_path, odd(answer)) as stand:
        value = tried(profile(tmp_path, stand.address, a, b), a)[GIVEN_OUT].value
    assert (value.reason if isinstance(value, Unseen) else value) == expected


def test_a_question_that_nobody_answers_is_asked_once_more(tmp_path: Path) -> None:
    asked: list[Request] = []

    def slow(request: Request) -> bytes:
        asked.append(request)
        return SILENT if len(asked) in silent else SERVICE.answer(request)

    a, b = two(tmp_path)
    with served(tmp_path, slow) as stand:
        given = profile(tmp_path, stand.address, a, b)
        silent = {3}
        assert tried(given, a)[GIVEN_OUT].value == ()
        asked.clear()
        silent = {3, 4}
        assert reasons(tried(given, a)) == {Reason.TIMED_OUT}


def test_a_service_that_asks_for_no_certificate_cannot_know_who_asks(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    with served(tmp_path, asks=False) as stand:
        assert reasons(tried(profile(tmp_path, stand.address, a, b), a)) == {Reason.CONTROL_FAILED}


def test_nobody_home_leaves_the_ids_open_and_the_keys_compared(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    with served(tmp_path) as stand:
        pass
    found = tried(profile(tmp_path, stand.address, a, b), a)
    assert reasons(found) == {Reason.CONNECTION_REFUSED}
    assert (found[SHARED].value, found[SHARED].undecided) == ((), ())


def test_a_customer_is_asked_about_where_another_cannot_be(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    c = tenant(tmp_path, "kund-c", None, "4120000007", distribution_id=None)
    with served(tmp_path) as stand:
        found = tried(profile(tmp_path, stand.address, a, b, c), a)
    assert (found["tenant.others_asked_about"].value, found[GIVEN_OUT].value) == (1, ())
    assert [(id_, why.reason) for id_, why in found[GIVEN_OUT].undecided] == [("kund-c", Reason.NOT_CONFIGURED)]
    assert [(id_, why.reason) for id_, why in found[SHARED].undecided] == [("kund-c", Reason.NOT_CONFIGURED)]


def test_a_customer_whose_consignment_nobody_names_is_not_asked_about(tmp_path: Path) -> None:
    a, b = two(tmp_path, distribution_id=None)
    with served(tmp_path) as stand:
        assert reasons(tried(profile(tmp_path, stand.address, a, b), a)) == {Reason.NOT_CONFIGURED}
    assert [request.client for request in stand.asked] == [KOMMUN]


def test_only_so_many_customers_are_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenant_isolation, "MOST", 0)
    a, b = two(tmp_path)
    assert reasons(tried(profile(tmp_path, "127.0.0.1:9", a, b), a)) == {Reason.LIMIT_REACHED}


def test_a_customer_alone_has_nobody_to_be_apart_from(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    elsewhere = replace(b, declared=tuple({**dict(b.declared), "endpoint": "annan"}.items()))
    for others in ((), (elsewhere,)):
        found = values(tried(profile(tmp_path, "127.0.0.1:9", a, *others), a))
        assert (found["tenant.others_compared"], found["tenant.others_asked_about"]) == (0, 0)


# -- By whose leave ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"permits": ()}, "needs a permit"),
        ({"environment": "production"}, "in a test environment only"),
        ({"more": {"effects": ("reads", "scans")}}, "does not allow sends"),
        ({"more": {"end": NOON - DAY / 2}}, "is for 2026-11-29 to 2026-11-30"),
        ({"more": {"start": NOON + DAY / 2}}, "is for 2026-12-01 to 2026-12-01"),
        ({"more": {"owner": "kommunen"}}, "answers for"),
        ({"more": {"addresses": ("127.0.0.1:1",)}}, "does not name"),
        ({"more": {"document": "", "sha256": ""}}, "needs a permit"),
    ],
)
def test_nobody_is_asked_without_leave(tmp_path: Path, fields: dict[str, object], why: str) -> None:
    a, b = two(tmp_path)
    more = fields.pop("more", None)
    used: list[PermitUsed] = []
    with served(tmp_path) as stand:
        if isinstance(more, dict):
            fields["permits"] = (permit(stand.address, **more),)
        found = tried(profile(tmp_path, stand.address, a, b, **fields), a, used)
    assert reasons(found) == {Reason.NOT_PERMITTED}
    assert why in found[GIVEN_OUT].value.detail  # type: ignore[union-attr]
    assert (stand.asked, used) == ([], [])
    assert found[SHARED].value == ()


def test_a_production_host_is_never_asked_whatever_is_permitted(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    found = tried(profile(tmp_path, "mm.kivra.com:443", a, b), a)
    assert reasons(found) == {Reason.NOT_PERMITTED}
    assert "in production" in found[GIVEN_OUT].value.detail  # type: ignore[union-attr]


def test_only_a_customer_of_the_profile_asks(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    with served(tmp_path) as stand:
        found = tried(profile(tmp_path, stand.address, b), a)
        assert reasons(found) == {Reason.NOT_CONFIGURED}
        another = replace(a, party="annan")  # not as the profile has it
        assert reasons(tried(profile(tmp_path, stand.address, a, b), another)) == {Reason.NOT_CONFIGURED}
    assert stand.asked == []


# -- Keys --------------------------------------------------------------------------------------------------------------


def keys(*tenants: Target) -> Seen:
    return look(tenant_isolation.PROBE, tenants[0], session_of(profile_of(*tenants)))[SHARED]


def open_for(seen: Seen) -> list[tuple[str, Reason]]:
    return [(id_, why.reason) for id_, why in seen.undecided]


def test_the_same_certificate_and_the_same_key_are_shared(tmp_path: Path) -> None:
    a, _ = two(tmp_path)
    same_key = leaf(root(), (), key=customer_a().key, subject=[("CN", "kund b")])
    for issued in (customer_a(), same_key):
        assert keys(a, tenant(tmp_path, "kund-b", issued, FORMEDLARE)).value == ("kund-b",)
    assert keys(a, tenant(tmp_path, "kund-b", organisation("b", FORMEDLARE), FORMEDLARE)).value == ()


def test_a_key_that_a_record_shows_in_use_is_shared_though_the_file_has_another(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [delivery(1, customer_a())], number=FORMEDLARE)
    a, b = two(tmp_path, records=(str(run),))
    assert keys(a, b).value == ("kund-b",)
    assert keys(b, a).value == ("kund-a",)
    apart = write_run(tmp_path / "apart", [delivery(1, organisation("b", FORMEDLARE))], number=FORMEDLARE)
    assert (
        keys(*two(tmp_path, records=(str(apart),))).value,
        keys(*two(tmp_path, records=(str(apart),))).undecided,
    ) == ((), ())


def test_a_record_that_shows_no_certificate_of_the_customer_leaves_open_whether_it_has_another(tmp_path: Path) -> None:
    bare = write_run(tmp_path / "bare", [delivery(1, None)], number=FORMEDLARE)
    strangers = write_run(tmp_path / "strangers", [delivery(1, customer_a())], number=KOMMUN)
    altered = write_run(tmp_path / "altered", [delivery(1, customer_a())], number=FORMEDLARE)
    with (altered / "journal.jsonl").open("a", encoding="utf-8") as journal:
        journal.write("\n")
    for run, reason in (
        (bare, Reason.NOT_EXERCISED),
        (strangers, Reason.NOT_CONFIGURED),
        (altered, Reason.NOT_UNDERSTOOD),
    ):
        a, b = two(tmp_path, records=(str(run),))
        assert (keys(a, b).value, open_for(keys(a, b))) == ((), [("kund-b", reason)])
        assert (keys(b, a).value, open_for(keys(b, a))) == ((), [("kund-a", reason)])


def test_a_key_that_is_shared_is_shared_whatever_else_is_open(tmp_path: Path) -> None:
    bare = write_run(tmp_path / "bare", [], number=FORMEDLARE)
    b = tenant(tmp_path, "kund-b", customer_a(), FORMEDLARE, records=(str(bare),))
    seen = keys(tenant(tmp_path, "kund-a", customer_a(), KOMMUN), b)
    assert (seen.value, seen.undecided) == (("kund-b",), ())


def test_a_file_that_holds_no_certificate_leaves_it_open(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    (tmp_path / "kund-b.pem").write_bytes(b"no certificate")
    assert open_for(keys(a, b)) == [("kund-b", Reason.NOT_UNDERSTOOD)]
    assert open_for(keys(b, a)) == [("kund-a", Reason.NOT_UNDERSTOOD)]


# -- What an answer comes to -------------------------------------------------------------------------------------------


def fault(code: str, number: str) -> bytes:
    detail = f'<c:applicationFault xmlns:c="{COMMON_V3}"><c:ErrorCode>{number}</c:ErrorCode></c:applicationFault>'
    return f"<e:Fault><faultcode>{code}</faultcode><detail>{detail if number else ''}</detail></e:Fault>".encode()


def soap(inside: bytes | str, status: int = 500) -> HttpAnswer:
    text = inside.decode() if isinstance(inside, bytes) else inside
    return HttpAnswer(status, (("content-type", "text/xml"),), envelope(text), "127.0.0.1:1")


RESPONSE = f'<m:checkDistributionStatusResponse xmlns:m="{MESSAGE_V3}">{{}}</m:checkDistributionStatusResponse>'


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (soap(RESPONSE.format("<m:return/>"), 200), GIVEN),
        (soap(RESPONSE.format("<m:return/><m:return/>"), 200), GIVEN),
        (soap(RESPONSE.format("<!-- return -->"), 200), NOTHING),
        (soap(RESPONSE.format("<m:return/>"), 202), Reason.NOT_UNDERSTOOD),
        (soap(RESPONSE.replace("Status", "State").format("<m:return/>"), 200), Reason.NOT_UNDERSTOOD),
        (soap(fault("e:Client", "5002")), REFUSED),
        (soap(fault("e:Server", "5003")), REFUSED),
        (soap(fault("e:Server", "5004")), Reason.NOT_UNDERSTOOD),
        (soap(fault("e:Server", "5")), REFUSED),
        (soap(fault("e:Server", "0")), Reason.NOT_UNDERSTOOD),
        (soap(fault("e:Server", "99999")), REFUSED),
        (soap(fault("e:Client.Auth", "")), REFUSED),
        (soap(fault("e:Server", "")), Reason.NOT_UNDERSTOOD),
        (soap(fault("e:Server", "femtusen")), Reason.NOT_UNDERSTOOD),
        (HttpAnswer(500, (), b"", "p"), Reason.NOT_UNDERSTOOD),
        (HttpAnswer(302, (), b"", "p"), Reason.NOT_UNDERSTOOD),
        (HttpAnswer(200, (), b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "p"), Reason.NOT_UNDERSTOOD),
        *((HttpAnswer(status, (), b"", "p"), REFUSED) for status in REFUSING),
    ],
)
def test_an_answer_tells_refuses_or_says_nothing(answer: HttpAnswer, expected: object) -> None:
    found = read_status(answer)
    assert (found.reason if isinstance(found, Unseen) else found) == expected


def received(reason: Reason | None, alert: int | None = None, *, proved: bool = True, heard: bool = False) -> Reception:
    ended = Unseen(reason, "so it ended") if reason else None
    return Reception("TLSv1.3", True, proved, True, heard, alert, None, ended)


@pytest.mark.parametrize(
    ("reception", "expected"),
    [
        *((received(reason), REFUSED) for reason in BREAKS),
        (received(Reason.CLOSED_EARLY, heard=True), Reason.CLOSED_EARLY),
        (received(Reason.TIMED_OUT), Reason.TIMED_OUT),
        (received(Reason.CLOSED_EARLY, 49), REFUSED),
        (received(Reason.CLOSED_EARLY, 70), Reason.CLOSED_EARLY),
        (received(Reason.CLOSED_EARLY, proved=False), Reason.NOT_EXERCISED),
        (received(None), Reason.NOT_UNDERSTOOD),
    ],
)
def test_what_comes_in_place_of_an_answer_refuses_only_if_it_is_about_who_asks(
    reception: Reception, expected: object
) -> None:
    found = read_reception(reception)
    assert (found.reason if isinstance(found, Unseen) else found) == expected


def test_the_question_follows_the_contract_and_names_no_more_than_it_should() -> None:
    request = ask(PATH, KOMMUN, "a<b>&c")
    asked = etree.fromstring(request.body).find(f"{{{SOAP_11}}}Body/*")
    assert asked is not None
    assert load_contract().validate(asked) == ()
    assert [child.text for child in asked] == [f"16{KOMMUN}", "a<b>&c"]
    assert (request.method, request.path) == ("POST", PATH)


def test_no_number_of_a_recipient_is_kept_of_what_was_told(tmp_path: Path) -> None:
    a, b = two(tmp_path)
    kept = Kept()
    with served(tmp_path, replace(SERVICE, tells_anyone=True).answer) as stand:
        session = LiveSession(profile(tmp_path, stand.address, a, b), kept, clock=lambda: NOON)
        found = look(tenant_isolation.PROBE, a, session)
    assert found[GIVEN_OUT].value == ("kund-b",)
    assert not kept
    assert "Delivered" not in str(found)


def test_an_unknown_service_is_not_asked(tmp_path: Path) -> None:
    a, _ = two(tmp_path)
    session = session_of(profile_of(a))
    with pytest.raises(CannotObserve) as raised:
        asyncio.run(session.ask_as(a, ask(PATH, KOMMUN, "x")))
    assert raised.value.unseen.reason is Reason.NOT_CONFIGURED
