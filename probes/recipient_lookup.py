"""What does a question to FaR look like: version, headers, schema, on whose behalf, about how many?

One isReachable or isRegistered request, out of the stage's recording or a file. No recipient is told. Left out: FaR's
answer, and how old it was when it was used (`secure_delivery`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from probes._exchange import Opened, all_unseen, open_exchange, read_opened
from probes._lookup import Lookup, number_form, of_tests, read_lookup
from probes._request_tree import Request, contract_version, read_schema
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import Effect, Probe, Seen, Session

PREFIX = "lookup."
Values = dict[str, Value | Unseen]


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Read the request that the target names."""
    opened = open_exchange(target, session)
    request = read_opened(opened)
    values = read_headers(opened)
    details: dict[str, str] = {}
    lookup = request if isinstance(request, Unseen) else read_lookup(request.payload)
    if isinstance(lookup, Lookup):
        values |= read_question(lookup)
    if isinstance(request, Request):
        schema = read_schema(request.payload, session.contract())
        values |= {"soap_version": request.soap, "contract_version": contract_version(request.payload)}
        values |= {"schema": schema.verdict, "schema_faults": schema.faults}
        details["schema"] = schema.first
    named = {PREFIX + name: value for name, value in values.items()}
    if isinstance(lookup, Unseen):
        named |= all_unseen(FACTS, lookup, named)
    for seen in opened.told((name, value, details.get(name.removeprefix(PREFIX), "")) for name, value in named.items()):
        yield seen


def read_headers(opened: Opened) -> Values:
    """What the HTTP headers say. SOAP 1.1, 6.1.1: an empty value in quotes says that the address says it all."""
    exchange = opened.exchange
    if exchange is None:
        alone = Unseen(Reason.NOT_EXERCISED, "a file has no HTTP header")
        return {"soap_action": alone, "media_type": alone}
    action = exchange.soap_action.strip()
    if not any(name.lower() == "soapaction" for name in exchange.request_headers):
        form = "absent"
    else:
        form = {"": "empty", '""': "empty_in_quotes"}.get(action, "other")
    return {"soap_action": form, "media_type": exchange.content_type.partition(";")[0].strip().lower() or "none"}


def read_question(lookup: Lookup) -> Values:
    """On whose behalf, and about how many."""
    sender: Value | Unseen = number_form(lookup.sender) if lookup.sender else "absent"
    if lookup.operation == "isRegistered":
        sender = Unseen(Reason.NOT_EXERCISED, "isRegistered does not say on whose behalf")
    return {
        "operation": lookup.operation,
        "sender_number_form": sender,
        "recipients": len(lookup.recipients),
        "recipients_of_tests": sum(map(of_tests, lookup.recipients)),
        "recipients_repeated": len(lookup.recipients) - len(set(lookup.recipients)),
    }


def _fact(name: str, type_: FactType, meaning: str, of: str = "") -> Fact:
    return Fact(PREFIX + name, type_, meaning, of and PREFIX + of)


TEXT, NUMBER = FactType.TEXT, FactType.NUMBER
FACTS = (
    _fact("operation", TEXT, "isReachable or isRegistered."),
    _fact("soap_version", TEXT, "1.1 or 1.2 by the envelope's namespace; other; none where there is no envelope."),
    _fact("soap_action", TEXT, "The SOAPAction header: empty_in_quotes, empty, absent or other."),
    _fact("media_type", TEXT, "The media type of Content-Type, lower case, without parameters; none."),
    _fact("contract_version", TEXT, "1, 2 or 3 by the namespace of the request; other for a stranger's."),
    _fact("schema", TEXT, "accepted or refused by the contract's schema; the detail says where first."),
    _fact("schema_faults", FactType.TABLE, "What the schema refuses: line, path, and why, without any value."),
    _fact("sender_number_form", TEXT, "senderOrgNr: sixteen_prefix, ten_digits, with_hyphen, other or absent."),
    _fact("recipients", NUMBER, "How many recipients are asked about."),
    _fact("recipients_of_tests", NUMBER, "Those with a number of the series for tests.", "recipients"),
    _fact("recipients_repeated", NUMBER, "How many are asked about once more than once.", "recipients"),
)

PROBE = Probe(
    TargetKind.EXCHANGE,
    FACTS,
    observe,
    Effect.READS,
    Strength.LIVE,
    select=(("part", ("Recipient",)), ("operation", ("isReachable", "isRegistered", "other"))),
)
