"""What has the example kommun decided and stated: who may look, what people say, what was accepted?

Tables of its profile, as TOML text. Left out: what its chain is made of (`profile_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from readiness.demo import profile_toml as toml
from readiness.demo.plan import CASE_SYSTEM, DAY, KOMMUN, MEDIATOR, Plan, StatementPlan
from readiness.demo.trials import TRIAL_PERMIT

MONTH = 30 * DAY
WRITERS = {
    "systemagare": "Systemägaren",
    "informationsagare": "Informationsägaren",
    "forvaltningschef": "Förvaltningschefen",
    "ciso": "Informationssäkerhetssamordnaren",
    "it_chef": "It-chefen",
    "leverantor": "Leverantörens behöriga företrädare",
    "avtalsansvarig": "Avtalsansvarig",
    "arkivansvarig": "Arkivansvarig",
    "kommunikationschef": "Kommunikationschefen",
    "dataskyddsombud": "Dataskyddsombudet",
}


def time_source(number: int) -> str:
    """The name that a time source has among the addresses."""
    return f"tidskalla-{number}"


def permits(plan: Plan, addresses: Mapping[str, str], digests: Mapping[str, str], now: datetime) -> Iterable[str]:
    """Who may look, and in which ways."""

    def permit(owner: str, *effects: str, **document: str) -> str:
        own = [addresses[id_] for id_, server in plan.servers.items() if plan.nodes[server.node].party == owner]
        if owner == KOMMUN:
            own += [addresses[time_source(number)] for number in range(1, len(plan.time_sources) + 1)]
        days = {"start": now - DAY, "end": now + MONTH}
        return toml.table(
            "permit", owner=owner, addresses=own, effects=["reads", "scans", *effects], **days, **document
        )

    yield permit(KOMMUN, "sends")
    yield permit(MEDIATOR, "sends", document="Medgivande från Exempelförmedling AB", sha256=digests["permit"])
    yield toml.table(
        "permit",
        owner=MEDIATOR,
        addresses=[addresses["formedlare"]],
        effects=["reads", "sends"],
        start=now - 120 * DAY,
        end=now - 80 * DAY,
        document=TRIAL_PERMIT,
        sha256=digests["permit"],
    )


def statement(
    check: str, said: StatementPlan, digests: Mapping[str, str], files: Mapping[str, str], now: datetime
) -> str:
    """What a person says about one check."""
    on = now - timedelta(days=said.age)
    table = toml.table(
        "statement",
        check=check,
        answer="yes",
        text=said.text,
        party=said.party,
        by=WRITERS[said.role],
        role=said.role,
        on=on,
        valid_until=on + said.months * MONTH,
    )
    if said.document:
        document = toml.inline(
            title=said.document,
            date=now - timedelta(days=said.document_age),
            sha256=digests[check],
            file=files[check],
        )
        table += f"document = {document}\n"
    return table + f"void_if = {{ versions = {{ {CASE_SYSTEM} = {toml.value(said.version)} }} }}\n"


def deviation(now: datetime) -> str:
    """What is not met and has been accepted."""
    return toml.table(
        "deviation",
        rule="MM-SCERT-14",
        target="formedlare-adress",
        reason="Nytt certifikat är beställt och byts vid förmedlarens nästa servicefönster.",
        owner="It-chefen",
        approved_by="Förvaltningschefen",
        expires=now + 2 * MONTH,
    )


def risk_levels(now: datetime) -> Iterable[str]:
    """How great the kommun itself takes risks to be."""
    comments = {
        "12": "Loggarna granskas varje månad sedan loggservern infördes.",
        "23": "Reservrutinen med utskrift är prövad.",
    }
    for risk, comment in comments.items():
        yield toml.table(
            "risk_level",
            risk=risk,
            likelihood="lag",
            consequence="hog",
            level=3,
            set_by="Riskägaren",
            set_on=now - 2 * MONTH,
            comment=comment,
        )
