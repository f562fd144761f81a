"""Who answers for a node, as the profile declares it: how many parties for each of the four properties?

The properties are those of the risk analysis: riktighet, konfidentialitet, tillgänglighet, spårbarhet. Left out:
whether one, none or several is as it should be.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from readiness.chain import PROPERTIES
from readiness.model import Fact, FactType, Reason, Strength, Target, TargetKind, Unseen, Value
from readiness.probe import Probe, Seen, Session

READ = "node.declarations_read"
NUMBERS = dict(zip(PROPERTIES, ("integrity", "confidentiality", "availability", "traceability"), strict=True))

FACTS = (
    Fact(READ, FactType.NUMBER, "How many declarations of this node were read: one."),
    *(
        Fact(f"node.{name}_parties", FactType.NUMBER, f"How many different parties answer for its {name}.", READ)
        for name in NUMBERS.values()
    ),
    Fact("node.country", FactType.TEXT, "The country the node stands in, two letters (ISO 3166-1)."),
    Fact("node.personal_data", FactType.FLAG, "Whether personal data is processed on the node."),
)


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """One Seen for each promised fact; nothing is asked of anyone."""
    for name, value in read_node(target).items():
        yield Seen(name, value, _who(target, name))


def read_node(target: Target) -> dict[str, Value | Unseen]:
    """The facts in what a node's target declares."""
    facts: dict[str, Value | Unseen] = {READ: 1}
    for declared, name in NUMBERS.items():
        parties = target.says(declared)
        said = isinstance(parties, tuple)
        facts[f"node.{name}_parties"] = len(set(parties)) if said else _not_said(declared)  # type: ignore[arg-type]
    country, personal_data = target.says("country"), target.says("personal_data")
    facts["node.country"] = country if isinstance(country, str) and country else _not_said("country")
    facts["node.personal_data"] = personal_data if isinstance(personal_data, bool) else _not_said("personal_data")
    return facts


def _who(target: Target, name: str) -> str:
    """The parties behind a number, for whoever mends it."""
    declared = {f"node.{number}_parties": key for key, number in NUMBERS.items()}.get(name, "")
    parties = target.says(declared)
    return ", ".join(sorted(set(parties))) if isinstance(parties, tuple) else ""


def _not_said(key: str) -> Unseen:
    return Unseen(Reason.NOT_CONFIGURED, f"the profile does not say {key} of this node")


PROBE = Probe(TargetKind.NODE, FACTS, observe, strength=Strength.FILE)
