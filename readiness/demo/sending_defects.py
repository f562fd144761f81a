"""The built-in defects of the sending system: whom it asks, how it signs, and how it speaks TLS.

Each is a fault that clients have been seen with (C section 12), or one that a rule asks about; how it is done stands in
`sending`. Left out: what is wrong in the letters (`letter_defects`), and what shows only when a fault is answered.
"""

from __future__ import annotations

from readiness.demo.defect import Change, Defect
from readiness.demo.plan import DAY, KOMMUN, VENDOR, CertificatePlan, Plan
from readiness.model import Words

PREFIX = "send-"
REGISTER = 1001
"""One more than a look-up may ask about (C section 3.1)."""


def sends(quirk: str, sv: str, en: str, *flips: str, scenarios: tuple[str, ...] = ()) -> Defect:
    """The sending system does something by that name of `sending`."""

    def apply(plan: Plan) -> None:
        plan.sending.quirks += (quirk,)
        if quirk == "asks-about-everybody":
            plan.sending.register = REGISTER

    return Defect(PREFIX + quirk, Words(sv, en), apply, flips, scenarios)


def _holds(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    """The sending system uses another certificate."""
    return Defect(PREFIX + name, Words(sv, en), change, flips)


def _use(role: str, certificate: CertificatePlan) -> Change:
    """That certificate in a role of the sending system; the profile does not name it."""

    def apply(plan: Plan) -> None:
        plan.certificates[f"annat-{role}"] = certificate
        setattr(plan.sending, role, f"annat-{role}")

    return apply


def _from_nowhere(plan: Plan) -> None:
    plan.certificates["okand"] = CertificatePlan("Okänd rot CA", issuer="okand", ends=1500 * DAY, authority=True)
    _use("signing", CertificatePlan("Exempelby kommun signering", KOMMUN, issuer="okand", key="rsa-2048"))(plan)


ANOTHER = CertificatePlan("Exempelsystem", VENDOR, key="rsa-2048", extended_key_usage=("clientAuth",))
SEALS = CertificatePlan("Exempelsystem försegling", VENDOR, key="rsa-2048")
EXPIRED = CertificatePlan("Exempelby kommun signering", KOMMUN, key="rsa-2048", starts=-590 * DAY, ends=-DAY)

LOOK_UPS = (
    sends(
        "far-ten-digits",
        "FaR tillfrågas med organisationsnumret utan 16 framför",
        "FaR is asked with the organisation number without 16 before it",
        "MM-DELIV-23",
        "MM-DELIV-24",
    ),
    sends(
        "asks-about-everybody",
        "FaR tillfrågas om 1001 mottagare på en gång",
        "FaR is asked about 1001 recipients at once",
        "MM-DELIV-23",
        "MM-DELIV-25",
    ),
    sends(
        "asks-in-version-2",
        "FaR tillfrågas också enligt version 2 av kontraktet",
        "FaR is also asked by version 2 of the contract",
        "MM-DELIV-23",
        "MM-DELIV-43",
    ),
    sends(
        "no-soap-action",
        "Anropen saknar SOAPAction",
        "The calls have no SOAPAction",
        "MM-DELIV-26",
    ),
    sends(
        "media-type",
        "Anropen har medietypen application/xml",
        "The calls have the media type application/xml",
        "MM-DELIV-26",
    ),
    sends(
        "delivers-by-memory",
        "En försändelse skickas till en sparad adress, utan fråga till FaR",
        "A consignment goes to a remembered address, without a question to FaR",
        "MM-DELIV-38",
    ),
)

SIGNATURES = (
    sends("sha-1", "Signatur och försegling använder SHA-1", "Signature and seal use SHA-1", "MM-DELIV-20"),
    sends(
        "signed-on-the-wire",
        "Signatur och försegling är gjorda med prefix, på det som sänds",
        "Signature and seal were made with prefixes, on what is sent",
        "MM-DELIV-18",
        "MM-DELIV-19",
    ),
    sends(
        "pretty-printed",
        "Försändelsen dras in efter signeringen",
        "The consignment is indented after signing",
        "MM-DELIV-16",
        "MM-DELIV-17",
    ),
    sends(
        "first-certificate",
        "Förseglingens första certifikat är någon annans",
        "The seal's first certificate is somebody else's",
        "MM-DELIV-02",
        "MM-DELIV-03",
    ),
    _holds(
        "sealed-by-another",
        "En annan än förmedlaren förseglar",
        "Another than the mediator seals",
        _use("sealing", SEALS),
        "MM-DELIV-02",
    ),
    _holds(
        "signed-with-an-expired-certificate",
        "Signaturens certifikat har gått ut",
        "The signature's certificate has expired",
        _use("signing", EXPIRED),
        "MM-DELIV-21",
        "MM-DELIV-22",
    ),
    _holds(
        "signed-under-an-unknown-ca",
        "Signaturens certifikat leder inte till en betrodd rot",
        "The signature's certificate leads to no trusted root",
        _from_nowhere,
        "MM-DELIV-21",
    ),
)

TRANSPORT = (
    sends(
        "offers-tls-1.0",
        "Det sändande systemet erbjuder TLS 1.0 och 1.1",
        "The sending system offers TLS 1.0 and 1.1",
        "MM-TLS-11",
    ),
    sends(
        "offers-no-tls-1.3",
        "Det sändande systemet erbjuder inte TLS 1.3",
        "The sending system does not offer TLS 1.3",
        "MM-TLS-11",  # unseen: such a hello does not say how old a version it would take
        "MM-TLS-12",
    ),
    sends(
        "knocks-in-tls-1.1",
        "En hälsokontroll kan inget nyare än TLS 1.1",
        "A health check speaks nothing newer than TLS 1.1",
        "MM-TLS-10",
        "MM-TLS-11",
        "MM-TLS-12",
    ),
    sends("knocks-with-3des", "En hälsokontroll erbjuder 3DES", "A health check offers 3DES", "MM-TLS-13"),
    sends(
        "knocks-with-compression",
        "En hälsokontroll erbjuder TLS-komprimering",
        "A health check offers TLS compression",
        "MM-TLS-14",
    ),
    sends(
        "knocks-without-certificate",
        "En hälsokontroll visar inget klientcertifikat",
        "A health check presents no client certificate",
        "MM-CERT-27",
    ),
    _holds(
        "another-client-certificate",
        "Ett annat klientcertifikat än det deklarerade visas",
        "Another client certificate than the declared one is presented",
        _use("client", ANOTHER),
        "MM-CERT-27",
    ),
)

DEFECTS = (*LOOK_UPS, *SIGNATURES, *TRANSPORT)
