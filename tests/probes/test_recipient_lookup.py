"""recipient_lookup on real requests: headers, schema, organisation number, batch size, test persons."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import recipient_lookup
from probes._lookup import number_form, of_tests, read_lookup
from probes._request_tree import Request, read_request
from readiness.contract.names import RECIPIENT_V3, SOAP_12
from readiness.contract.persons import test_persons as known_persons
from readiness.model import Reason, Strength, Target, TargetKind, Unseen
from readiness.probe import Seen
from tests.conftest import look, session_for
from tests.probes.exchanges import GONE, OTHER, PERSON, Record, lookup

PROBE = recipient_lookup.PROBE


def seen_of(data: bytes | Unseen, operation: str = "isReachable", **fields: object) -> dict[str, Seen]:
    record = Record()
    target = record.add(data, "Recipient", operation, **fields)
    return look(PROBE, target, record.session(target))


def values(seen: dict[str, Seen], *names: str) -> list[object]:
    return [seen[f"lookup.{name}"].value for name in names]


def reason(seen: dict[str, Seen], name: str) -> Reason:
    unseen = seen[f"lookup.{name}"].value
    assert isinstance(unseen, Unseen), unseen
    return unseen.reason


def test_every_promised_fact_of_a_sound_question_is_seen_once() -> None:
    seen = seen_of(lookup(PERSON, OTHER))
    assert seen.keys() == PROBE.promises().keys()
    assert values(seen, "operation", "soap_version", "contract_version", "schema") == [
        "isReachable", "1.1", "3", "accepted",
    ]  # fmt: skip
    assert values(seen, "soap_action", "media_type", "sender_number_form") == [
        "empty_in_quotes", "text/xml", "sixteen_prefix",
    ]  # fmt: skip
    assert values(seen, "recipients", "recipients_of_tests", "recipients_repeated") == [2, 2, 0]
    assert PERSON not in repr([(one.value, one.detail) for one in seen.values()])
    assert {one.evidence[0].masked != "" for one in seen.values()} == {True}


@pytest.mark.parametrize(
    ("number", "form"),
    [
        ("162021004748", "sixteen_prefix"),
        ("2021004748", "ten_digits"),
        ("202100-4748", "with_hyphen"),
        ("16202100-4748", "with_hyphen"),
        ("SE202100474801", "other"),
        ("\u0661\u0666" + "0" * 10, "other"),
    ],
)
def test_the_form_of_the_organisation_number_is_told_and_the_schema_has_its_own_say(number: str, form: str) -> None:
    assert number_form(number) == form
    seen = seen_of(lookup(PERSON, sender=number))
    assert values(seen, "sender_number_form", "schema") == [form, "accepted" if form == "sixteen_prefix" else "refused"]


def test_a_refused_question_names_the_line_and_not_the_value() -> None:
    seen = seen_of(lookup(PERSON, sender="2021004748").replace(b"<r:senderOrgNr>", b"\n<r:senderOrgNr>"))
    assert seen["lookup.schema"].detail.startswith("line 2, ")
    assert "2021004748" not in seen["lookup.schema"].detail


@pytest.mark.parametrize("count", [0, 1, 1000, 1001])
def test_the_batch_is_counted(count: int) -> None:
    seen = seen_of(lookup(*[PERSON] * count))
    assert values(seen, "recipients", "recipients_repeated") == [count, max(0, count - 1)]
    assert values(seen, "schema") == ["accepted" if count <= 1000 else "refused"]


@pytest.mark.parametrize(
    ("headers", "action", "form"),
    [
        (("SOAPAction",), '""', "empty_in_quotes"),
        (("soapaction",), "", "empty"),
        (("SOAPAction",), "urn:x", "other"),
        (("Host",), "", "absent"),
    ],
)
def test_the_soap_action_is_told_as_it_was_sent(headers: tuple[str, ...], action: str, form: str) -> None:
    assert values(seen_of(lookup(PERSON), request_headers=headers, soap_action=action), "soap_action") == [form]


@pytest.mark.parametrize(
    ("content_type", "media_type"),
    [("Text/XML; charset=utf-8", "text/xml"), ("application/soap+xml", "application/soap+xml"), ("", "none")],
)
def test_the_media_type_is_told_without_its_parameters(content_type: str, media_type: str) -> None:
    assert values(seen_of(lookup(PERSON), content_type=content_type), "media_type") == [media_type]


def test_is_registered_has_no_sender() -> None:
    seen = seen_of(lookup(PERSON, operation="isRegistered"), "isRegistered")
    assert values(seen, "operation", "schema") == ["isRegistered", "accepted"]
    assert reason(seen, "sender_number_form") is Reason.NOT_EXERCISED


@pytest.mark.parametrize(
    ("fields", "soap", "version"),
    [
        ({"soap": SOAP_12}, "1.2", "3"),
        ({"soap": "urn:x"}, "other", "3"),
        ({"namespace": RECIPIENT_V3.replace("v3", "v2")}, "1.1", "2"),
        ({"namespace": "http://minameddelanden.gov.se/Recipient"}, "1.1", "1"),
        ({"namespace": "urn:x"}, "1.1", "other"),
    ],
)
def test_versions_are_told_by_namespace(fields: dict[str, str], soap: str, version: str) -> None:
    assert values(seen_of(lookup(PERSON, **fields)), "soap_version", "contract_version") == [soap, version]


def test_only_numbers_of_the_series_for_tests_count_as_such() -> None:
    assert all(of_tests(person.number) for person in known_persons())
    assert not of_tests("183001011232")  # no series for tests, and no living person's
    assert not of_tests(PERSON[:-1] + "0")
    assert not of_tests("162021004748")
    assert values(seen_of(lookup(PERSON, "183001011232")), "recipients", "recipients_of_tests") == [2, 1]


def test_a_question_that_was_not_kept_leaves_only_its_headers() -> None:
    seen = seen_of(GONE)
    told = {name for name, one in seen.items() if not isinstance(one.value, Unseen)}
    assert told == {"lookup.soap_action", "lookup.media_type"}
    assert {one.value.reason for one in seen.values() if isinstance(one.value, Unseen)} == {Reason.NOT_KEPT}


@pytest.mark.parametrize("data", [b"", b"<a/>", b"<a><b></a>", b"\xff\xfe"])
def test_what_is_no_question_leaves_what_it_could_have_asked_unseen(data: bytes) -> None:
    seen = seen_of(data)
    assert {reason(seen, name) for name in ("recipients", "sender_number_form", "operation")} == {Reason.NOT_UNDERSTOOD}
    assert values(seen, "soap_action") == ["empty_in_quotes"]


def test_a_file_has_no_headers_and_the_rest_at_strength_file(tmp_path: Path) -> None:
    path = tmp_path / "request.xml"
    path.write_bytes(lookup(PERSON))
    target = Target("target", TargetKind.EXCHANGE, address=str(path))
    seen = look(PROBE, target, session_for(target))
    assert {reason(seen, "soap_action"), reason(seen, "media_type")} == {Reason.NOT_EXERCISED}
    assert values(seen, "schema", "recipients") == ["accepted", 1]
    assert {one.strength for one in seen.values()} == {Strength.FILE}


SOUND = lookup(PERSON, OTHER)


@settings(max_examples=200, deadline=1000)
@given(st.integers(0, len(SOUND)), st.binary(max_size=12), st.integers(0, 40))
def test_no_bytes_make_the_reader_crash(at: int, put: bytes, cut: int) -> None:
    request = read_request(SOUND[:at] + put + SOUND[at + cut :])
    if isinstance(request, Request):
        read_lookup(request.payload)
