"""The built-in defects of the trials that the example kommun has had made: of a second system, and of its supplier's
customers."""

from __future__ import annotations

from readiness.demo.defect import Change, Defect, change_certificate
from readiness.demo.plan import Plan
from readiness.model import Words


def _second(**values: object) -> Change:
    """A change of fields of the second system's run."""

    def change(plan: Plan) -> None:
        for name, value in values.items():
            setattr(plan.second, name, value)

    return change


def _tells_anyone(plan: Plan) -> None:
    plan.tells_anyone = True


DEFECTS = (
    Defect(
        "second-system-past-the-mediator",
        Words(
            "Det andra systemet skickar inte genom förmedlaren utan med ett eget certifikat",
            "The second system does not send through the mediator but with a certificate of its own",
        ),
        _second(client="klient"),
        ("MM-DELIV-07",),
    ),
    Defect(
        "tenants-told-of-each-other",
        Words(
            "Förmedlaren berättar för en kund om en annan kunds försändelse",
            "The mediator tells one customer of another's consignment",
        ),
        _tells_anyone,
        ("MM-SOAP-23",),
    ),
    Defect(
        "tenants-share-a-key",
        Words("Två av förmedlarens kunder har samma nyckel", "Two customers of the mediator have the same key"),
        change_certificate("kund-grannby", key_of="kund-exempelby"),
        ("MM-CERT-31",),
    ),
    Defect(
        "second-system-is-the-same",
        Words("Det andra systemet är det som redan används", "The second system is the one that is used already"),
        _second(product="Exempelärende"),
        ("MM-DELIV-07",),
    ),
)
