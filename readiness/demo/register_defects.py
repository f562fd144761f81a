"""The built-in defects of the lists that the example kommun and its supplier hand over."""

from __future__ import annotations

from readiness.demo.defect import Change, Defect
from readiness.demo.plan import Plan
from readiness.model import Words


def _row(register: str, place: int, **values: str | int) -> Change:
    """A change of cells in one row of a list."""
    return _rows(register, (place,), **values)


def _rows(register: str, places: tuple[int, ...], **values: str | int) -> Change:
    """The same change in several rows."""

    def change(plan: Plan) -> None:
        for place in places:
            plan.registers[register].rows[place].update(values)

    return change


def _more(register: str, **values: str | int) -> Change:
    """A row more in a list."""

    def change(plan: Plan) -> None:
        plan.registers[register].rows.append(dict(values))

    return change


def _less(register: str, place: int) -> Change:
    """A row less in a list."""

    def change(plan: Plan) -> None:
        del plan.registers[register].rows[place]

    return change


def _defect(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    return Defect(f"register-{name}", Words(sv, en), change, flips)


DEFECTS = (
    _defect(
        "unknown-host",
        "En värd i inventeringen finns inte i den uppgivna kedjan",
        "A host of the inventory is not in the declared chain",
        _more("inventering", host="glomd.exempelby.example", outside=""),
        "MM-REG-01",
    ),
    _defect(
        "requirement-without-material",
        "Ett krav har inget underlag",
        "A requirement has no supporting material",
        _row("krav", 1, material=""),
        "MM-REG-02",
    ),
    _defect(
        "provider-without-category",
        "En privat utförare har ingen rättslig kategori",
        "A private provider has no legal category",
        _row("utforare", 2, category=""),
        "MM-REG-03",
    ),
    _defect(
        "provider-number",
        "En privat utförares organisationsnummer är felskrivet, och går inte att slå upp",
        "A private provider's organisation number is misspelt, and cannot be looked up",
        _row("utforare", 1, organisation_number="455000-0031"),
        "MM-SOAP-04",
    ),
    _defect(
        "classified-differently",
        "Samma informationstyp är klassad olika i två system, utan skäl",
        "The same information type is classified differently in two systems, without a reason",
        _row("klassning", 3, klassa_k=1),
        "MM-REG-04",
    ),
    _defect(
        "unclassified-type",
        "En meddelandetyp som skickas är inte klassad",
        "A message type that is sent is not classified",
        _more("utskickade-typer", message_type="Faktura för hemtjänst", sent=12),
        "MM-REG-05",
    ),
    _defect(
        "export-incomplete",
        "Exporten av utskicksloggen är inte hel",
        "The export of the dispatch log is not whole",
        _row("export", 1, exported=4179),
        "MM-REG-06",
    ),
    _defect(
        "second-mediator",
        "Det finns en andra förmedlare som inget beslut handlar om",
        "There is a second mediator that no decision speaks of",
        _more("vagar", mediator="Annan förmedling AB", certificate="annat", integration="Exempelbuss"),
        "MM-REG-07",
    ),
    _defect(
        "old-backlog",
        "Öppna ändringsbegäranden är äldre än ett halvår",
        "Open change requests are older than half a year",
        _rows("andringar", (1, 2), opened=400),
        "MM-REG-08",
    ),
    _defect(
        "new-subprocessor",
        "Ett nytt underbiträde har inte bedömts",
        "A new subprocessor was not assessed",
        _row("underbitraden", 1, assessment=""),
        "MM-REG-09",
    ),
    _defect(
        "vulnerable-component",
        "En komponent har en kritisk sårbarhet som har varit känd i 200 dagar",
        "A component has a critical vulnerability that has been known for 200 days",
        _row("komponentlista", 1, version="1.0.8"),
        "MM-REG-10",
    ),
    _defect(
        "restore-failed",
        "Det senaste återläsningsprovet av loggen misslyckades",
        "The last restore test of the log failed",
        _more("aterlasning", part="log", on=30, restored="no"),
        "MM-REG-11",
    ),
    _defect(
        "log-review-late",
        "En logguppföljning gjordes fem dagar för sent",
        "A log review was done five days late",
        _row("granskningar", 1, reviewed_on=36),
        "MM-LOG-34",
    ),
    _defect(
        "slow-letters",
        "Brev handläggs långsammare än e-tjänst",
        "Letters are processed more slowly than the e-service",
        _rows("handlaggning", (3, 4, 5), decided=40),
        "MM-REG-12",
    ),
    _defect(
        "outreach-not-done",
        "En månad utfördes nästan inga uppsökande aktiviteter",
        "In one month hardly any outreach was done",
        _row("uppsokande", 0, done=1),
        "MM-REG-13",
    ),
    _defect(
        "queue-not-emptied",
        "En okrypterad kö töms inte",
        "A queue that is not encrypted is not emptied",
        _row("koer", 1, oldest=9),
        "MM-DELIV-06",
    ),
    _defect(
        "digital-share-falls",
        "Andelen digitalt faller med mer än tio procentenheter",
        "The digital share falls by more than ten percentage points",
        _row("digital-andel", 2, digital=200),
        "MM-DELIV-08",
    ),
    _defect(
        "receipt-not-kept",
        "Ett ärende saknar kvittensens tid",
        "A case lacks the time of the receipt",
        _row("kvittenser", 4, receipt_at=""),
        "MM-DELIV-09",
    ),
    _defect(
        "paper-late",
        "Det som inte kan levereras skrivs ut efter en vecka",
        "What cannot be delivered is printed after a week",
        _rows("utskrift", (10, 11), printed_at=3),
        "MM-DELIV-10",
    ),
    _defect(
        "not-reconciled",
        "En vecka har fler skapade försändelser än det finns utfall för",
        "One week has more consignments created than outcomes",
        _row("avstamning", 2, created=101),
        "MM-DELIV-12",
    ),
    _defect(
        "telling-notification",
        "En avisering säger vad brevet handlar om",
        "A notification says what the letter is about",
        _row("aviseringar", 7, notification="Beslut om försörjningsstöd väntar i din brevlåda."),
        "MM-DELIV-14",
    ),
    _defect(
        "shared-receipt",
        "Två parter i ett beslut delar en kvittens",
        "Two parties of a decision share a receipt",
        _row("flera-parter", 1, receipt="K-41A"),
        "MM-DELIV-15",
    ),
    _defect(
        "below-agreed",
        "Förmedlaren är tillgänglig mindre än avtalat",
        "The mediator is available less than agreed",
        _row("tillganglighet", 1, measured="99,4"),
        "MM-LOG-09",
    ),
    _defect(
        "retired-version",
        "Verksamhetssystemet har en version som har avvecklats",
        "The case system has a version that was retired",
        _row("komponenter", 0, version="4.9"),
        "MM-SOAP-02",
    ),
    _defect(
        "shared-certificate",
        "Två av leverantörens kunder har samma certifikat",
        "Two customers of the supplier have the same certificate",
        _row("kunder", 3, fingerprint="01" * 32),
        "MM-CERT-24",
    ),
    _defect(
        "never-read",
        "Helkedjetestet slutar med kvittensen: ingen läste brevet",
        "The end-to-end test ends with the receipt: nobody read the letter",
        _less("helkedjetest", 3),
        "MM-DELIV-44",
    ),
    _defect(
        "switch-loses",
        "Vid omkopplingsprovet skrevs inte allt ut",
        "In the switch-over test not everything was printed",
        _row("omkoppling", 0, printed=39),
        "MM-FAULT-24",
    ),
    _defect(
        "refused-input-lost",
        "En för stor bilaga gick förlorad i provet",
        "An attachment that was too large was lost in the test",
        _row("felaktiga-handlingar", 0, lost=1),
        "MM-FAULT-31",
    ),
    _defect(
        "late-alarm",
        "Larmet kom efter två timmar",
        "The alarm came after two hours",
        _row("larmprov", 0, minutes=120),
        "MM-FAULT-19",
    ),
    _defect(
        "customers-not-apart",
        "En kund fick ut en annan kunds meddelande",
        "A customer was given the message of another",
        _row("separationsprov", 0, refused="no"),
        "MM-SOAP-03",
    ),
    _defect(
        "separation-not-permitted",
        "Separationsprovet gjordes efter att medgivandet hade gått ut",
        "The separation trial was made after its permit had ended",
        _row("separationsprov", 0, on=70),
        "MM-SOAP-03",
    ),
    _defect(
        "second-template",
        "En meddelandetyp skickas med två mallar",
        "One message type is sent with two templates",
        _row("granskade-prov", 4, template="K-2"),
        "MM-DOC-10",
    ),
)
