"""The built-in defects of the logs: what they lose, what nobody can follow in them, and what they leak.

Each is a fault that clients have been seen with (C section 12), or one that a rule asks about; how it is done stands in
`sending.log_quirks` and `sending.log_leaks`. Most show in any letter; what concerns errors shows in
SCENARIOS, and where more are performed. Left out: what is wrong in what is sent.
"""

from __future__ import annotations

from collections.abc import Callable

from readiness.demo.defect import Defect
from readiness.demo.plan import LogPlan, Plan
from readiness.model import Words

SCENARIOS = (
    "sane",
    "silent",
    "fault-application",
    "fault-technical",
    "http-503",
    "far-application-fault",
    "tls-client-refused",
)


REFUSED = ("tls-client-refused",)
"""Enough for a defect that leaves the other errors as they are."""


def _kept(name: str, sv: str, en: str, change: Callable[[LogPlan], None], *flips: str) -> Defect:
    """A change of the rotated files of the mediator's log."""
    return Defect(name, Words(sv, en), lambda plan: change(plan.logs["formedlingslogg"]), flips)


def _weeks(weeks: dict[int, int]) -> Callable[[LogPlan], None]:
    return lambda log: setattr(log, "weeks", weeks)


def _logs(name: str, sv: str, en: str, *flips: str, shown_in: tuple[str, ...] = ()) -> Defect:
    """A quirk of what the processes log."""

    def apply(plan: Plan) -> None:
        plan.sending.quirks += (name,)

    return Defect(name, Words(sv, en), apply, flips, shown_in)


ERRORS = (
    _logs(
        "log-fault-text-only",
        "Av ett fel loggas bara texten: felkod och CallId går förlorade",
        "Of a fault only the text is logged: error code and CallId are lost",
        "MM-LOG-25",
        "MM-LOG-26",
        shown_in=SCENARIOS,
    ),
    _logs(
        "log-without-cause",
        "Ett fel loggas utan sin orsak",
        "An error is logged without its cause",
        "MM-LOG-28",
        "MM-LOG-29",  # nor does it then say that the certificate was refused
        shown_in=SCENARIOS,
    ),
    _logs(
        "log-no-exceptions",
        "Förmedlaren loggar inga fel",
        "The mediator logs no errors",
        "MM-LOG-08",  # what failed is in the kommun's logs alone
        "MM-LOG-20",
        "MM-LOG-25",
        "MM-LOG-26",
        "MM-LOG-27",
        "MM-LOG-29",
        shown_in=SCENARIOS,
    ),
    _logs(
        "log-no-refused-certificate",
        "Att klientcertifikatet avvisas loggas inte",
        "That the client certificate is refused is not logged",
        "MM-LOG-29",
        shown_in=REFUSED,
    ),
)

TRACES = (
    _logs(
        "log-nothing",
        "Integrationen loggar ingenting",
        "The integration logs nothing",
        "MM-LOG-01",
        "MM-LOG-02",
        "MM-LOG-03",
        "MM-LOG-20",
        "MM-LOG-23",
    ),
    _logs(
        "log-without-ids",
        "Förmedlaren loggar utan några id:n",
        "The mediator logs without any ids",
        "MM-LOG-01",
        "MM-LOG-02",
        "MM-LOG-08",
        "MM-LOG-20",
        "MM-LOG-21",
        "MM-LOG-22",
        "MM-LOG-25",
        "MM-LOG-26",
        "MM-LOG-27",
        "MM-LOG-36",  # there is none to take a sample of
        shown_in=SCENARIOS,
    ),
    _logs(
        "log-without-correlation",
        "Loggposterna saknar korrelations-id",
        "The log records have no correlation id",
        "MM-LOG-02",
        "MM-LOG-08",  # these are left open: there is none to take a sample of
        "MM-LOG-36",
    ),
    _logs(
        "log-no-signing",
        "Att en försändelse signeras loggas inte",
        "That a consignment is signed is not logged",
        "MM-LOG-20",
    ),
)

TIMES = (
    _logs(
        "log-local-time",
        "Loggarna har lokal tid utan zon",
        "The logs have local time without a zone",
        "MM-LOG-03",
        "MM-LOG-08",  # these are left open: such a time is no moment
        "MM-LOG-36",
        "MM-LOG-37",
        "MM-LOG-38",
        "MM-LOG-21",
        "MM-LOG-22",
        "MM-LOG-29",
        shown_in=REFUSED,
    ),
    _logs(
        "log-whole-minutes",
        "Loggarnas tider är angivna i hela minuter",
        "The times of the logs are in whole minutes",
        "MM-LOG-22",
        "MM-LOG-23",
    ),
    _logs(
        "log-mediator-behind",
        "Förmedlarens klocka går två minuter efter de andras",
        "The mediator's clock is two minutes behind the others",
        "MM-LOG-21",
        "MM-LOG-22",
        "MM-LOG-37",
        "MM-LOG-38",
    ),
    _logs(
        "log-clock-behind",
        "Loggarnas klockor går två minuter efter",
        "The clocks of the logs are two minutes behind",
        "MM-LOG-21",
        "MM-LOG-22",
        "MM-LOG-29",  # the refusal is not found at its time
        shown_in=REFUSED,
    ),
)

CUSTODY = (
    _logs("log-no-chain", "Loggarna har ingen hashkedja", "The logs have no hash chain", "MM-LOG-05"),
    _logs("log-altered", "En rad i varje logg har ändrats", "A line of each log was altered", "MM-LOG-05"),
    _kept(
        "log-kept-too-short",
        "Förmedlarens logg når två veckor tillbaka",
        "The mediator's log reaches back two weeks",
        _weeks({1: 1, 2: 2}),
        "MM-LOG-06",
    ),
    _kept(
        "log-kept-too-long",
        "Förmedlarens logg når tolv veckor tillbaka",
        "The mediator's log reaches back twelve weeks",
        _weeks({number: 2 * number for number in range(1, 7)}),
        "MM-LOG-06",
    ),
    _kept(
        "log-rotation-gap",
        "En fil saknas bland förmedlarens äldre loggar",
        "A file is lacking among the mediator's older logs",
        _weeks({number: number for number in (1, 2, 4, 5, 6)}),
        "MM-LOG-31",
    ),
    _kept(
        "log-readable",
        "Vem som helst på datorn kan läsa förmedlarens äldre loggar",
        "Anybody on the machine can read the mediator's older logs",
        lambda log: setattr(log, "mode", 0o644),
        "MM-LOG-30",
    ),
    _kept(
        "log-writable",
        "Vem som helst på datorn kan skriva i förmedlarens äldre loggar",
        "Anybody on the machine can write to the mediator's older logs",
        lambda log: setattr(log, "mode", 0o622),
        "MM-LOG-32",
        "MM-LOG-33",
    ),
)

DELIVERIES = (
    _kept(
        "log-delivered-late",
        "Förmedlarens logg levererades en månad efter beställningen",
        "The mediator's log was delivered a month after the order",
        lambda log: setattr(log, "ordered", 30),
        "MM-LOG-07",
    ),
    _kept(
        "log-unlisted-file",
        "En fil i den levererade loggen saknas i hashlistan",
        "A file of the delivered log is not in its list of hashes",
        lambda log: setattr(log, "unlisted", 1),
        "MM-LOG-07",
    ),
    _kept(
        "log-of-another-customer",
        "Den levererade loggen har försändelser som kommunens loggar inte visar",
        "The delivered log has consignments that the kommun's own logs do not show",
        lambda log: setattr(log, "foreign", True),
        "MM-LOG-36",
    ),
)

LEAKS = (
    _logs(
        "log-clear-number",
        "Förmedlaren loggar mottagarens personnummer i klartext",
        "The mediator logs the recipient's identity number in clear text",
        "MM-LOG-04",
    ),
    _logs(
        "log-recoded-number",
        "Förmedlaren loggar mottagarens personnummer i base64",
        "The mediator logs the recipient's identity number in base64",
        "MM-LOG-10",
    ),
    _logs(
        "log-other-number",
        "Ett personnummer som inte är en testpersons står i loggen",
        "An identity number that is no test person's stands in the log",
        "MM-LOG-11",
    ),
    _logs("log-private-key", "En privat nyckel står i loggen", "A private key stands in the log", "MM-LOG-12"),
    _logs("log-token", "Ett åtkomsttoken står i loggen", "An access token stands in the log", "MM-LOG-13"),
    _logs("log-password", "Ett lösenord står i loggen", "A password stands in the log", "MM-LOG-14"),
    _logs("log-message", "En bilaga står i loggen", "An attachment stands in the log", "MM-LOG-15"),
)

DEFECTS = (*ERRORS, *TRACES, *TIMES, *CUSTODY, *DELIVERIES, *LEAKS)
