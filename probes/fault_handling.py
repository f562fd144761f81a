"""What did the sending system do when the stage misbehaved: attempts, waits, copies, and its own account of it?

One performed scenario, out of what the stage and the exercise recorded. A scenario whose control failed shows nothing.
Left out: what a system should do, and what the requests themselves hold (`secure_delivery`, `recipient_lookup`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

from probes._account import read_account
from probes._attempts import read_attempts
from probes._copies import read_copies
from probes._performed import Performed, gather, why_unseen
from probes._timeline import read_timeline
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Effect, Probe, Seen, Session

PREFIX = "scenario."
Values = dict[str, Value | Unseen]


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read what was recorded of the scenario that the target names."""
    performance = session.performances().get(target.id)
    if performance is None:
        raise CannotObserve(Reason.NOT_KEPT, f"no record holds {target.id}")
    performed = gather(performance, session.connections(), session.exchanges(), session.performances())
    if unseen := why_unseen(performed):
        raise CannotObserve(unseen.reason, unseen.detail)
    for name, value in read_scenario(performed).items():
        yield Seen(PREFIX + name, value)


def read_scenario(performed: Performed) -> Values:
    """Every fact of a performance that shows something."""
    return {
        **read_account(performed),
        **read_attempts(performed),
        **read_copies(performed),
        **read_unauthenticated(performed),
        **read_canaries(performed),
        **read_recovery(performed),
        "timeline": read_timeline(performed),
    }


def read_unauthenticated(performed: Performed) -> Values:
    """What reached a server that could not show who it is. A request counts from its first byte."""
    own = performed.connections
    values: Values = {"connections": len(own)}
    if performed.performance.nature != "unauthenticated":
        known = Unseen(Reason.NOT_EXERCISED, "in this scenario the server shows who it is")
        return values | {"unauthenticated_requests": known, "client_certificates_shown": known}
    ids = {connection.id for connection in own}
    told = sum(exchange.connection in ids for exchange in performed.exchanges)
    return values | {
        "unauthenticated_requests": max(told, sum(connection.exchanges for connection in own)),
        "client_certificates_shown": sum(bool(connection.client_chain) for connection in own),
    }


def read_canaries(performed: Performed) -> Values:
    """What was asked of the listener that only an answer of this scenario names."""
    redirects = [exchange for exchange in performed.canaries if exchange.part == "redirect"]
    carriers = (performed.carriers.get(exchange.connection) for exchange in redirects)
    return {
        "redirects_followed": len(redirects),
        "redirects_with_certificate": sum(bool(carrier and carrier.client_chain) for carrier in carriers),
        "canary_requests": len(performed.canaries) - len(redirects),
    }


def read_recovery(performed: Performed) -> Values:
    """Whether and when all was well afterwards, and how long the system waits for an answer."""
    performance = performed.performance
    nobody = Unseen(Reason.NOT_EXERCISED, "nobody waited for a sane delivery afterwards")
    tried = performance.recovered is not None or performance.recovery_ended is not None
    after: timedelta | Unseen = nobody
    if performance.recovered and performance.ended:
        after = timedelta(microseconds=(performance.recovered.ns - performance.ended.ns) // 1000)
    elif tried:
        after = Unseen(Reason.NOT_EXERCISED, "no sane delivery was delivered afterwards")
    unknown = Unseen(Reason.NOT_EXERCISED, "how long the system waits for an answer was not measured")
    waited = performance.waited_ns
    return {
        "recovered": performance.recovered is not None if tried else nobody,
        "recovered_after": after,
        "waited": unknown if waited is None else timedelta(microseconds=waited // 1000),
    }


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(PREFIX + name, type_, meaning, of and PREFIX + of)


NUMBER, SET, DURATION = FactType.NUMBER, FactType.SET, FactType.DURATION
FACTS = (
    _fact("messages", NUMBER, "Messages that the sending system was given to send."),
    _fact("accounted", NUMBER, "Those that its account gives one of the five outcomes.", "messages"),
    _fact("unaccounted", NUMBER, "Those that stand in no account.", "messages"),
    _fact("outcomes", SET, "What the account says: delivered, paper, failed, pending, unknown.", "accounted"),
    _fact("channels_told", NUMBER, "Rows of the account that name a channel."),
    _fact("channels", SET, "The channels that it names: digital, paper, email, other.", "channels_told"),
    _fact("delivered_without_receipt", NUMBER, "Accounted delivered, beyond the receipts that left.", "accounted"),
    _fact("settled_twice", NUMBER, "Rows that say delivered or paper, beyond one for each message.", "accounted"),
    _fact("uncertain_messages", NUMBER, "Messages with a delivery taken, no receipt for which left.", "deliveries"),
    _fact("settled_untold", NUMBER, "Those accounted paper or failed, and no person told.", "uncertain_messages"),
    _fact("uncertain_untold", NUMBER, "Those accounted unknown or pending, nobody told.", "uncertain_messages"),
    _fact("failed_untold", NUMBER, "Messages accounted failed, and nobody told.", "accounted"),
    _fact("failed_at_once", NUMBER, "Messages accounted failed after one attempt for each.", "accounted"),
    _fact("time_to_account", DURATION, "From the order to send to the first word in the account."),
    _fact("requests", NUMBER, "Requests at the place that misbehaves, whole or not."),
    _fact("repeated_by_http_stack", NUMBER, "Those that repeat the bytes before them, as a library does.", "requests"),
    _fact("attempts", NUMBER, "The system's own attempts: requests, or connections where none came whole."),
    _fact("shortest_wait", DURATION, "The shortest wait, from the end of an attempt to the next."),
    _fact("longest_wait", DURATION, "The longest one."),
    _fact("wait_growth", NUMBER, "The last wait in percent of the first."),
    _fact("deliveries", NUMBER, "Deliveries that an operator had whole."),
    _fact("deliveries_read", NUMBER, "Those whose MessageHeader/Id could be read.", "deliveries"),
    _fact("message_ids", NUMBER, "How many different ids they have.", "deliveries_read"),
    _fact("copies_taken", NUMBER, "Deliveries that lie in the mailbox, whatever was answered.", "deliveries"),
    _fact("receipts", NUMBER, "Deliveries whose receipt left whole."),
    _fact("copies_after_receipt", NUMBER, "Taken after a receipt for that message had left.", "deliveries"),
    _fact("requests_after_refusal", NUMBER, "Requests unchanged after the first refusal for good.", "attempts"),
    _fact("connections", NUMBER, "Connections to the scenario's own port."),
    _fact("unauthenticated_requests", NUMBER, "Requests to a server that cannot show who it is.", "connections"),
    _fact("client_certificates_shown", NUMBER, "Connections there with a client certificate.", "connections"),
    _fact("redirects_followed", NUMBER, "Requests to another host, which a redirect named.", "attempts"),
    _fact("redirects_with_certificate", NUMBER, "Those with the client certificate presented.", "attempts"),
    _fact("canary_requests", NUMBER, "Requests for an address that only an entity in an answer named.", "attempts"),
    _fact("recovered", FactType.FLAG, "Whether a sane delivery was delivered afterwards."),
    _fact("recovered_after", DURATION, "From the end of the scenario to that delivery."),
    _fact("waited", DURATION, "How long the system waits for an answer that does not come."),
    _fact("timeline", FactType.TABLE, "What happened, row by row, in ms since the order to send."),
)

PROBE = Probe(TargetKind.SCENARIO, FACTS, observe, Effect.READS, Strength.LIVE)
