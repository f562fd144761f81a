"""What counts as a refusal? The closed list, case by case, and every answer that leaves the question open."""

from __future__ import annotations

import pytest

from probes._tls import Heard
from probes._tls_answers import (
    REFUSALS,
    REFUSALS_WITH_CONTROL,
    Answer,
    Outcome,
    chosen_version,
    merge,
    read_answer,
    with_control,
)
from probes._tls_hello import VERSIONS, suites_for
from probes._tls_records import ALERTS, Alert, ServerHello
from readiness.model import Reason, Unseen

NAMES = {name: number for number, name in ALERTS.items()}
OPEN_ALERTS = sorted(set(range(256)) - set(REFUSALS))


def hello(
    version: int, suite: int = 0x002F, *, compression: int = 0, retry: bool = False, sentinel: str = ""
) -> ServerHello:
    return ServerHello(version, suite, compression, retry, sentinel, ())


def answer(version: str, heard: ServerHello | Alert | Unseen, *, named: bool = True) -> Answer:
    return read_answer(version, Heard(heard, b"raw", 0.0), named=named)


def reason(said: Answer) -> Reason:
    assert said.outcome is Outcome.OPEN
    assert said.unseen is not None
    return said.unseen.reason


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_hello_of_the_offered_version_accepts_it(version: str) -> None:
    said = answer(version, hello(VERSIONS[version], suites_for([version])[0]))
    assert (said.outcome, said.by, said.raw) == (Outcome.ACCEPTED, "ServerHello", b"raw")


def test_a_hello_retry_request_accepts_tls_1_3() -> None:
    said = answer("TLSv1.3", hello(0x0304, 0x1301, retry=True))
    assert (said.outcome, said.by) == (Outcome.ACCEPTED, "HelloRetryRequest")


@pytest.mark.parametrize(
    "name", ["protocol_version", "handshake_failure", "insufficient_security", "inappropriate_fallback"]
)
@pytest.mark.parametrize("version", VERSIONS)
def test_these_alerts_refuse_by_themselves(version: str, name: str) -> None:
    said = answer(version, Alert(2, NAMES[name]))
    assert (said.outcome, said.by, said.unseen) == (Outcome.REFUSED, f"alert {name}", None)


def test_the_list_of_refusals_is_closed() -> None:
    assert {ALERTS[number] for number in REFUSALS} == {
        "protocol_version",
        "handshake_failure",
        "insufficient_security",
        "inappropriate_fallback",
    }
    assert {ALERTS[number] for number in REFUSALS_WITH_CONTROL} == {"internal_error"}


@pytest.mark.parametrize("number", OPEN_ALERTS)
def test_no_other_alert_refuses(number: int) -> None:
    said = answer("TLSv1.0", Alert(2, number))
    assert said.outcome is Outcome.OPEN
    assert said.needs_control is (number in {NAMES["internal_error"], NAMES["close_notify"]})


@pytest.mark.parametrize("why", Reason)
def test_no_failure_refuses_and_only_a_close_or_a_reset_may_with_a_control(why: Reason) -> None:
    said = answer("TLSv1.0", Unseen(why, "detail"))
    assert reason(said) is why
    assert said.needs_control is (why in {Reason.CLOSED_EARLY, Reason.CONNECTION_RESET})


@pytest.mark.parametrize(
    "heard", [Alert(2, 80), Alert(1, 0), Unseen(Reason.CLOSED_EARLY), Unseen(Reason.CONNECTION_RESET)]
)
def test_between_two_accepted_hellos_these_refuse(heard: Alert | Unseen) -> None:
    said = with_control(answer("TLSv1.0", heard))
    assert (said.outcome, said.unseen, said.needs_control) == (Outcome.REFUSED, None, False)
    assert said.by.endswith(", between two accepted hellos")


@pytest.mark.parametrize(("offered", "got"), [("TLSv1.2", 0x0302), ("TLSv1.2", 0x0300), ("TLSv1.1", 0x0301)])
def test_an_older_server_hello_refuses_the_version_that_was_offered(offered: str, got: int) -> None:
    said = answer(offered, hello(got))
    assert said.outcome is Outcome.REFUSED
    assert said.by.startswith("ServerHello of ")


@pytest.mark.parametrize("sentinel", ["TLSv1.2", "TLSv1.3"])
def test_not_where_its_random_says_that_the_server_speaks_tls_1_2_too(sentinel: str) -> None:
    assert reason(answer("TLSv1.2", hello(0x0302, sentinel=sentinel))) is Reason.NOT_UNDERSTOOD
    # It says nothing about TLS 1.1: a server may leave that out and still speak TLS 1.0 and 1.2.
    assert answer("TLSv1.1", hello(0x0301, sentinel=sentinel)).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("offered", "got"),
    [
        ("TLSv1.3", hello(0x0303, 0x1301)),  # a hello for TLS 1.3 alone implies nothing older
        ("TLSv1.3", hello(0x0303, 0xC02F)),
        ("TLSv1.1", hello(0x0303, 0x002F)),  # newer than offered
        ("SSLv3", hello(0x0002)),
        ("TLSv1.3", hello(0x7F1C, 0x1301)),  # a draft of TLS 1.3
        ("TLSv1.2", hello(0x0303, 0x1301)),  # a suite that was not offered
        ("TLSv1.0", hello(0x0301, 0x009C)),
        ("TLSv1.1", hello(0x0301, 0x009C)),
        ("TLSv1.2", hello(0x0303, compression=1)),
    ],
)
def test_a_server_hello_that_answers_another_offer_decides_nothing(offered: str, got: ServerHello) -> None:
    assert reason(answer(offered, got)) is Reason.NOT_UNDERSTOOD
    assert not answer(offered, got).needs_control


@pytest.mark.parametrize("name", ["unrecognized_name", "missing_extension"])
def test_an_alert_about_the_name_says_whether_the_profile_gave_one(name: str) -> None:
    assert reason(answer("TLSv1.2", Alert(2, NAMES[name]), named=False)) is Reason.NOT_CONFIGURED
    assert reason(answer("TLSv1.2", Alert(2, NAMES[name]), named=True)) is Reason.ACCESS_DENIED


def test_the_version_chosen_out_of_several_has_a_name_or_none() -> None:
    assert chosen_version(Heard(hello(0x0303), b"", 0.0)) == "TLSv1.2"
    assert chosen_version(Heard(hello(0x7F1C), b"", 0.0)) == ""
    assert chosen_version(Heard(Alert(2, 40), b"", 0.0)) == ""


ACCEPTED = Answer("TLSv1.0", Outcome.ACCEPTED, "ServerHello")
REFUSED = Answer("TLSv1.0", Outcome.REFUSED, "alert protocol_version")
SILENT = Answer("TLSv1.0", Outcome.OPEN, "timed_out", Unseen(Reason.TIMED_OUT))


@pytest.mark.parametrize(
    ("answers", "outcome", "why"),
    [
        ((ACCEPTED, ACCEPTED), Outcome.ACCEPTED, None),
        ((REFUSED, REFUSED), Outcome.REFUSED, None),
        ((ACCEPTED, REFUSED), Outcome.OPEN, Reason.ANSWERS_DIFFER),
        ((REFUSED, ACCEPTED), Outcome.OPEN, Reason.ANSWERS_DIFFER),
        ((REFUSED, SILENT, ACCEPTED), Outcome.OPEN, Reason.ANSWERS_DIFFER),
        ((ACCEPTED, SILENT), Outcome.OPEN, Reason.TIMED_OUT),
        ((SILENT, REFUSED), Outcome.OPEN, Reason.TIMED_OUT),
        ((ACCEPTED,), Outcome.ACCEPTED, None),
    ],
)
def test_a_version_is_decided_only_where_every_address_says_the_same(
    answers: tuple[Answer, ...], outcome: Outcome, why: Reason | None
) -> None:
    merged = merge("TLSv1.0", {f"192.0.2.{number}:443": one for number, one in enumerate(answers)})
    assert merged.outcome is outcome
    assert (merged.unseen and merged.unseen.reason) == why
    assert all(f"192.0.2.{number}:443: {one.by}" in merged.by for number, one in enumerate(answers))
