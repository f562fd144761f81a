"""The built-in defects of the certificate files that the profile names, and of their keys."""

from __future__ import annotations

from dataclasses import replace

from readiness.demo.conforming import conforming
from readiness.demo.defect import Change, Defect, change_certificate, change_file
from readiness.demo.plan import DAY, VENDOR, CertificatePlan, Plan
from readiness.model import Words

ORGANISATION_VALIDATED = "2.23.140.1.2.2"  # CA/Browser Forum, Baseline Requirements 7.1.6.1


def _client(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    words = Words(f"Klientcertifikatet {sv}", f"The client certificate {en}")
    return Defect(f"client-certificate-{name}", words, change, flips)


def _other(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    return Defect(name, Words(sv, en), change, flips)


def _from_test_ca_in_production(plan: Plan) -> None:
    plan.environment = "production"
    plan.certificates["test-ca"] = CertificatePlan(
        "ExpiTrust test CA v8", issuer="rot", key="rsa-2048", starts=-600 * DAY, ends=1500 * DAY, authority=True
    )
    plan.certificates["klient"].issuer = "test-ca"


def _unknown_authority(plan: Plan) -> None:
    plan.certificates["okand"] = CertificatePlan("Okänd rot CA", issuer="okand", ends=1500 * DAY, authority=True)
    plan.certificates["klient"].issuer = "okand"


def _renewed_late(plan: Plan) -> None:
    plan.certificates["klient-tidigare"].ends = -24 * DAY


def _renewed_by_hand(plan: Plan) -> None:
    """Every month or so, and so early or so late as somebody thought of it."""
    plan.certificates["klient"].ends = 60 * DAY
    plan.certificates["klient-tidigare"].ends = -20 * DAY
    plan.certificates["klient-tidigare"].starts = -110 * DAY
    plan.certificates["klient-forst"] = replace(plan.certificates["klient-tidigare"], starts=-200 * DAY, ends=-91 * DAY)
    plan.files["klient"].earlier += ("klient-forst",)


DEFECTS = (
    _client(
        "revoked",
        "är spärrat",
        "is revoked",
        lambda plan: setattr(plan, "revoked", ("klient",)),
        "MM-CERT-22",
    ),
    _client(
        "revocation-not-told",
        "säger inte var det går att se om det är spärrat",
        "does not say where it is told whether it is revoked",
        change_certificate("klient", told=False),
        "MM-CERT-28",
    ),
    _client(
        "renewed-late",
        "förnyades när det förra hade sex dagar kvar",
        "was renewed when the one before had six days left",
        _renewed_late,
        "MM-CERT-29",
    ),
    _client(
        "renewed-by-hand",
        "gäller i 90 dagar och förnyas när någon kommer ihåg det",
        "is valid for 90 days, and renewed when somebody remembers it",
        _renewed_by_hand,
        "MM-CERT-30",
    ),
    _other(
        "revocation-list-old",
        "Utfärdarens spärrlista skulle ha ersatts i går",
        "The issuer's revocation list was due to be replaced yesterday",
        lambda plan: setattr(plan, "list_ends", -DAY),
        "MM-CERT-22",
        "MM-SCERT-23",
    ),
    _client(
        "expired",
        "har gått ut",
        "has expired",
        change_certificate("klient", starts=-366 * DAY, ends=-DAY),
        "MM-CERT-01",
        "MM-CERT-02",
        "MM-CERT-04",
        "MM-CERT-06",
        "MM-CERT-08",
    ),
    _client(
        "not-begun",
        "har inte börjat gälla",
        "is not valid yet",
        change_certificate("klient", starts=2 * DAY),
        "MM-CERT-04",
        "MM-CERT-06",
        "MM-CERT-08",
    ),
    _client(
        "5-days",
        "går ut om fem dagar",
        "expires in five days",
        change_certificate("klient", starts=-300 * DAY, ends=5 * DAY),
        "MM-CERT-01",
        "MM-CERT-02",
    ),
    _client(
        "20-days",
        "går ut om tjugo dagar",
        "expires in twenty days",
        change_certificate("klient", starts=-300 * DAY, ends=20 * DAY),
        "MM-CERT-02",
    ),
    _client(
        "short-lived",
        "är kortlivat och har mindre än en tredjedel kvar",
        "is short-lived and has less than a third left",
        change_certificate("klient", starts=-70 * DAY, ends=20 * DAY),
        "MM-CERT-30",  # and only one renewal of it is seen
        "MM-CERT-03",
    ),
    _client(
        "unknown-ca",
        "leder till en okänd utfärdare",
        "leads to an unknown authority",
        _unknown_authority,
        "MM-CERT-06",
        "MM-CERT-08",
    ),
    _client(
        "dsa",
        "har en DSA-nyckel",
        "has a DSA key",
        change_certificate("klient", key="dsa-1024"),
        "MM-CERT-09",
        "MM-CERT-13",
    ),
    _client(
        "1024",
        "har RSA med 1024 bitar",
        "has RSA of 1024 bits",
        change_certificate("klient", key="rsa-1024"),
        "MM-CERT-10",
        "MM-CERT-13",
    ),
    _client(
        "ec",
        "har en elliptisk kurva",
        "has an elliptic curve",
        change_certificate("klient", key="secp256r1"),
        "MM-CERT-13",
    ),
    _client(
        "curve",
        "har en ovanlig kurva",
        "has an unusual curve",
        change_certificate("klient", key="secp256k1"),
        "MM-CERT-11",
        "MM-CERT-13",
    ),
    _client(
        "sha1",
        "är signerat med SHA-1",
        "is signed with SHA-1",
        change_certificate("klient", hash="SHA-1"),
        "MM-CERT-06",
        "MM-CERT-08",
        "MM-CERT-12",
        "MM-CERT-13",
    ),
    _client(
        "no-clientauth",
        "är inte till för klienter",
        "is not for clients",
        change_certificate("klient", extended_key_usage=("serverAuth",)),
        "MM-CERT-05",
        "MM-CERT-06",
        "MM-CERT-08",
    ),
    _client(
        "no-signature",
        "medger inte digital signatur",
        "does not allow digital signatures",
        change_certificate("klient", key_usage=("key_encipherment",)),
        "MM-CERT-21",
    ),
    _client(
        "public",
        "är utfärdat i en publik PKI",
        "is of a public PKI",
        change_certificate("klient", policies=(ORGANISATION_VALIDATED,)),
        "MM-CERT-06",
    ),
    _client(
        "of-another",
        "är utställt på ett annat organisationsnummer",
        "names another organisation number",
        change_certificate("klient", organisation_number=conforming().parties[VENDOR].organisation_number),
        "MM-CERT-18",
        "MM-CERT-23",  # nor can the kommun have it revoked
    ),
    _other(
        "test-ca-in-production",
        "Klientcertifikat från en testutfärdare i produktion",
        "A client certificate of a test authority in production",
        _from_test_ca_in_production,
        "MM-CERT-07",
        "MM-SOAP-18",  # an unsigned delivery is sent in a test environment only
        "MM-SOAP-23",  # and so are questions about the deliveries of others
    ),
    _other(
        "server-file-no-serverauth",
        "Integrationens servercertifikat är inte till för servrar",
        "The integration's server certificate is not for servers",
        change_certificate("integration-server", extended_key_usage=("clientAuth",)),
        "MM-CERT-08",
        "MM-CERT-20",
        "MM-SCERT-01",
        "MM-SCERT-17",
        "MM-SCERT-18",
        "MM-SCERT-19",
        "MM-SCERT-11",
        # No request goes to a server that is not trusted.
        *(f"MM-SOAP-{number}" for number in range(15, 23)),
    ),
    _other(
        "key-of-another",
        "Nyckeln hör inte till signeringscertifikatet",
        "The key does not belong to the signing certificate",
        change_file("signering", key_of="klient"),
        "MM-CERT-14",
    ),
    _other(
        "key-file-readable",
        "Klientens nyckelfil kan läsas av alla på datorn",
        "Everybody on the machine can read the client's key file",
        change_file("klient", mode=0o644),
        "MM-CERT-15",
    ),
    _other(
        "key-file-writable",
        "Klientens nyckelfil kan ändras av alla på datorn",
        "Everybody on the machine can change the client's key file",
        change_file("klient", mode=0o602),
        "MM-CERT-16",
    ),
    _other(
        "key-file-group-writable",
        "Klientens nyckelfil kan ändras av en grupp",
        "A group can change the client's key file",
        change_file("klient", mode=0o620),
        "MM-CERT-17",
    ),
    _other(
        "same-key-in-two-roles",
        "Samma nyckel används för TLS och signering",
        "The same key is used for TLS and for signing",
        change_certificate("signering", key_of="klient"),
        "MM-CERT-19",
    ),
    _other(
        "only-the-supplier-revokes",
        "Bara förmedlaren kan spärra sitt förseglingscertifikat",
        "Only the mediator can have its sealing certificate revoked",
        change_file("forsegling", revocable_by=""),
        "MM-CERT-23",
    ),
    _other(
        "issuer-without-country",
        "Utfärdarens namn säger inte vilket land den finns i",
        "The issuer's name does not say in which country it is",
        change_certificate("utfardare", country=""),
        "MM-CERT-26",
        "MM-SCERT-25",
    ),
)
