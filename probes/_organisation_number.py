"""Which organisation number does a certificate's subject hold, and in which issuer's form is it written?

The forms are those seen in public certificates (C section 8: serialNumber of Expisoft and Steria, SITHS, EFOS) and
organizationIdentifier of ETSI EN 319 412-1, 5.1.4. Left out: numbers that have the shape of a personal identity number
(a sole trader's): they are never read out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from readiness.personal import luhn

SERIAL_NUMBER = "2.5.4.5"
ORGANISATION_IDENTIFIER = "2.5.4.97"

FORMS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("expisoft", SERIAL_NUMBER, re.compile(r"16([0-9]{10})")),
    ("siths", SERIAL_NUMBER, re.compile(r"SE([0-9]{10})-[0-9A-Z]{1,20}")),
    ("efos", SERIAL_NUMBER, re.compile(r"EFOS16([0-9]{10})-[0-9A-Z]{1,20}")),
    ("plain", SERIAL_NUMBER, re.compile(r"([0-9]{6}-?[0-9]{4})")),
    ("other", ORGANISATION_IDENTIFIER, re.compile(r"NTRSE-([0-9]{6}-?[0-9]{4})")),
)


@dataclass(frozen=True, slots=True)
class Read:
    """Ten digits and the form they stood in. `form` is "other" beside an empty `number` where no form fits."""

    number: str
    form: str


def read_organisation_numbers(attributes: Iterable[tuple[str, str]]) -> tuple[Read, ...]:
    """The numbers in a subject, in order: one for each attribute that holds one, whatever RDN it stands in.

    `attributes` are (dotted OID, text) of all RDNs, also the multi-valued ones. A form with a wrong check digit is no
    organisation number; nor is one whose third digit is below 2 (that is a date, SKV 709).
    """
    found = (_read(oid, text.strip()) for oid, text in attributes)
    return tuple(read for read in found if read is not None)


def _read(oid: str, text: str) -> Read | None:
    for form, place, pattern in FORMS:
        if oid == place and (match := pattern.fullmatch(text)):
            number = match[1].replace("-", "")
            return Read(number, form) if number[2] >= "2" and luhn(number) else None
    return None
