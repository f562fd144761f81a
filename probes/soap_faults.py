"""How does a SOAP service answer what it should not be asked? Ten odd requests, each counted and listed.

An ordinary request stands before and after them: where it is not answered as SOAP is, the rest says nothing. A case
that does not fit the endpoint is left unsent, and says why. Left out: load, and whether an answer is the right one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from probes._soap_answers import CLOSED, Reading, read_answer
from probes._soap_endpoint import check_soap, get_request, holds_wsdl, path_of, published, wsdl_url
from probes._soap_requests import CASES, EXPANDED, Asked, control
from probes._wsdl import read_wsdl
from readiness.model import Evidence, Fact, FactType, Reason, Table, Target, TargetKind, Unseen
from readiness.probe import Canary, CannotObserve, Effect, HttpAnswer, HttpRequest, Probe, Seen, Session

PREFIX = "soap_faults."
ANSWERED, SENT, REQUESTS = PREFIX + "cases_answered", PREFIX + "requests_sent", PREFIX + "requests"
BUDGET = 13.0
"""Seconds for all the cases; those that are left then stay open."""
AFTERWARDS = 4.0
"""Seconds for the control after them."""
REFUSALS = {Reason.CLOSED_EARLY, Reason.CONNECTION_RESET}
"""Hanging up answers an odd request, for an ordinary one is answered before and after it."""
TAKEN = {200, 202, 400, 500}
"""How a service may answer a message that asks for nothing; any other status may come from what stands before it."""
COLUMNS = ("case", "method", "content type", "bytes", "status", "outcome", "fault code", "error code", "answer type")


@dataclass(slots=True)
class Looks:
    """What was sent, in order, and what is known of each case."""

    outcomes: dict[str, str | Unseen] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    expanded: bool = False
    touched: bool | Unseen = False


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """Control, cases, control; then what they showed."""
    check_soap(target)
    looks = Looks()
    namespace = await _namespace(target, session)
    failure: CannotObserve | None = None
    try:
        async with AsyncExitStack() as stack:
            canary = await _canary(stack, target, session)
            address = canary.address if not isinstance(canary, Unseen) else ""
            asked = Asked.of(target, path_of(target), namespace, address)
            await _control(target, session, asked, looks)
            await _cases(target, session, asked, looks)
            looks.touched = canary if isinstance(canary, Unseen) else canary.touched()
            await _control_again(target, session, asked, looks)
    except CannotObserve as error:
        failure = error
    yield Seen(SENT, len(looks.rows))
    yield Seen(REQUESTS, Table(COLUMNS, tuple(looks.rows)))
    if failure:
        raise failure
    for seen in _seen(looks):
        yield seen


async def _namespace(target: Target, session: Session) -> str:
    """The namespace of the requests in the supplier's own contract; "" where there is none or it cannot be read."""
    if not target.says("wsdl_file"):
        return ""
    try:
        wsdl = read_wsdl(await published(target, session))
    except CannotObserve:
        return ""
    operations = (operation for each in wsdl.port_types.values() for operation in each.values())
    names = sorted(name for operation in operations for name in operation.input if ": " not in name)
    return names[0].partition("}")[0].removeprefix("{") if names else ""


async def _canary(stack: AsyncExitStack, target: Target, session: Session) -> Canary | Unseen:
    try:
        return await stack.enter_async_context(session.canary(target))
    except CannotObserve as error:
        return error.unseen


async def _control(target: Target, session: Session, asked: Asked, looks: Looks) -> None:
    """An ordinary SOAP message is answered by one. CannotObserve(control_failed) otherwise.

    A service that never answers in SOAP is known by the WSDL that it shows, if it takes messages at its path at all.
    """
    answer, reading = await _ask("control", control(asked), target, session, looks)
    if reading.envelope:
        return
    said = f"an ordinary SOAP message was answered with status {answer.status} and no SOAP message"
    if answer.status in TAKEN:
        shown, _ = await _ask("control", get_request(wsdl_url(target)), target, session, looks)
        if holds_wsdl(shown):
            return
        said += ", and no WSDL is shown"
    raise CannotObserve(Reason.CONTROL_FAILED, said)


async def _ask(
    case: str, request: HttpRequest, target: Target, session: Session, looks: Looks
) -> tuple[HttpAnswer, Reading]:
    """Send it, and list it whatever becomes of it. CannotObserve for what left it open."""
    row = _row(case, request, None, None, str(Reason.TIMED_OUT))
    try:
        answer = await session.request(target, request)
        reading = read_answer(answer)
        row = _row(case, request, answer, reading)
    except CannotObserve as error:
        reason = error.unseen.reason
        row = _row(case, request, None, None, CLOSED if reason in REFUSALS else str(reason))
        raise
    finally:
        looks.rows.append(row)
    return answer, reading


async def _control_again(target: Target, session: Session, asked: Asked, looks: Looks) -> None:
    try:
        async with asyncio.timeout(AFTERWARDS):
            await _control(target, session, asked, looks)
    except (TimeoutError, CannotObserve) as error:
        said = f"answered before the odd requests and not after them ({error or 'too late'})"
        raise CannotObserve(Reason.CONTROL_FAILED, said) from error


async def _cases(target: Target, session: Session, asked: Asked, looks: Looks) -> None:
    until = asyncio.get_running_loop().time() + BUDGET
    for name, made in CASES.items():
        request = made(asked)
        if isinstance(request, Unseen):
            looks.outcomes[name] = request
            continue
        if asyncio.get_running_loop().time() >= until:
            looks.outcomes[name] = Unseen(Reason.TIMED_OUT, "not asked: the cases before took all the time")
            continue
        try:
            async with asyncio.timeout_at(until):
                answer, reading = await _ask(name, request, target, session, looks)
        except TimeoutError:
            looks.outcomes[name] = Unseen(Reason.TIMED_OUT, f"the cases took more than {BUDGET:g} s together")
        except CannotObserve as error:
            if error.unseen.reason in REFUSALS:
                looks.outcomes[name], looks.readings[name] = CLOSED, Reading(CLOSED)
            else:
                looks.outcomes[name] = error.unseen
        else:
            looks.outcomes[name], looks.readings[name] = reading.outcome, reading
            looks.expanded = looks.expanded or EXPANDED.encode("ascii") in answer.body
            if reading.trace or reading.products:
                looks.evidence[name] = _keep(name, answer, session)


def _keep(name: str, answer: HttpAnswer, session: Session) -> Evidence:
    head = "".join(f"{key}: {value}\r\n" for key, value in answer.headers).encode("latin-1", errors="replace")
    return session.keep(head + b"\r\n" + answer.body, "message/http", f"answer to {name}")


def _row(
    case: str, request: HttpRequest, answer: HttpAnswer | None, reading: Reading | None, otherwise: str = ""
) -> tuple[str, ...]:
    """A request and what came of it, as COLUMNS."""
    sent = dict(request.headers).get("Content-Type", "")
    head = (case, request.method, sent, str(len(request.body)))
    if answer is None or reading is None:
        return (*head, "", otherwise, "", "", "")
    kind = answer.field("content-type").partition(";")[0][:60]
    return (*head, str(answer.status), reading.outcome, reading.code, reading.error_code, kind)


def _seen(looks: Looks) -> Iterator[Seen]:
    yield Seen(ANSWERED, len(looks.readings))
    for name, outcome in looks.outcomes.items():
        yield Seen(PREFIX + name, outcome)
    # Only what was asked and stayed open leaves a set open; what was left out on purpose could show nothing.
    left_out = {Reason.NOT_CONFIGURED, Reason.NOT_EXERCISED}
    open_ = tuple(
        (name, outcome)
        for name, outcome in sorted(looks.outcomes.items())
        if isinstance(outcome, Unseen) and outcome.reason not in left_out
    )
    evidence = tuple(looks.evidence.values())
    traces = {name: reading.trace for name, reading in looks.readings.items() if reading.trace}
    said = ", ".join(f"{name}: {kind}" for name, kind in sorted(traces.items()))
    yield Seen(PREFIX + "stack_traces", tuple(sorted(traces)), said, evidence, open_)
    products = {product for reading in looks.readings.values() for product in reading.products}
    yield Seen(PREFIX + "product_versions", tuple(sorted(products)), "", evidence, open_)
    codes = {reading.code for reading in looks.readings.values() if reading.code}
    yield Seen(PREFIX + "fault_codes", tuple(sorted(codes)), undecided=open_)
    entity = looks.outcomes["internal_entity"]
    yield Seen(PREFIX + "entity_expanded", entity if isinstance(entity, Unseen) else looks.expanded)
    external = looks.outcomes["external_dtd"]
    # A canary that was touched was touched, whatever came back.
    open_canary = isinstance(external, Unseen) and looks.touched is not True
    yield Seen(PREFIX + "canary_touched", external if open_canary else looks.touched)


OUTCOMES = "fault, error_status, redirect, success, or closed."
MEANINGS = {
    "malformed": "XML that is not well-formed",
    "unknown_operation": "an operation that does not exist",
    "other_namespace": "an operation in a namespace that is not its own",
    "soap_1_2": "a SOAP 1.2 message",
    "oversized": "a message of 64 KiB more than 2 MiB",
    "unsigned": "a delivery to a test person without its signatures",
    "get": "a GET of the service's own path",
    "other_content_type": "a SOAP message called application/json",
    "internal_entity": "a message with a DTD and an entity in it",
    "external_dtd": "a message with an external DTD at our own canary",
}
FACTS = (
    Fact(SENT, FactType.NUMBER, "How many requests were answered or given up, controls included."),
    Fact(REQUESTS, FactType.TABLE, "Every request that was sent, in order, and what came of it."),
    Fact(ANSWERED, FactType.NUMBER, "How many odd requests were answered, be it by hanging up."),
    *(Fact(PREFIX + name, FactType.TEXT, f"What answered {meaning}: {OUTCOMES}") for name, meaning in MEANINGS.items()),
    Fact(PREFIX + "stack_traces", FactType.SET, "The cases whose answer shows a stack trace.", of=ANSWERED),
    Fact(PREFIX + "product_versions", FactType.SET, "Products with their version in the answers.", of=ANSWERED),
    Fact(PREFIX + "fault_codes", FactType.SET, "The fault codes in the answers, without prefix.", of=ANSWERED),
    Fact(PREFIX + "entity_expanded", FactType.FLAG, "Whether an answer shows what the internal entity stands for."),
    Fact(PREFIX + "canary_touched", FactType.FLAG, "Whether the external DTD was fetched from our canary."),
)

PROBE = Probe(TargetKind.ENDPOINT, FACTS, observe, Effect.SENDS)
