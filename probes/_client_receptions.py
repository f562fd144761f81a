"""Did a server refuse the client, when, and in which words? Pure; the closed list of refusals stands here.

Whatever is on the list counts only because another certificate is let in before and after it: a server that is out of
order or lets nobody in refuses nothing. What is not on the list leaves the question open. Left out: what was shown, and
whether it should have been refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from probes._tls_records import FATAL, Alert
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, Reception

ACCEPTED, IN_HANDSHAKE, AT_REQUEST = "accepted", "refused_in_handshake", "refused_at_request"

REFUSING_ALERTS = {
    40: "handshake_failure: in TLS 1.2 the answer to no certificate where one is needed (RFC 5246 7.4.6)",
    42: "bad_certificate: a signature in it does not verify (RFC 8446 6.2)",
    43: "unsupported_certificate: of the wrong type, or not for this purpose (RFC 8446 6.2)",
    44: "certificate_revoked: by its signer (RFC 8446 6.2)",
    45: "certificate_expired: or not valid now for another reason (RFC 8446 6.2)",
    46: "certificate_unknown: unacceptable for some other reason (RFC 8446 6.2)",
    48: "unknown_ca: no path to a known authority (RFC 8446 6.2)",
    49: "access_denied: a sound certificate, and access control decided against it (RFC 8446 6.2)",
    51: "decrypt_error: a signature does not verify; what OpenSSL says where it is the issuer's",
    71: "insufficient_security: the server asks for more than this certificate gives (RFC 8446 6.2)",
    80: "internal_error: what OpenSSL says where a check of the application's own turns the certificate down",
    116: "certificate_required: none came, and one is needed (RFC 8446 6.2)",
}
"""Alerts that refuse a client for its certificate, by number, each with its reason. Others are about the protocol."""

REFUSING_STATUSES = {
    400: "Bad Request: nginx's answer to a missing certificate, and to one that does not verify",
    401: "Unauthorized: who asks is not known (RFC 9110 15.5.2)",
    403: "Forbidden: who asks may not (RFC 9110 15.5.4); IIS says 403.7, 403.16 and 403.17 with it",
    495: "nginx's own code for a certificate that does not verify, where a proxy lets it through",
    496: "nginx's own code for a missing certificate",
}
"""HTTP answers that refuse a client, each with its reason. A redirect, 404 or 500 may have any cause."""

BREAKS = {Reason.CLOSED_EARLY: "closed", Reason.CONNECTION_RESET: "reset"}
"""Hanging up on a client refuses it, as load balancers do, where one that is let in is answered before and after."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reception comes to: accepted, refused_in_handshake or refused_at_request, or why that is open; and by what
    word of the server, in the RFCs' names."""

    outcome: str | Unseen
    by: str


def read_reception(reception: Reception, *, shown: bool, control: int | None) -> Reading:
    """`shown`: a certificate was to be shown; `control`: the HTTP status that a client gets who is let in.

    Without a control an answer of 2xx still lets the client in; a refusal then says nothing, for the server may refuse
    everybody.
    """
    by = word_of(reception)
    outcome = (_not_shown(reception) if shown else None) or _outcome(reception, control, by)
    if control is None and outcome in {IN_HANDSHAKE, AT_REQUEST}:
        said = "refused, and so may everybody be: the endpoint has no client_certificate in the profile"
        outcome = Unseen(Reason.NOT_CONFIGURED, said)
    return Reading(outcome, by)


def read_control(reception: Reception) -> int:
    """The HTTP status that the certificate which should be let in got. CannotObserve(control_failed) if it was not; for
    what the network did, its own reason."""
    by = word_of(reception)
    if reception.requested and not reception.proved and reception.alert is None:
        raise CannotObserve(Reason.CONTROL_FAILED, f"the client certificate of the profile was not shown ({by})")
    if reception.answer is not None:
        if reception.answer.status in REFUSING_STATUSES:
            raise CannotObserve(Reason.CONTROL_FAILED, f"the client certificate of the profile is refused: {by}")
        return reception.answer.status
    ended = reception.ended or Unseen(Reason.NOT_UNDERSTOOD)
    if reception.requested and (reception.alert in REFUSING_ALERTS or _hung_up(reception, ended)):
        raise CannotObserve(Reason.CONTROL_FAILED, f"the client certificate of the profile is refused: {by}")
    raise CannotObserve(ended.reason, ended.detail)


def word_of(reception: Reception) -> str:
    """What the server said last."""
    if reception.answer is not None:
        return f"HTTP {reception.answer.status}"
    if reception.alert is not None:
        return f"alert {Alert(FATAL, reception.alert).name}"
    reason = reception.ended.reason if reception.ended else Reason.NOT_UNDERSTOOD
    return BREAKS.get(reason, str(reason))


def _not_shown(reception: Reception) -> Unseen | None:
    """Why it is open what the server says to a certificate that it has not seen."""
    if reception.proved:
        return None
    if reception.requested:
        return Unseen(Reason.NOT_SUPPORTED, "the server takes no signature that the key of this certificate makes")
    if reception.ended and reception.alert is None and reception.ended.reason not in BREAKS:
        return reception.ended
    return Unseen(Reason.NOT_EXERCISED, "the server asked for no certificate, so this one was not shown")


def _outcome(reception: Reception, control: int | None, by: str) -> str | Unseen:
    if reception.answer is not None:
        return _answered(reception.answer.status, control)
    ended = reception.ended or Unseen(Reason.NOT_UNDERSTOOD)
    if reception.alert is not None and reception.alert not in REFUSING_ALERTS:
        return Unseen(Reason.NOT_UNDERSTOOD, f"{by}, which says nothing about the certificate")
    if reception.alert is None and not _hung_up(reception, ended):
        return ended
    # In TLS 1.3 the server's word on the certificate comes after the client's Finished, and may cross with its request
    # (RFC 8446 4.4.2.4). In TLS 1.2 an alert after the request ends a second handshake, in which IIS asks.
    of_handshake = reception.alert is not None and reception.version == "TLSv1.3"
    return IN_HANDSHAKE if not reception.sent or of_handshake else AT_REQUEST


def _hung_up(reception: Reception, ended: Unseen) -> bool:
    """On a client that was asked for a certificate, and before a word of an answer."""
    return ended.reason in BREAKS and reception.requested and not reception.heard


def _answered(status: int, control: int | None) -> str | Unseen:
    if status in REFUSING_STATUSES:
        return AT_REQUEST
    if control is None:
        said = f"HTTP {status}, which neither lets in nor refuses"
        return ACCEPTED if 200 <= status < 300 else Unseen(Reason.NOT_UNDERSTOOD, said)
    if status != control:
        said = f"HTTP {status}, and HTTP {control} to the client certificate of the profile"
        return Unseen(Reason.ANSWERS_DIFFER, said)
    return ACCEPTED
