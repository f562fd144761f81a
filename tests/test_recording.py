"""A connection, an exchange and a performance come back from the journal as they were told."""

import json
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.errors import RecordError
from readiness.model import TargetKind
from readiness.record import read_record
from readiness.record_writing import Writer
from readiness.recording import (
    AccountRow,
    Action,
    Alert,
    Attribution,
    Connection,
    Exchange,
    Masked,
    Moment,
    Performance,
    connection_target,
    exchange_target,
)
from readiness.recording_json import from_plain, to_json
from tests.conftest import NOON


def at(seconds):
    return Moment(NOON + timedelta(seconds=seconds), seconds * 10**9)


CONNECTION = Connection(
    id="c1", listener="far", role="far", address="127.0.0.1:1", peer="127.0.0.1:2", accepted=at(0), closed=at(9),
    hello=at(1), finished=at(2), client_hello=b"\x16\x03\x01", server_name="far.test", alpn=("http/1.1",),
    version="TLSv1.3", suite="TLS_AES_256_GCM_SHA384", group="x25519", resumed=True, certificate_request="required",
    client_chain=(b"\x30\x00", b""), alerts_sent=(Alert("fatal", "unknown_ca", at(3)),),
    alerts_received=(Alert("warning", "close_notify", at(4)),), closed_by="peer", closed_how="fin", bytes_received=1,
    bytes_sent=2, exchanges=3, attributions=(Attribution("sane", "port", "d" * 64),),
    actions=(Action("wait", at(5), None, "why"),), masked=(Masked("certificate 2", "e" * 64),), problem="p",
)  # fmt: skip
EXCHANGE = Exchange(
    id="e1", connection="c1", place=1, listener="far", role="far", first_byte=at(1), last_byte=at(2), accepted=at(3),
    response_first_byte=at(4), response_last_byte=at(5), response_cut_at=0, part="Recipient", operation="isReachable",
    attributions=(Attribution("sane", "recipient", "d" * 64, "199410222393"), Attribution("unattributed")),
    actions=(Action("answer", at(3), at(4)),), method="POST", path="/far", http_version="1.1",
    request_headers=("Host", "Content-Type"), content_type="text/xml", soap_action='""', framing="chunked",
    request_size=7, request_sha256="a" * 64, request_kept="<a/>", status=200, response_headers=("Content-Type",),
    response_size=8, response_sha256="b" * 64, response_kept="<b/>", answer_id="t", fault_code=0,
    masked=(Masked("Body", "c" * 64),), original="spooled", problem="q",
)  # fmt: skip


PERFORMANCE = Performance(
    id="p1", scenario="late", digest="d" * 64, group="transport", layer="answer", place="operator", nature="uncertain",
    round="r5", persons=("199410222393", "199410222393"), control="sane", controlled="delivered", started=at(1),
    ended=at(2), how_ended="quiet", recovered=at(3), recovery_ended=at(4), waited_ns=0,
    account=(AccountRow("199410222393", "a", "unknown", at(2), "digital", told=False),), unseen="interrupted",
)  # fmt: skip
ENTRIES = pytest.mark.parametrize("entry", [CONNECTION, EXCHANGE, PERFORMANCE], ids=lambda entry: type(entry).__name__)


@ENTRIES
def test_an_entry_comes_back_with_every_field(entry):
    assert all(getattr(entry, field.name) not in {None, ""} for field in fields(entry))
    assert from_plain(json.loads(to_json(entry))) == entry


@ENTRIES
def test_an_entry_that_says_little_comes_back_as_little(entry):
    required = {f.name: getattr(entry, f.name) for f in fields(entry) if f.default is f.default_factory}
    little = type(entry)(**required)
    assert from_plain(json.loads(to_json(little))) == little
    assert json.loads(to_json(little)).keys() >= required.keys()


PERFORMANCE = Performance(
    "p1", "sane", "d" * 64, "g", "answer", "operator", "n", "r", ("199410222393",), started=at(1), waited_ns=0,
    account=(AccountRow("199410222393", "m", "paper", at(2), "email", told=False),
             AccountRow("199410222393", "\N{WOMAN}\"\n", "failed", at(3))),
)  # fmt: skip


@pytest.mark.parametrize("entry", [CONNECTION, EXCHANGE, PERFORMANCE], ids=["connection", "exchange", "performance"])
def test_an_entry_is_written_as_any_json_is_with_its_keys_in_order(entry):
    written = json.loads(to_json(entry))
    assert to_json(entry) == json.dumps(written, sort_keys=True, ensure_ascii=False)
    assert from_plain(written) == entry


@given(st.binary(max_size=50), st.text(max_size=20), st.integers(0, 2**63), st.none() | st.integers(0, 9999))
def test_any_bytes_text_and_number_come_back(data, text, number, code):
    connection = replace(CONNECTION, client_hello=data, problem=text, bytes_sent=number)
    exchange = replace(EXCHANGE, path=text, fault_code=code, response_cut_at=code)
    for entry in (connection, exchange):
        assert from_plain(json.loads(to_json(entry))) == entry


@pytest.mark.parametrize(
    "wrong",
    [
        {"bytes_sent": "1"}, {"resumed": "no"}, {"accepted": [1]}, {"alpn": "h2"}, {"server_name": 7},
        {"client_hello": "é"}, {"masked": [["a"]]}, {"nobody_knows_this": "x"}, {"bytes_sent": True},
        {"accepted": ["2026-01-01T00:00:00", 1]},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_belong_in_a_journal_is_refused(wrong):
    with pytest.raises((TypeError, ValueError)):
        from_plain({**json.loads(to_json(CONNECTION)), **wrong})


def test_a_record_gives_both_back_and_half_a_last_line_is_cut_off(tmp_path):
    with Writer(tmp_path / "r", {}, NOON) as writer:
        writer.tell_recorded(EXCHANGE)
        writer.tell_recorded(CONNECTION)
        writer.tell_recorded(replace(EXCHANGE, id="e2"))
    journal = tmp_path / "r" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    record = read_record(tmp_path / "r")
    assert (record.connections, record.exchanges) == ((CONNECTION,), (EXCHANGE,))
    assert record.ended == CONNECTION.closed.wall
    assert "cut off" in record.notes[0]


def test_a_journal_with_an_odd_exchange_names_the_line(tmp_path):
    with Writer(tmp_path / "r", {}, NOON) as writer:
        writer.tell_recorded(replace(EXCHANGE, request_size="many"))
    with pytest.raises(RecordError, match=r"journal\.jsonl:2"):
        read_record(tmp_path / "r")


def test_the_targets_declare_what_the_stage_knew_beforehand():
    connection, exchange = connection_target(CONNECTION, party="kommunen"), exchange_target(EXCHANGE)
    assert (connection.kind, connection.id, connection.party) == (TargetKind.CONNECTION, "connection-c1", "kommunen")
    assert dict(connection.declared) == {
        "listener": "far", "role": "far", "address": "127.0.0.1:1", "scenario": ("sane",), "attributed_by": ("port",),
    }  # fmt: skip
    assert (exchange.kind, exchange.id, exchange.says("connection")) == (
        TargetKind.EXCHANGE,
        "exchange-e1",
        "connection-c1",
    )
    assert (exchange.says("operation"), exchange.says("scenario")) == ("isReachable", ("sane", "unattributed"))
    assert list(exchange.declared) == sorted(exchange.declared)


def test_an_exchange_without_attribution_declares_that_it_is_unattributed():
    assert exchange_target(replace(EXCHANGE, attributions=())).says("scenario") == ("unattributed",)


def test_a_whole_request_that_no_operation_is_known_for_is_other_and_half_a_one_is_none():
    strange = replace(EXCHANGE, operation="")
    assert exchange_target(strange).says("operation") == "other"
    for changes in ({"accepted": None}, {"method": "GET"}, {"part": ""}, {"part": "wsdl"}):
        assert exchange_target(replace(strange, **changes)).says("operation") is None
