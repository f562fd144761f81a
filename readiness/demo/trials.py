"""Which trials have the example kommun and its supplier made, as they wrote them down?"""

from __future__ import annotations

from readiness.demo.register_plan import RegisterPlan
from readiness.register_purposes import STEPS

TRIAL_PERMIT = "Medgivande SN 2026/77"


def of_trials(vendor: str) -> dict[str, RegisterPlan]:
    """The lists of trials, and of what is looked after, by id."""
    return {
        "helkedjetest": RegisterPlan(
            "end_to_end_tests",
            [
                {"message": "Prov 7", "step": step, "at": 20, "reference": f"HK-7-{number}"}
                for number, step in enumerate(STEPS, 1)
            ],
            days=("at",),
        ),
        "omkoppling": RegisterPlan(
            "switch_tests", [{"on": 150, "consignments": 40, "printed": 40, "minutes": 25}], days=("on",)
        ),
        "felaktiga-handlingar": RegisterPlan(
            "refused_input_tests",
            [
                {"case": case, "on": 30, "status": "Avvisad, handläggaren larmad", "lost": 0, "doubled": 0}
                for case in ("too_large", "wrong_type", "broken_signature")
            ],
            words={"case": {"too_large": "för stor", "wrong_type": "fel typ", "broken_signature": "fel signatur"}},
            days=("on",),
        ),
        "larmprov": RegisterPlan("alarm_tests", [{"on": 30, "minutes": 12}], {"minutes": "Minuter"}, days=("on",)),
        "separationsprov": RegisterPlan(
            "separation_tests",
            [
                {"on": 100, "permit": TRIAL_PERMIT, "asked_as": "kund 1", "asked_for": "kund 2",
                 "refused": "yes", "logged": "yes"}
            ],
            days=("on",),
            party=vendor,
        ),
        "granskade-prov": RegisterPlan(
            "template_samples",
            [
                {"sample": f"Prov {number}", "message_type": "Kallelse", "template": "K-3",
                 "follows": "no" if number == 1 else "yes"}
                for number in range(1, 21)
            ],
            words={"follows": {"yes": "ja", "no": "nej"}},
        ),
    }  # fmt: skip
