"""The built-in defects of what the profile says of a node: who is responsible, and where it stands."""

from __future__ import annotations

from readiness.demo.defect import Change, Defect
from readiness.demo.plan import KOMMUN, MEDIATOR, Plan
from readiness.model import Words

NODE = "integration"


def _responsible(name: str, *parties: str) -> Change:
    def change(plan: Plan) -> None:
        plan.nodes[NODE].responsible[name] = parties

    return change


def _in_country(country: str) -> Change:
    def change(plan: Plan) -> None:
        plan.nodes["formedlare"].country = country

    return change


_NAMES = {
    "riktighet": ("riktigheten", "integrity", ("MM-RESP-01",)),
    "konfidentialitet": ("konfidentialiteten", "confidentiality", ("MM-RESP-02",)),
    "tillganglighet": ("tillgängligheten", "availability", ("MM-RESP-03",)),
    "sparbarhet": ("spårbarheten", "traceability", ("MM-RESP-04",)),
}

DEFECTS = (
    *(
        Defect(
            f"nobody-responsible-{en}",
            Words(f"Ingen ansvarar för {sv} i integrationen", f"Nobody answers for {en} in the integration"),
            _responsible(name),
            flips,
        )
        for name, (sv, en, flips) in _NAMES.items()
    ),
    *(
        Defect(
            f"two-responsible-{en}",
            Words(f"Två parter ansvarar för {sv} i integrationen", f"Two parties answer for {en} in the integration"),
            _responsible(name, KOMMUN, MEDIATOR),
            flips,
        )
        for name, (sv, en, flips) in _NAMES.items()
    ),
    Defect(
        "outside-eu",
        Words("Förmedlaren står utanför EU och EES", "The mediator stands outside the EU and the EEA"),
        _in_country("US"),
        ("MM-RESP-05",),
    ),
)
