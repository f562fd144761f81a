"""The built-in defects that show only when something goes wrong: what the sending system makes of it.

Each is a fault that clients have been seen with (C section 12), or one that a rule asks about; how it is done stands in
`sending`. Each names the scenarios that it shows in. Left out: what is wrong when all goes well (`sending_defects`,
`letter_defects`).
"""

from __future__ import annotations

from readiness.demo.defect import Defect
from readiness.demo.sending_defects import sends


def _shows(scenarios: str, quirk: str, sv: str, en: str, *flips: str) -> Defect:
    return sends(quirk, sv, en, *flips, scenarios=tuple(scenarios.split()))


BAD_CERTIFICATES = (
    "tls-expired tls-not-yet-valid tls-wrong-name tls-self-signed tls-unknown-ca tls-wrong-eku tls-sha1 tls-rsa-1024 "
    "tls-revoked"
)
REFUSALS = "fault-application fault-6006 http-404 http-redirect far-application-fault"
UNCERTAIN = "answer-lost http-html silent"

SERVERS = (
    _shows(
        BAD_CERTIFICATES,
        "accepts-any-certificate",
        "Vilket servercertifikat som helst godtas",
        "Any server certificate is accepted",
        "MM-TLS-30",
        "MM-TLS-31",
        "MM-TLS-32",
        "MM-TLS-33",
        "MM-TLS-34",
        "MM-TLS-35",
        "MM-TLS-36",
        "MM-TLS-37",
        "MM-TLS-39",
    ),
    _shows(
        "tls-expired tls-not-yet-valid",
        "forgives-dates",
        "Servercertifikatets giltighetstid kontrolleras inte",
        "The dates of a server's certificate are not checked",
        "MM-TLS-30",
        "MM-TLS-31",
    ),
    _shows(
        "tls-wrong-name",
        "forgives-names",
        "Servercertifikatets namn kontrolleras inte",
        "The name in a server's certificate is not checked",
        "MM-TLS-32",
    ),
    _shows(
        "tls-self-signed tls-unknown-ca",
        "forgives-issuers",
        "Servercertifikatets utfärdare kontrolleras inte",
        "The issuer of a server's certificate is not checked",
        "MM-TLS-33",
        "MM-TLS-34",
    ),
    _shows(
        "tls-wrong-eku",
        "forgives-purposes",
        "Ett klientcertifikat godtas som servercertifikat",
        "A client's certificate is accepted as a server's",
        "MM-TLS-35",
    ),
    _shows(
        "tls-sha1 tls-rsa-1024",
        "forgives-weakness",
        "Svaga nycklar och signaturer i servercertifikat godtas",
        "Weak keys and signatures in a server's certificate are accepted",
        "MM-TLS-36",
        "MM-TLS-37",
    ),
    _shows(
        "tls-1-0 tls-1-1",
        "falls-back-to-tls-1.0",
        "Efter ett misslyckat försök talar systemet TLS 1.0",
        "After an attempt that failed the system speaks TLS 1.0",
        "MM-TLS-38",
    ),
    _shows(
        "tls-revoked",
        "ignores-revocation",
        "Spärrlistan hämtas aldrig",
        "The list of what is revoked is never fetched",
        "MM-TLS-39",
    ),
    _shows(
        "crowd",
        "two-connections",
        "Två anslutningar hålls öppna samtidigt, och den som nekas en ger upp",
        "Two connections are held open at a time, and whoever is refused one gives up",
        "MM-FAULT-32",
    ),
)

ANSWERS = (
    _shows(
        "fault-application fault-technical fault-http-200",
        "takes-faults-for-receipts",
        "Ett SOAP-fel tas för en kvittens",
        "A SOAP fault is taken for a receipt",
        "MM-FAULT-06",
        "MM-FAULT-14",
    ),
    _shows(
        "several-statuses",
        "reads-first-status",
        "Bara den första Status i kvittensen läses",
        "Only the first Status of a receipt is read",
        "MM-FAULT-06",
        "MM-FAULT-28",
        "MM-FAULT-29",
    ),
    _shows(
        "not-delivered",
        "ignores-delivered",
        "Delivered i kvittensen läses inte",
        "Delivered in a receipt is not read",
        "MM-FAULT-06",
        "MM-FAULT-28",
        "MM-FAULT-29",
    ),
    _shows(
        "far-unknown-operator",
        "knows-operators-by-name",
        "En operatör som inte står i konfigurationen ger papper",
        "An operator that is not in the configuration means paper",
        "MM-FAULT-26",
    ),
    _shows(
        "far-large-answer",
        "receives-64-kb",
        "Ett svar som är större än 64 kB tas inte emot",
        "An answer of more than 64 KB is not received",
        "MM-FAULT-26",
    ),
    _shows(
        "http-content-type",
        "wants-text-xml",
        "En kvittens med en annan medietyp än text/xml läses inte",
        "A receipt of another media type than text/xml is not read",
        "MM-FAULT-27",
    ),
    _shows(
        "http-redirect",
        "follows-redirects",
        "En omdirigering följs, med klientcertifikatet",
        "A redirect is followed, with the client certificate",
        "MM-FAULT-14",
        "MM-FAULT-20",
        "MM-FAULT-21",
    ),
    _shows(
        "xml-external-entity xml-entity",
        "expands-entities",
        "Entiteter i ett svar hämtas och byts ut",
        "Entities in an answer are fetched and expanded",
        "MM-FAULT-06",
        "MM-FAULT-22",
    ),
    _shows(
        "far-other-operator",
        "remembers-look-ups",
        "Svaret från FaR sparas till nästa utskick",
        "FaR's answer is kept for the next dispatch",
        "MM-FAULT-26",
    ),
)

REPEATS = (
    _shows(
        REFUSALS,
        "repeats-refusals",
        "Det som avvisas för gott upprepas",
        "What is refused for good is repeated",
        "MM-FAULT-12",
        "MM-FAULT-13",
    ),
    _shows(
        "fault-technical http-503 far-technical-fault",
        "never-repeats",
        "Ett tillfälligt fel avslutas som fel efter ett enda försök",
        "A temporary fault is settled as failed after a single attempt",
        "MM-FAULT-16",
        "MM-FAULT-30",
    ),
    _shows(
        "fault-5004 far-not-ready",
        "takes-5004-for-good",
        "Fel 5004 tas för ett slutgiltigt nej",
        "Fault 5004 is taken for a final no",
        "MM-FAULT-16",
    ),
    _shows(
        "refuse far-down",
        "gives-up-when-nobody-answers",
        "När ingen svarar avslutas meddelandet som fel",
        "Where nobody answers the message is settled as failed",
        "MM-FAULT-04",
        "MM-FAULT-05",
    ),
    _shows(
        "fault-technical",
        "waits-less-each-time",
        "Väntan mellan återförsök krymper i stället för att växa",
        "The wait between retries shrinks instead of growing",
        "MM-FAULT-03",
    ),
    _shows(
        "fault-technical mute",
        "storms",
        "Återförsöken kommer tätt och blir många",
        "Retries come close upon each other, and are many",
        "MM-FAULT-03",
        "MM-FAULT-17",
        "MM-FAULT-18",
    ),
    _shows(
        UNCERTAIN,
        "repeats-with-new-id",
        "En försändelse vars kvittens gick förlorad skickas igen med nytt id",
        "A consignment whose receipt was lost is sent again with a new id",
        "MM-FAULT-09",
        "MM-FAULT-11",
    ),
    _shows(
        "answer-lost",
        "repeats-by-http-stack",
        "HTTP-biblioteket skickar om en försändelse när anslutningen bryts",
        "The HTTP library sends a consignment again when the connection breaks",
        "MM-FAULT-11",
    ),
    _shows(
        "sane",
        "delivers-twice",
        "En försändelse skickas en gång till efter kvittensen",
        "A consignment is sent once more after the receipt",
        "MM-FAULT-02",
    ),
    _shows(
        "fault-application",
        "breaks-for-good",
        "En säkring löser ut för ett avvisat meddelande och sluts aldrig",
        "A circuit breaker opens for one refused message, and never closes",
        "MM-FAULT-07",
    ),
)

ACCOUNTS = (
    _shows(
        UNCERTAIN,
        "prints-after-any-problem",
        "Varje problem ger papper, även när försändelsen kan ha kommit fram",
        "Any problem means paper, also where the consignment may have arrived",
        "MM-FAULT-08",
    ),
    _shows(
        "sane refuse",
        "prints-what-is-delivered",
        "Det som har levererats skrivs också ut",
        "What was delivered is printed as well",
        "MM-DELIV-01",
        "MM-FAULT-04",
        "MM-FAULT-23",
    ),
    _shows(
        "far-not-registered",
        "leaves-paper-to-people",
        "Den som saknar brevlåda får papper bara om någon ingriper",
        "Whoever has no mailbox gets paper only if somebody steps in",
        "MM-DELIV-04",  # left open: no channel is told
        "MM-DELIV-11",
        "MM-FAULT-29",
    ),
    _shows(
        "not-delivered far-not-registered",
        "mails-what-is-paper",
        "Den som inte kan nås digitalt får innehållet med e-post",
        "Whoever cannot be reached digitally gets the content by e-mail",
        "MM-DELIV-04",
    ),
    _shows(
        "sane fault-application",
        "forgets-after-a-fault",
        "Ett meddelande försvinner ur redovisningen efter ett fel",
        "A message vanishes from the account after a fault",
        "MM-FAULT-01",
        "MM-FAULT-06",  # these are left open: of a message in no account nothing more can be said
        "MM-FAULT-14",
        "MM-FAULT-15",
        "MM-FAULT-23",
    ),
    _shows(
        UNCERTAIN,
        "tells-nobody-of-the-uncertain",
        "Ingen får veta att det är okänt om ett meddelande kom fram",
        "Nobody is told that it is unknown whether a message arrived",
        "MM-FAULT-10",
    ),
    _shows(
        "fault-application",
        "tells-nobody-of-failures",
        "Ingen får veta att ett meddelande inte kan skickas",
        "Nobody is told that a message cannot be sent",
        "MM-FAULT-15",
    ),
)

DEFECTS = (*SERVERS, *ANSWERS, *REPEATS, *ACCOUNTS)
