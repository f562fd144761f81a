"""The built-in defects of the certificate and the chain that a server sends. All are those of the mediator's server."""

from __future__ import annotations

from datetime import UTC, datetime

from readiness.demo.defect import Change, Defect, change_certificate, change_server
from readiness.demo.plan import DAY, CertificatePlan, Plan
from readiness.demo.refusal_defects import MIRROR
from readiness.model import Words

SERVER, LEAF = "formedlare", "formedlare-server"
NO_PATH = ("MM-SCERT-01", "MM-SCERT-17", "MM-SCERT-18", "MM-SCERT-19")
"""Without a path it stays open whether the certificate is public, and so what is asked of public ones."""
SHOWN_TO_NOBODY = (*MIRROR, "MM-TLS-59", "MM-TLS-60", "MM-SOAP-23")
"""What stays open where no client certificate is shown, for the profile's anchors do not vouch for the server."""
UNTRUSTED = (*NO_PATH, *SHOWN_TO_NOBODY)
CUT_SHORT = ("MM-SOAP-23", *(f"MM-TLS-{number}" for number in (52, 53, 54, 55, 59, 65, 66, 72, 73)))
"""What stays open where a handshake ends with the certificates."""
ORGANISATION_VALIDATED = "2.23.140.1.2.2"  # CA/Browser Forum, Baseline Requirements 7.1.6.1


def _unknown_authority(plan: Plan) -> None:
    plan.certificates["okand"] = CertificatePlan("Okänd rot CA", issuer="okand", ends=1500 * DAY, authority=True)
    plan.certificates[LEAF].issuer = "okand"
    plan.servers[SERVER].chain = [LEAF, "okand"]


def _by_hand(key: str) -> Change:
    """A key that no TLS library serves any longer."""

    def change(plan: Plan) -> None:
        plan.certificates[LEAF].key = key
        plan.servers[SERVER].by_hand = True

    return change


def _public(year: int, month: int) -> Change:
    """A public certificate of that month that is valid for years. Before that month it is also not valid yet."""
    begins = datetime(year, month, 1, tzinfo=UTC)
    return change_certificate(LEAF, policies=(ORGANISATION_VALIDATED,), begins=begins, ends=3000 * DAY)


def _defect(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    return Defect(f"server-certificate-{name}", Words(f"Förmedlarens {sv}", f"The mediator's {en}"), change, flips)


DEFECTS = (
    _defect(
        "revoked",
        "servercertifikat är spärrat",
        "server certificate is revoked",
        lambda plan: setattr(plan, "revoked", (LEAF,)),
        "MM-SCERT-23",
    ),
    _defect(
        "revocation-not-told",
        "servercertifikat säger inte var det går att se om det är spärrat",
        "server certificate does not say where it is told whether it is revoked",
        change_certificate(LEAF, told=False),
        "MM-SCERT-24",
    ),
    _defect(
        "expired",
        "servercertifikat har gått ut",
        "certificate has expired",
        change_certificate(LEAF, starts=-366 * DAY, ends=-DAY),
        *UNTRUSTED,
        "MM-SCERT-03",
        "MM-SCERT-13",
        "MM-SCERT-14",
        "MM-SCERT-20",
        "MM-SCERT-21",
    ),
    _defect(
        "5-days",
        "servercertifikat går ut om fem dagar",
        "certificate expires in five days",
        change_certificate(LEAF, starts=-300 * DAY, ends=5 * DAY),
        "MM-SCERT-13",
        "MM-SCERT-14",
        "MM-SCERT-21",
    ),
    _defect(
        "20-days",
        "servercertifikat går ut om tjugo dagar",
        "certificate expires in twenty days",
        change_certificate(LEAF, starts=-300 * DAY, ends=20 * DAY),
        "MM-SCERT-14",
    ),
    _defect(
        "short-lived",
        "servercertifikat är kortlivat och har mindre än en tredjedel kvar",
        "certificate is short-lived and has less than a third left",
        change_certificate(LEAF, starts=-70 * DAY, ends=20 * DAY),
        "MM-SCERT-15",
    ),
    _defect(
        "wrong-name",
        "servercertifikat gäller ett annat namn",
        "certificate is for another name",
        change_certificate(LEAF, dns_names=("annan.exempelby.example",)),
        "MM-SCERT-02",
        "MM-SCERT-22",
        *SHOWN_TO_NOBODY,
    ),
    _defect(
        "unknown-ca",
        "servercertifikat leder till en okänd utfärdare",
        "certificate leads to an unknown authority",
        _unknown_authority,
        *UNTRUSTED,
    ),
    _defect(
        "incomplete-chain",
        "server skickar inte utfärdarens certifikat",
        "server does not send its issuer's certificate",
        change_server(SERVER, chain=[LEAF]),
        *UNTRUSTED,
        "MM-SCERT-23",  # whose list it is cannot be told without its certificate
    ),
    _defect(
        "chain-order",
        "server skickar kedjan i fel ordning",
        "server sends the chain in the wrong order",
        change_server(SERVER, chain=[LEAF, "rot", "utfardare"]),
        "MM-SCERT-12",
    ),
    _defect(
        "of-another-customer",
        "servercertifikat gäller också för en annan kund",
        "certificate is for another customer, too",
        change_certificate(LEAF, dns_names=("formedlare.exempelby.example", "formedlare.annanby.example")),
        "MM-CERT-25",
    ),
    _defect(
        "of-many-customers",
        "servercertifikat gäller för alla kunder, genom ett jokertecken",
        "certificate is for all customers, by a wildcard",
        change_certificate(LEAF, dns_names=("formedlare.exempelby.example", "*.exempelformedling.example")),
        "MM-CERT-25",
    ),
    _defect(
        "rsa-1024",
        "servercertifikat har en RSA-nyckel på 1024 bitar",
        "certificate has an RSA key of 1024 bits",
        change_certificate(LEAF, key="rsa-1024"),
        "MM-SCERT-05",
        "MM-SCERT-06",
        "MM-TLS-74",
    ),
    _defect(
        "rsa-2048",
        "servercertifikat har en RSA-nyckel på 2048 bitar",
        "certificate has an RSA key of 2048 bits",
        change_certificate(LEAF, key="rsa-2048"),
        "MM-SCERT-06",
        "MM-TLS-74",
    ),
    _defect(
        "dsa",
        "servercertifikat har en DSA-nyckel",
        "certificate has a DSA key",
        _by_hand("dsa-1024"),
        "MM-SCERT-04",
        "MM-TLS-05",
        "MM-TLS-70",
        *CUT_SHORT,
        *MIRROR,
    ),
    _defect(
        "curve",
        "servercertifikat har en ovanlig kurva",
        "certificate has an unusual curve",
        _by_hand("secp256k1"),
        "MM-SCERT-07",
        "MM-SCERT-08",
        "MM-TLS-05",
        "MM-TLS-70",
        *CUT_SHORT,
        *MIRROR,
    ),
    _defect(
        "p-224",
        "servercertifikat har en kurva under utfasning",
        "certificate has a curve that is being phased out",
        _by_hand("secp224r1"),
        "MM-SCERT-08",
        "MM-TLS-05",
        "MM-TLS-70",
        *CUT_SHORT,
        *MIRROR,
    ),
    _defect(
        "sha224",
        "servercertifikat är signerat med SHA-224",
        "certificate is signed with SHA-224",
        change_certificate(LEAF, hash="SHA-224"),
        *NO_PATH,
        "MM-SCERT-10",
    ),
    _defect(
        "no-signature",
        "servercertifikat medger inte digital signatur",
        "certificate does not allow digital signatures",
        change_certificate(LEAF, key="rsa-3072", key_usage=("key_encipherment",)),
        "MM-SCERT-16",
    ),
    _defect(
        "unrelated",
        "server skickar ett ovidkommande certifikat",
        "server sends an unrelated certificate",
        change_server(SERVER, chain=[LEAF, "utfardare", "klient"]),
        "MM-SCERT-12",
    ),
    _defect(
        "not-begun",
        "servercertifikat har inte börjat gälla",
        "certificate is not valid yet",
        change_certificate(LEAF, starts=2 * DAY),
        *UNTRUSTED,
        "MM-SCERT-03",
    ),
    _defect(
        "sha1",
        "servercertifikat är signerat med SHA-1",
        "certificate is signed with SHA-1",
        change_certificate(LEAF, hash="SHA-1"),
        *NO_PATH,
        "MM-SCERT-09",
    ),
    _defect(
        "public-2026",
        "publika servercertifikat från 2026 gäller i mer än 200 dagar",
        "public certificate of 2026 is valid for more than 200 days",
        _public(2026, 4),
        "MM-SCERT-17",
    ),
    _defect(
        "public-2027",
        "publika servercertifikat från 2027 gäller i mer än 100 dagar",
        "public certificate of 2027 is valid for more than 100 days",
        _public(2027, 4),
        "MM-SCERT-18",
    ),
    _defect(
        "public-2029",
        "publika servercertifikat från 2029 gäller i mer än 47 dagar",
        "public certificate of 2029 is valid for more than 47 days",
        _public(2029, 4),
        "MM-SCERT-19",
    ),
    _defect(
        "no-serverauth",
        "servercertifikat är inte till för servrar",
        "certificate is not for servers",
        change_certificate(LEAF, extended_key_usage=("clientAuth",)),
        *UNTRUSTED,
        "MM-SCERT-11",
    ),
)
