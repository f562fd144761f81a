"""What does a question to FaR ask: on whose behalf, and about whom? A tree in, plain values out.

Left out: whether the schema allows it, and the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from probes._request_tree import children, local_name, text_of
from readiness.model import Reason, Unseen
from readiness.personal import luhn

QUESTIONS = {"isReachable", "isRegistered"}


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question. `sender` is empty where the operation has none (isRegistered)."""

    operation: str
    sender: str
    recipients: tuple[str, ...]


def read_lookup(payload: etree._Element) -> Lookup | Unseen:
    """The question in an isReachable or isRegistered element, of this or an older contract."""
    operation = local_name(payload)
    if operation not in QUESTIONS:
        return Unseen(Reason.NOT_UNDERSTOOD, f"no question to FaR, but {operation[:40]}")
    return Lookup(
        operation,
        "".join(text_of(found) for found in children(payload, "senderOrgNr")[:1]),
        tuple(text_of(found) for found in children(payload, "recipientId")),
    )


def number_form(number: str) -> str:
    """How an organisation number is written: sixteen_prefix (16 and ten digits), ten_digits, with_hyphen, other."""
    for form, pattern in FORMS:
        if re.fullmatch(pattern, number, re.ASCII):
            return form
    return "other"


def of_tests(recipient: str) -> bool:
    """Whether the number is of the series that are made for tests (SKV 704; the check digit is right)."""
    return bool(re.fullmatch(r"(18|19|20)[0-9]{6}(238|239|9[89][0-9])[0-9]", recipient)) and luhn(recipient[2:])


FORMS = (
    ("sixteen_prefix", r"16[0-9]{10}"),
    ("ten_digits", r"[0-9]{10}"),
    ("with_hyphen", r"(16)?[0-9]{6}-[0-9]{4}"),
)
