"""The built-in defects of a server that should refuse client certificates. All are those of the log server."""

from __future__ import annotations

from readiness.demo.defect import Defect, change_server
from readiness.demo.guard import ANY_ISSUER, ANY_ORGANISATION, ISSUER_NAMES, NEVER_ASKS, NO_CERTIFICATE, SMALL_KEYS
from readiness.model import Words

SERVER = "log"
MIRROR = (
    "MM-TLS-08",
    "MM-TLS-15",
    "MM-TLS-16",
    "MM-TLS-17",
    "MM-TLS-18",
    "MM-TLS-19",
    "MM-TLS-20",
    "MM-TLS-21",
)
"""Every rule about certificates that are to be refused: all stay open where none is shown."""


def _lets_in(forgets: str, sv: str, en: str, *flips: str) -> Defect:
    words = Words(f"Loggservern {sv}", f"The log server {en}")
    return Defect(f"lets-in-{forgets}", words, change_server(SERVER, forgets=forgets), flips)


DEFECTS = (
    Defect(
        NEVER_ASKS,
        Words("Loggservern frågar aldrig efter klientcertifikat", "The log server never asks for a client certificate"),
        change_server(SERVER, forgets=NEVER_ASKS),
        (*MIRROR, "MM-TLS-65", "MM-TLS-66"),
    ),
    _lets_in(
        NO_CERTIFICATE,
        "frågar efter klientcertifikat och släpper in den som inte har något",
        "asks for a client certificate and lets in whoever has none",
        "MM-TLS-08",
    ),
    _lets_in("expired", "släpper in utgångna klientcertifikat", "lets in expired client certificates", "MM-TLS-15"),
    _lets_in(
        ANY_ISSUER,
        "släpper in klientcertifikat från vilken utfärdare som helst",
        "lets in client certificates of any issuer",
        "MM-TLS-16",
        "MM-TLS-17",
    ),
    _lets_in(
        ISSUER_NAMES,
        "jämför bara utfärdarens namn",
        "compares the issuer's name alone",
        "MM-TLS-17",
    ),
    _lets_in(
        "any-purpose",
        "släpper in certifikat som inte är till för klienter",
        "lets in certificates that are not for clients",
        "MM-TLS-18",
    ),
    _lets_in(
        ANY_ORGANISATION,
        "släpper in vilken organisation som helst",
        "lets in any organisation",
        "MM-TLS-19",
    ),
    _lets_in("revoked", "släpper in spärrade klientcertifikat", "lets in revoked client certificates", "MM-TLS-20"),
    _lets_in(
        SMALL_KEYS,
        "släpper in klientcertifikat med korta nycklar",
        "lets in client certificates with short keys",
        "MM-TLS-21",
    ),
)
