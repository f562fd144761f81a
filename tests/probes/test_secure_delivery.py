"""secure_delivery on real requests: sizes, types, checksums, links, and what shows only beside other exchanges."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import secure_delivery
from probes._delivery import Content, Delivery, Message, decoded, read_delivery
from probes._message_content import encoded_twice, read_links, read_markup, text_encoding
from probes._request_tree import Request, read_request
from readiness.contract.names import SERVICE_V3, SOAP_12
from readiness.model import Reason, Strength, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Seen
from tests.conftest import look, session_for
from tests.probes.exchanges import (
    BODY,
    GONE,
    OTHER,
    PDF,
    PDF_PART,
    PERSON,
    Letter,
    Part,
    Record,
    attributed,
    request,
    sealed,
    signed,
    unsigned,
)

PROBE = secure_delivery.PROBE


def seen_of(data: bytes, *others: bytes, **fields: object) -> dict[str, Seen]:
    record = Record()
    target = record.add(data, **fields)
    for other in others:
        record.add(other)
    return look(PROBE, target, record.session(target))


def value(seen: dict[str, Seen], name: str) -> object:
    return seen[f"delivery.{name}"].value


def values(seen: dict[str, Seen], *names: str) -> list[object]:
    return [value(seen, name) for name in names]


def reason(seen: dict[str, Seen], name: str) -> Reason:
    unseen = value(seen, name)
    assert isinstance(unseen, Unseen), unseen
    return unseen.reason


def html(markup: str) -> Part:
    return Part("text/html", markup.encode())


# -- One delivery ------------------------------------------------------------------------------------------------------


def test_every_promised_fact_of_a_sound_delivery_is_seen_once() -> None:
    seen = seen_of(request(Letter(attachments=(PDF_PART,))))
    assert seen.keys() == PROBE.promises().keys()
    assert values(seen, "documents_read", "schema", "recipients", "messages_read", "contract_version") == [
        1, "accepted", 1, 1, "3",
    ]  # fmt: skip
    assert values(seen, "checksums_equal", "checksums_different", "encoded_twice", "empty_bodies") == [1, 0, 0, 0]
    assert values(seen, "body_types", "attachment_types", "languages", "body_encodings") == [
        ("text/plain",), ("application/pdf",), ("svSE",), ("UTF-8",),
    ]  # fmt: skip
    assert values(seen, "transport_charset", "xml_encoding") == ["utf-8", "UTF-8"]


def test_the_evidence_is_the_digest_of_the_request_and_no_byte_of_it_is_kept() -> None:
    record = Record()
    target = record.add(request())
    session = record.session(target)
    seen = look(PROBE, target, session)
    assert {len(one.evidence) for one in seen.values()} == {1}
    assert all(one.evidence[0].masked for one in seen.values())
    assert session._store == {}  # type: ignore[comparison-overlap]
    told = repr([(one.value, one.detail) for one in seen.values()])
    assert PERSON not in told
    assert "Beslut" not in told


def test_the_schema_s_first_fault_is_told_with_its_line_and_without_its_value() -> None:
    data = request(Letter(language="sv_SE")).replace(b"<Message>", b"\n\n<Message>")
    seen = seen_of(data)
    assert value(seen, "schema") == "refused"
    assert seen["delivery.schema"].detail.startswith("line 3, ")
    assert "Language" in seen["delivery.schema"].detail
    assert "sv_SE" not in seen["delivery.schema"].detail
    faults = value(seen, "schema_faults")
    assert isinstance(faults, Table)
    assert faults.rows[0][0] == "3"


@pytest.mark.parametrize(
    ("recipients", "schema"), [((PERSON,), "accepted"), ((), "refused"), ((PERSON, OTHER), "refused")]
)
def test_recipients_are_counted_whatever_the_schema_says(recipients: tuple[str, ...], schema: str) -> None:
    seen = seen_of(request(recipients=recipients))
    assert values(seen, "recipients", "schema") == [len(recipients), schema]


def test_the_size_is_counted_before_and_after_base64_and_of_the_largest_message() -> None:
    large = Letter(id="a", body=Part("text/plain", b"x" * 3000), attachments=(Part("application/pdf", b"y" * 600),))
    data = request(Letter(id="b"), large)
    seen = seen_of(data)
    assert values(seen, "largest_message", "largest_message_in_base64") == [3600, 4800]
    assert value(seen, "request_bytes") == len(data)


@pytest.mark.parametrize(
    ("checksum", "equal", "different"),
    [
        (None, 1, 0),
        ("", 0, 1),
        ("12345", 0, 1),
        (base64.b16encode(b"\x00" * 16).decode(), 0, 1),
    ],
)
def test_a_checksum_is_the_md5_of_the_decoded_content_in_hex(checksum: str | None, equal: int, different: int) -> None:
    seen = seen_of(request(Letter(attachments=(replace(PDF_PART, checksum=checksum),))))
    assert values(seen, "checksums_equal", "checksums_different") == [equal, different]


def test_a_checksum_may_be_in_small_letters() -> None:
    import hashlib

    part = replace(PDF_PART, checksum=hashlib.md5(PDF).hexdigest())
    assert value(seen_of(request(Letter(attachments=(part,)))), "checksums_equal") == 1


def test_base64_over_base64_is_found_in_body_and_attachment() -> None:
    twice = base64.b64encode(base64.b64encode(PDF)).decode()
    body = replace(BODY, carried=base64.b64encode(base64.b64encode(b"Hej! Beslutet ligger i bilagan.")).decode())
    seen = seen_of(request(Letter(body=body, attachments=(replace(PDF_PART, carried=twice),))))
    assert value(seen, "encoded_twice") == 2


@pytest.mark.parametrize(
    "text",
    [b"", b"short", b"SGVqIGhlag==", b"Medborgarskapsans", b"ett vanligt brev till dig", b"a" * 15, b"\xff" * 40],
)
def test_what_is_not_base64_twice_is_not_taken_for_it(text: bytes) -> None:
    assert not encoded_twice(text)


@pytest.mark.parametrize(("data", "empty"), [(b"", 1), (b" \r\n", 1), (b"Hej", 0)])
def test_an_empty_body_is_one_of_white_space_or_nothing(data: bytes, empty: int) -> None:
    assert value(seen_of(request(Letter(body=Part("text/plain", data)))), "empty_bodies") == empty


def test_content_that_is_no_base64_leaves_only_what_leans_on_it_open() -> None:
    seen = seen_of(request(Letter(attachments=(replace(PDF_PART, carried="SGVq!"),))))
    assert reason(seen, "checksums_different") is Reason.NOT_UNDERSTOOD
    assert reason(seen, "largest_message") is Reason.NOT_UNDERSTOOD
    assert values(seen, "schema", "recipients", "empty_bodies", "attachments_read") == ["refused", 1, 0, 1]


@pytest.mark.parametrize(
    ("id_", "personal"),
    [
        ("8c0e5a3e-7f51-4c6b-9a63-0f6f2f3a5b10", 0),
        (PERSON, 1),
        (f"brev-{PERSON[2:8]}-{PERSON[8:]}", 1),
        ("199410222393-1", 1),
        ("4711", 0),
        ("a0941022-2393-4c6b-9a63-0f6f2f3a5b10", 0),  # a UUID in which such a number stands by chance
    ],
)
def test_a_message_id_with_a_personal_number_is_counted(id_: str, personal: int) -> None:
    assert value(seen_of(request(Letter(id=id_))), "message_ids_personal") == personal


def test_subjects_and_file_names_with_a_personal_number_are_counted() -> None:
    letter = Letter(subject=f"Beslut {PERSON}", attachments=(replace(PDF_PART, name=f"{OTHER}.pdf"), PDF_PART))
    seen = seen_of(request(letter, Letter(subject="")))
    assert values(seen, "labels_read", "labels_personal", "subjects_empty") == [4, 2, 1]
    assert value(seen, "longest_subject") == len(letter.subject)


@pytest.mark.parametrize(
    ("data", "encoding"), [("å".encode(), "UTF-8"), ("å".encode("latin-1"), "other"), ("å".encode("utf-16"), "UTF-16")]
)
def test_a_body_s_encoding_is_told_from_its_bytes(data: bytes, encoding: str) -> None:
    assert text_encoding(data) == encoding
    assert value(seen_of(request(Letter(body=Part("text/plain", data)))), "body_encodings") == (encoding,)


# -- HTML and links ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "images", "scripts"),
    [
        ("<p>Hej</p>", 0, 0),
        ('<img src="data:image/png;base64,AAAA">', 0, 0),
        ('<img src="https://exempel.example/a.png">', 1, 0),
        ('<IMG SRC="//exempel.example/a.png">', 1, 0),
        ('<img srcset="a.png 1x, https://exempel.example/b.png 2x">', 1, 0),
        ('<body background="http://exempel.example/a.png">', 1, 0),
        ('<p style="background: url(http://exempel.example/a.png)">', 1, 0),
        ("<style>p { background: url('https://exempel.example/a') } </style>", 1, 0),
        ('<link rel="stylesheet" href="https://exempel.example/a.css">', 1, 0),
        ('<a href="https://exempel.example/">manuscript</a>', 0, 0),
        ("<script>1</script>", 0, 1),
        ('<p onclick="f()">', 0, 1),
        ('<a href=" JavaScript:f()">', 0, 1),
        ("<!-- <script>1</script> <img src=http://x/ -->", 0, 0),
    ],
)
def test_what_html_loads_and_runs_is_counted(markup: str, images: int, scripts: int) -> None:
    seen = seen_of(request(Letter(body=html(markup))))
    assert values(seen, "html_bodies_read", "external_images", "script_elements") == [1, images, scripts]


def test_a_plain_body_is_no_html_whatever_it_holds() -> None:
    seen = seen_of(request(Letter(body=Part("text/plain", b"<script>1</script>"))))
    assert values(seen, "html_bodies_read", "script_elements") == [0, 0]


@pytest.mark.parametrize(
    ("body", "links", "hosts", "without"),
    [
        (html('<a href="https://Exempel.example/x">x</a>'), 1, ("exempel.example",), 0),
        (html('<a href="http://a.example">x</a><a href="https://b.example:4">y</a>'), 2, ("a.example", "b.example"), 1),
        (html('<a href="mailto:a@b.example">x</a><a href="#top">y</a><a href="/x">z</a>'), 0, (), 0),
        (Part("text/plain", b"Se https://a.example/x. Och www.b.example!"), 2, ("a.example", "www.b.example"), 1),
        (Part("text/plain", b"Inga adresser: http:// och https"), 0, (), 0),
        (html('<a href="https://[::1">x</a>'), 0, (), 0),
    ],
)  # fmt: skip
def test_links_are_counted_by_host_and_scheme(body: Part, links: int, hosts: tuple[str, ...], without: int) -> None:
    seen = seen_of(request(Letter(body=body)))
    assert values(seen, "links_read", "link_hosts", "links_without_https") == [links, hosts, without]


def test_links_to_more_hosts_than_anybody_reads_are_counted_and_not_listed() -> None:
    body = Part("text/plain", b" ".join(b"https://h%d.example" % number for number in range(1001)))
    seen = seen_of(request(Letter(body=body)))
    assert value(seen, "links_read") == 1001
    assert reason(seen, "link_hosts") is Reason.LIMIT_REACHED


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "data",
    [
        b"<p style='background: url(" + b" " * 1_000_000 + b"x'>",
        b"<style>" + b"url( @import " * 100_000,
        b"<!--" * 300_000,
        b"<a href='" + b"www." * 300_000 + b"'>",
        b"&#x" * 400_000,
    ],
    ids=["blanks", "urls", "comments", "links", "entities"],
)
def test_no_body_of_a_megabyte_takes_long(data: bytes) -> None:
    for type_ in ("text/html", "text/plain"):
        read_links([Content(type_, data, len(data))])
    read_markup(data)
    encoded_twice(data)
    secure_delivery.read_messages(Delivery("", "", (), (Message(data.decode(), data.decode(), "", None, ()),)))


def test_html_too_deep_to_follow_is_unseen_and_takes_nothing_else_along() -> None:
    seen = seen_of(request(Letter(body=html("<div>" * 5000 + "<script>1</script>"))))
    assert reason(seen, "script_elements") is Reason.LIMIT_REACHED
    assert values(seen, "schema", "body_types") == ["accepted", ("text/html",)]


# -- Beside other exchanges --------------------------------------------------------------------------------------------


def test_alone_a_delivery_is_compared_with_nothing() -> None:
    assert values(seen_of(request()), "deliveries_compared", "message_ids_reused") == [0, 0]


def test_an_id_on_another_message_is_reused_and_the_same_message_again_is_not() -> None:
    assert value(seen_of(request(), request()), "message_ids_reused") == 0
    other_content = request(Letter(subject="Något annat"))
    assert values(seen_of(request(), other_content), "deliveries_compared", "message_ids_reused") == [1, 1]
    assert value(seen_of(request(), request(recipients=(OTHER,))), "message_ids_reused") == 1
    assert value(seen_of(request(), request(Letter(id="another", subject="Annat"))), "message_ids_reused") == 0


def test_two_names_for_one_sender_are_counted_and_those_of_another_are_not() -> None:
    assert value(seen_of(request(), request(name="Kommun A, socialnämnden")), "sender_names") == 2
    assert value(seen_of(request(), request(name="Kommun B", sender="162021003898")), "sender_names") == 1


def test_subjects_of_one_message_type_have_one_form_digits_apart() -> None:
    type_ = Target("t", TargetKind.MESSAGE_TYPE, declared=(("name", "Plats i förskola"),))

    def compared(*subjects: str) -> list[object]:
        record = Record()
        targets = [record.add(request(Letter(id=str(n), subject=s))) for n, s in enumerate(subjects)]
        seen = look(PROBE, targets[0], record.session(*targets, type_))
        return values(seen, "message_types", "same_type_compared", "subject_forms")

    assert compared("Plats i förskola 1", "plats i  förskola 22", "Annat") == [("Plats i förskola",), 1, 1]
    assert compared("Plats i förskola", "Beslut: plats i förskola") == [("Plats i förskola",), 1, 2]
    assert compared("Annat", "Plats i förskola") == [(), 0, 0]


def test_other_deliveries_that_were_not_kept_leave_open_what_they_could_have_shown() -> None:
    record = Record()
    target = record.add(request())
    record.add(GONE)
    seen = look(PROBE, target, record.session(target))
    assert {reason(seen, name) for name in ("message_ids_reused", "sender_names", "subject_forms")} == {Reason.NOT_KEPT}
    assert value(seen, "schema") == "accepted"


def looked_up(record: Record, at: float = 100) -> dict[str, Seen]:
    target = record.add(request(), at=at)
    return look(PROBE, target, record.session(target))


def test_the_last_look_up_that_was_answered_before_counts() -> None:
    record = Record()
    for at in (10, 40):
        record.ask(OTHER, PERSON, at=at)
    seen = looked_up(record)
    assert values(seen, "lookups_recorded", "lookup", "lookup_age") == [2, "before", timedelta(seconds=59)]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"recipients": (OTHER,)},
        {"at": 99.5},  # answered after the delivery had begun
        {"response_last_byte": None},
        {"response_cut_at": 12},
    ],
    ids=["never", "of another", "too late", "unanswered", "cut"],
)
def test_without_an_answered_look_up_before_it_the_delivery_was_not_preceded(asked: dict[str, object]) -> None:
    record = Record()
    if asked:
        record.ask(*asked.pop("recipients", (PERSON,)), **{"at": 1, **asked})  # type: ignore[misc, arg-type]
    seen = looked_up(record)
    assert value(seen, "lookup") == "not_before"
    assert reason(seen, "lookup_age") is Reason.NOT_EXERCISED


def test_a_look_up_that_was_not_kept_counts_for_its_test_person_and_leaves_others_open() -> None:
    record = Record()
    record.add(GONE, "Recipient", "isReachable", 1, **attributed(PERSON))
    assert value(looked_up(record), "lookup") == "before"
    record = Record()
    record.add(GONE, "Recipient", "isReachable", 1, **attributed(OTHER))
    assert reason(looked_up(record), "lookup") is Reason.NOT_KEPT


# -- What cannot be read -----------------------------------------------------------------------------------------------


def test_a_request_that_was_not_kept_leaves_only_what_the_record_itself_says() -> None:
    record = Record()
    target = record.add(GONE)
    seen = look(PROBE, target, record.session(target))
    told = {name for name, one in seen.items() if not isinstance(one.value, Unseen)}
    assert told == {"delivery.request_bytes", "delivery.transport_charset", "delivery.documents_read"}
    assert {one.value.reason for one in seen.values() if isinstance(one.value, Unseen)} == {Reason.NOT_KEPT}
    assert values(seen, "request_bytes", "documents_read") == [7, 0]
    assert seen["delivery.schema"].evidence[0].sha256 == "a" * 64


def test_an_exchange_that_no_record_holds_is_not_kept() -> None:
    with pytest.raises(CannotObserve) as caught:
        look(PROBE, Target("exchange-x", TargetKind.EXCHANGE))
    assert caught.value.unseen.reason is Reason.NOT_KEPT


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Reason.NOT_UNDERSTOOD),
        (b"<a", Reason.NOT_UNDERSTOOD),
        (b"\x1f\x8b\x08", Reason.NOT_UNDERSTOOD),
        (b'<?xml version="1.0" encoding="ebcdic-x"?><a/>', Reason.NOT_UNDERSTOOD),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', Reason.NOT_UNDERSTOOD),
        (b"<a>" * 300, Reason.LIMIT_REACHED),
        (b"<a>" + b"<b/>" * 100_001 + b"</a>", Reason.LIMIT_REACHED),
        (b"<Envelope><Body/></Envelope>", Reason.NOT_UNDERSTOOD),
        (b"<Envelope><Body><a/><b/></Body></Envelope>", Reason.NOT_UNDERSTOOD),
    ],
)
def test_what_is_no_request_leaves_what_it_could_have_said_unseen(data: bytes, why: Reason) -> None:
    seen = seen_of(data)
    assert value(seen, "documents_read") == 0
    assert {reason(seen, name) for name in ("schema", "recipients", "body_types", "lookup")} == {why}
    assert value(seen, "request_bytes") == len(data)


def test_another_request_is_no_delivery_and_the_schema_still_has_its_say() -> None:
    seen = seen_of(f'<x:deliverForward xmlns:x="{SERVICE_V3}"/>'.encode())
    assert values(seen, "documents_read", "contract_version", "schema") == [0, "3", "refused"]
    assert reason(seen, "recipients") is Reason.NOT_UNDERSTOOD


def test_a_delivery_of_the_first_contract_is_read_and_named_so() -> None:
    old = request().replace(SERVICE_V3.encode(), b"http://minameddelanden.gov.se/Service")
    seen = seen_of(old)
    assert values(seen, "contract_version", "schema", "recipients", "messages_read") == ["1", "refused", 1, 1]


def test_a_request_in_soap_1_2_is_read_all_the_same() -> None:
    assert (
        value(seen_of(request().replace(b"http://schemas.xmlsoap.org/soap/envelope/", SOAP_12.encode())), "recipients")
        == 1
    )


# -- A file ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [request, lambda: sealed(signed(unsigned())), lambda: signed(unsigned())])
def test_a_file_may_hold_the_envelope_the_sealed_or_the_signed_delivery(make: object, tmp_path: Path) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(make())  # type: ignore[operator]
    target = Target("target", TargetKind.EXCHANGE, address=str(path))
    seen = look(PROBE, target, session_for(target))
    assert values(seen, "documents_read", "schema", "recipients") == [1, "accepted", 1]
    assert {one.strength for one in seen.values()} == {Strength.FILE}
    assert {reason(seen, name) for name in ("lookup", "lookup_age", "transport_charset")} == {Reason.NOT_EXERCISED}
    assert value(seen, "deliveries_compared") == 0


def test_live_observations_are_of_strength_live() -> None:
    assert {one.strength for one in seen_of(request()).values()} == {Strength.LIVE}


# -- Whatever comes ----------------------------------------------------------------------------------------------------

SOUND = request(Letter(body=html("<p>Hej <a href='https://x.example'>x</a></p>"), attachments=(PDF_PART,)))


@settings(max_examples=150, deadline=2000)
@given(st.integers(0, len(SOUND) - 1), st.binary(max_size=12), st.integers(0, 40))
def test_no_bytes_make_the_reader_crash(at: int, put: bytes, cut: int) -> None:
    request_ = read_request(SOUND[:at] + put + SOUND[at + cut :])
    if isinstance(request_, Request):
        delivery = read_delivery(request_.payload)
        if isinstance(delivery, Delivery):
            secure_delivery.read_contents(delivery)
            secure_delivery.read_messages(delivery)


@settings(max_examples=200, deadline=2000)
@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet="<>!-/ abhrefimgsc\"'=:[]&;#x0", max_size=200).map(str.encode))
)
def test_no_body_makes_the_reader_of_markup_and_links_crash(data: bytes) -> None:
    read_markup(data)
    encoded_twice(data)
    for type_ in ("text/html", "text/plain"):
        read_links([Content(type_, data, len(data))])


@given(st.text(max_size=80))
def test_no_text_makes_the_decoder_crash(text: str) -> None:
    assert isinstance(decoded(text), bytes | Unseen)
