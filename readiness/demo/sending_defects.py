"""The built-in defects of the sending system: what it sends, whom it asks, how it signs, and how it speaks TLS.

Each is a fault that clients have been seen with (C section 12), or one that a rule asks about; how it is done stands in
`sending`. Left out: what shows only when somebody answers with a fault.
"""

from __future__ import annotations

from readiness.demo.defect import Change, Defect
from readiness.demo.plan import DAY, KOMMUN, VENDOR, CertificatePlan, Plan
from readiness.model import Words

PREFIX = "send-"
REGISTER = 1001
"""One more than a look-up may ask about (C section 3.1)."""


def _sends(quirk: str, sv: str, en: str, *flips: str) -> Defect:
    """The sending system does something by that name of `sending`."""

    def apply(plan: Plan) -> None:
        plan.sending.quirks += (quirk,)
        if quirk == "asks-about-everybody":
            plan.sending.register = REGISTER

    return Defect(PREFIX + quirk, Words(sv, en), apply, flips)


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
    _sends(
        "far-ten-digits",
        "FaR tillfrågas med organisationsnumret utan 16 framför",
        "FaR is asked with the organisation number without 16 before it",
        "MM-DELIV-23",
        "MM-DELIV-24",
    ),
    _sends(
        "asks-about-everybody",
        "FaR tillfrågas om 1001 mottagare på en gång",
        "FaR is asked about 1001 recipients at once",
        "MM-DELIV-23",
        "MM-DELIV-25",
    ),
    _sends(
        "asks-in-version-2",
        "FaR tillfrågas också enligt version 2 av kontraktet",
        "FaR is also asked by version 2 of the contract",
        "MM-DELIV-23",
        "MM-DELIV-43",
    ),
    _sends(
        "no-soap-action",
        "Anropen saknar SOAPAction",
        "The calls have no SOAPAction",
        "MM-DELIV-26",
    ),
    _sends(
        "media-type",
        "Anropen har medietypen application/xml",
        "The calls have the media type application/xml",
        "MM-DELIV-26",
    ),
    _sends(
        "delivers-by-memory",
        "En försändelse skickas till en sparad adress, utan fråga till FaR",
        "A consignment goes to a remembered address, without a question to FaR",
        "MM-DELIV-38",
    ),
)

CONTENTS = (
    _sends("encoded-twice", "Innehållet är base64-kodat två gånger", "The content is base64 twice", "MM-DELIV-32"),
    _sends("checksum-sha-1", "Kontrollsumman är SHA-1 i stället för MD5", "The checksum is SHA-1, not MD5", "MM-DELIV-31"),
    _sends("attachment-type", "Bilagans typ finns inte i kontraktet", "The attachment's type is none of the contract's", "MM-DELIV-30"),
    _sends("body-type", "Meddelandetexten är av typen text/xml", "The body is of type text/xml", "MM-DELIV-29"),
    _sends("body-empty", "En meddelandetext är tom", "A body is empty", "MM-DELIV-33"),
    _sends("body-latin-1", "Meddelandetexten är kodad i Latin-1", "The body is encoded in Latin-1", "MM-DELIV-34"),
    _sends("external-image", "HTML-texten hämtar en bild utifrån", "The HTML body loads an image from outside", "MM-DELIV-40"),
    _sends("script", "HTML-texten innehåller skript", "The HTML body holds script", "MM-DELIV-41"),
    _sends("link-without-https", "Länkarna saknar https", "The links do not use https", "MM-DOC-02"),
    _sends("over-2-mb", "Ett meddelande är större än 2 MB", "A message is larger than 2 MB", "MM-DELIV-27", "MM-DELIV-28"),
    _sends(
        "over-2-mb-in-base64",
        "Ett meddelande är större än 2 MB räknat i base64",
        "A message is larger than 2 MB counted in base64",
        "MM-DELIV-28",
    ),
)  # fmt: skip

HEADERS = (
    _sends("message-id-repeated", "Alla meddelanden har samma id", "All messages have the same id", "MM-DELIV-36"),
    _sends("message-id-personal", "Mottagarens nummer är meddelandets id", "The recipient's number is the message's id", "MM-DELIV-35"),
    _sends("language", "Språket är skrivet sv_SE", "The language is written sv_SE", "MM-SOAP-01"),
    _sends("support-email-empty", "E-postadressen till stöd är ett tomt element", "The support e-mail is an empty element", "MM-SOAP-01"),
    _sends("two-recipients", "En försändelse har två mottagare", "A consignment has two recipients", "MM-DELIV-13", "MM-SOAP-01"),
    _sends("delivers-in-version-2", "En försändelse följer version 2 av kontraktet", "A consignment follows version 2 of the contract", "MM-DELIV-42", "MM-SOAP-01"),
    _sends("subject-empty", "En ärenderad är tom", "A subject line is empty", "MM-DELIV-37"),
    _sends("subject-personal", "Ärenderaden innehåller mottagarens nummer", "The subject line holds the recipient's number", "MM-DELIV-05"),
    _sends("subject-varies", "Ärenderaden skiljer sig inom en meddelandetyp", "The subject line differs within one message type", "MM-DOC-09"),
    _sends("sender-name-varies", "Avsändarnamnet skiljer sig mellan försändelser", "The sender name differs between consignments", "MM-DOC-01"),
)  # fmt: skip

SIGNATURES = (
    _sends("sha-1", "Signatur och försegling använder SHA-1", "Signature and seal use SHA-1", "MM-DELIV-20"),
    _sends(
        "signed-on-the-wire",
        "Signatur och försegling är gjorda med prefix, på det som sänds",
        "Signature and seal were made with prefixes, on what is sent",
        "MM-DELIV-18",
        "MM-DELIV-19",
    ),
    _sends(
        "pretty-printed",
        "Försändelsen dras in efter signeringen",
        "The consignment is indented after signing",
        "MM-DELIV-16",
        "MM-DELIV-17",
    ),
    _sends(
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
    _sends(
        "offers-tls-1.0",
        "Det sändande systemet erbjuder TLS 1.0 och 1.1",
        "The sending system offers TLS 1.0 and 1.1",
        "MM-TLS-11",
    ),
    _sends(
        "offers-no-tls-1.3",
        "Det sändande systemet erbjuder inte TLS 1.3",
        "The sending system does not offer TLS 1.3",
        "MM-TLS-12",
    ),
    _sends(
        "knocks-in-tls-1.1",
        "En hälsokontroll kan inget nyare än TLS 1.1",
        "A health check speaks nothing newer than TLS 1.1",
        "MM-TLS-10",
        "MM-TLS-11",
        "MM-TLS-12",
    ),
    _sends("knocks-with-3des", "En hälsokontroll erbjuder 3DES", "A health check offers 3DES", "MM-TLS-13"),
    _sends(
        "knocks-with-compression",
        "En hälsokontroll erbjuder TLS-komprimering",
        "A health check offers TLS compression",
        "MM-TLS-14",
    ),
    _sends(
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

DEFECTS = (*LOOK_UPS, *CONTENTS, *HEADERS, *SIGNATURES, *TRANSPORT)
