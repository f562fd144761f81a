"""What counts as a refusal of a client? The closed list, case by case, and every answer that leaves it open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from probes._client_receptions import (
    ACCEPTED,
    AT_REQUEST,
    BREAKS,
    IN_HANDSHAKE,
    REFUSING_ALERTS,
    REFUSING_STATUSES,
    Reading,
    read_control,
    read_reception,
)
from probes._tls_records import ALERTS
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, HttpAnswer, Reception

NUMBERS = {name: number for number, name in ALERTS.items()}
LET_IN = 204


def answered(status: int, *, requested: bool = True, proved: bool = True) -> Reception:
    answer = HttpAnswer(status, (), b"", "127.0.0.1:1")
    return Reception("TLSv1.3", requested, proved, True, True, None, answer, None)


def ended(
    reason: Reason = Reason.ACCESS_DENIED, alert: str = "", *, version: str = "TLSv1.2", sent: bool = False
) -> Reception:
    number = NUMBERS[alert] if alert else None
    return Reception(version, True, True, sent, False, number, None, Unseen(reason, "so it ended"))


def read(reception: Reception, *, shown: bool = True, control: int | None = LET_IN) -> Reading:
    return read_reception(reception, shown=shown, control=control)


def why(reading: Reading) -> Reason:
    assert isinstance(reading.outcome, Unseen)
    return reading.outcome.reason


# -- Alerts

THESE = [
    "handshake_failure",
    "bad_certificate",
    "unsupported_certificate",
    "certificate_revoked",
    "certificate_expired",
    "certificate_unknown",
    "unknown_ca",
    "access_denied",
    "decrypt_error",
    "insufficient_security",
    "internal_error",
    "certificate_required",
]


@pytest.mark.parametrize("name", THESE)
def test_these_alerts_refuse_in_the_handshake(name: str) -> None:
    assert read(ended(alert=name)) == Reading(IN_HANDSHAKE, f"alert {name}")
    assert read(ended(alert=name), shown=False).outcome == IN_HANDSHAKE


def test_the_list_of_alerts_is_closed() -> None:
    assert {ALERTS[number] for number in REFUSING_ALERTS} == set(THESE)
    assert all(ALERTS[number] in reason for number, reason in REFUSING_ALERTS.items())


@pytest.mark.parametrize("name", sorted(set(NUMBERS) - set(THESE) - {"close_notify"}))
def test_every_other_alert_says_nothing_of_the_certificate(name: str) -> None:
    assert why(read(ended(alert=name))) is Reason.NOT_UNDERSTOOD
    assert name in str(read(ended(alert=name)).outcome)


def test_the_alert_of_tls_1_3_that_meets_the_request_is_of_the_handshake() -> None:
    crossed = ended(alert="unknown_ca", version="TLSv1.3", sent=True)
    assert read(crossed).outcome == IN_HANDSHAKE
    assert read(replace(crossed, version="TLSv1.2")).outcome == AT_REQUEST  # a second handshake


# -- Answers


@pytest.mark.parametrize("status", [400, 401, 403, 495, 496])
def test_these_answers_refuse_at_the_request(status: int) -> None:
    assert status in REFUSING_STATUSES
    assert read(answered(status)) == Reading(AT_REQUEST, f"HTTP {status}")


def test_the_list_of_answers_is_closed() -> None:
    assert sorted(REFUSING_STATUSES) == [400, 401, 403, 495, 496]


@pytest.mark.parametrize("status", [200, 204, 301, 404, 405, 421, 500, 503])
def test_any_other_answer_lets_in_if_it_is_the_one_that_the_control_got(status: int) -> None:
    assert read(answered(status), control=status).outcome == ACCEPTED
    assert why(read(answered(status), control=418)) is Reason.ANSWERS_DIFFER


# -- Hanging up, and everything else


@pytest.mark.parametrize("reason", BREAKS)
@pytest.mark.parametrize(("sent", "outcome"), [(False, IN_HANDSHAKE), (True, AT_REQUEST)])
def test_hanging_up_refuses_and_has_no_words(reason: Reason, outcome: str, *, sent: bool) -> None:
    assert read(ended(reason, sent=sent)) == Reading(outcome, BREAKS[reason])


def test_hanging_up_in_the_middle_of_an_answer_refuses_nothing() -> None:
    assert why(read(replace(ended(Reason.CLOSED_EARLY, sent=True), heard=True))) is Reason.CLOSED_EARLY


def test_hanging_up_before_a_certificate_was_asked_for_is_about_something_else() -> None:
    early = replace(ended(Reason.CLOSED_EARLY), requested=False, proved=False)
    assert why(read(early, shown=False)) is Reason.CLOSED_EARLY
    assert why(read(early)) is Reason.NOT_EXERCISED


@pytest.mark.parametrize("reason", sorted(set(Reason) - set(BREAKS)))
def test_every_other_end_leaves_it_open_for_its_own_reason(reason: Reason) -> None:
    assert why(read(ended(reason))) is reason
    assert why(read(ended(reason), shown=False)) is reason


# -- What was shown


def test_a_certificate_that_was_not_asked_for_was_not_shown() -> None:
    assert why(read(answered(LET_IN, requested=False, proved=False))) is Reason.NOT_EXERCISED
    assert read(answered(LET_IN, requested=False, proved=False), shown=False).outcome == ACCEPTED


def test_a_certificate_that_the_server_takes_no_signature_of_was_not_shown() -> None:
    assert why(read(answered(403, proved=False))) is Reason.NOT_SUPPORTED
    assert read(answered(403, proved=False), shown=False).outcome == AT_REQUEST


# -- Without a control, and the control itself


def test_without_a_control_a_refusal_may_be_that_of_everybody() -> None:
    for reception in (answered(403), ended(alert="unknown_ca"), ended(Reason.CLOSED_EARLY)):
        assert why(read(reception, control=None)) is Reason.NOT_CONFIGURED


def test_without_a_control_only_2xx_lets_in() -> None:
    assert [read(answered(status), control=None).outcome for status in (200, 299)] == [ACCEPTED] * 2
    for status in (301, 404, 500):
        assert why(read(answered(status), control=None)) is Reason.NOT_UNDERSTOOD


@pytest.mark.parametrize("status", [200, 302, 404, 503])
def test_the_control_is_let_in_by_any_answer_that_does_not_refuse(status: int) -> None:
    assert read_control(answered(status)) == status
    assert read_control(answered(status, requested=False, proved=False)) == status


@pytest.mark.parametrize(
    ("reception", "reason"),
    [
        (answered(403), Reason.CONTROL_FAILED),
        (answered(200, proved=False), Reason.CONTROL_FAILED),
        (ended(alert="unknown_ca"), Reason.CONTROL_FAILED),
        (ended(Reason.CLOSED_EARLY), Reason.CONTROL_FAILED),
        (replace(ended(Reason.CLOSED_EARLY, sent=True), heard=True), Reason.CLOSED_EARLY),
        (ended(Reason.TIMED_OUT), Reason.TIMED_OUT),
        (ended(Reason.NOT_SUPPORTED, "protocol_version"), Reason.NOT_SUPPORTED),
        (replace(ended(Reason.CLOSED_EARLY), requested=False, proved=False), Reason.CLOSED_EARLY),
    ],
)
def test_a_control_that_is_not_let_in_says_why(reception: Reception, reason: Reason) -> None:
    with pytest.raises(CannotObserve) as problem:
        read_control(reception)
    assert problem.value.unseen.reason is reason
