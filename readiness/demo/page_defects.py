"""The built-in defects of the pages that the example kommun shows the public."""

from __future__ import annotations

from readiness.demo.defect import Change, Defect
from readiness.demo.pages import STATEMENT
from readiness.demo.plan import Plan
from readiness.model import Words


def _page(id_: str, **values: str | int | bool) -> Change:
    """A change of fields of one page."""

    def change(plan: Plan) -> None:
        for name, value in values.items():
            setattr(plan.pages[id_], name, value)

    return change


def _words(id_: str, old: str, new: str) -> Change:
    """Other words on one page."""

    def change(plan: Plan) -> None:
        page = plan.pages[id_]
        if old not in page.body:
            raise AssertionError(f"{id_} does not say {old!r}")
        page.body = page.body.replace(old, new)

    return change


def _defect(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    return Defect(f"page-{name}", Words(sv, en), change, flips)


DEFECTS = (
    _defect(
        "gone",
        "Hjälpsidan om digital post finns inte",
        "There is no help page about digital post",
        _page("hjalpsida", status=404),
        *("MM-PAGE-01", "MM-PAGE-02", "MM-PAGE-06"),
    ),
    _defect(
        "without-paper",
        "Hjälpsidan säger inget om brev på papper",
        "The help page says nothing of letters on paper",
        _words("hjalpsida", "på papper", "på annat sätt"),
        "MM-PAGE-01",
    ),
    _defect(
        "elsewhere",
        "Hjälpsidan ligger inte på kommunens domän",
        "The help page is not on the kommun's domain",
        _page("hjalpsida", host="digitalpost.exempelsystem.example"),
        "MM-PAGE-01",
    ),
    _defect(
        "without-statement",
        "Tillgänglighetsredogörelsen är inte länkad",
        "The accessibility statement is not linked",
        _words("hjalpsida", STATEMENT, ""),
        "MM-PAGE-02",
    ),
    _defect(
        "without-providers",
        "Sidan om kanaler nämner inga privata utförare",
        "The page about channels mentions no private providers",
        _words("kanalsida", "privata utförare, till exempel friskolor,", "dem som kommunen anlitar"),
        "MM-PAGE-03",
    ),
    _defect(
        "without-help",
        "Sidan om brev på papper erbjuder ingen hjälp",
        "The page about letters on paper offers no help",
        _words("papperssida", "får du hjälp att", "kan du"),
        "MM-PAGE-04",
    ),
    _defect(
        "confirmation-not-logged",
        "Bekräftelselänken fungerar, men bekräftelsen loggas inte",
        "The confirmation link works, but the confirmation is not logged",
        _page("bekraftelse", logs=False),
        "MM-PAGE-05",
    ),
    _defect(
        "without-alternative",
        "En bild på hjälpsidan saknar alternativtext",
        "An image of the help page has no alternative",
        _words("hjalpsida", ' alt="En mobil med ett brev"', ""),
        "MM-PAGE-06",
    ),
    _defect(
        "without-language",
        "Hjälpsidan anger inte sitt språk",
        "The help page does not say its language",
        _page("hjalpsida", language=""),
        "MM-PAGE-06",
    ),
)
