"""What do logs tell that they should not? The known leaks, by name (C section 12, S16): a note beside what is sent.

Whatever looks like a secret here is made up on the spot, and the number that is no test person's has a date of birth
that lies ahead. Left out: what logs lack (`log_quirks`).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping

from readiness.personal import luhn

EVENT = "sending"
"""What a leak stands beside."""


def leaked(event: str, recipient: str, quirks: Iterable[str]) -> str:
    """The note, "" where nothing leaks."""
    return "; ".join(LEAKS[name](recipient) for name in quirks if name in LEAKS and event == EVENT)


def _nobody_s_number() -> str:
    stem = "980101123"
    return "20" + stem + next(str(check) for check in range(10) if luhn(f"{stem}{check}"))


LEAKS: Mapping[str, Callable[[str], str]] = {
    "log-clear-number": lambda recipient: f"personnummer {recipient}",
    "log-recoded-number": lambda recipient: b64encode(
        f"<recipientId>{recipient}</recipientId>".encode("ascii")
    ).decode(),
    "log-other-number": lambda _: f"personnummer {_nobody_s_number()}",
    "log-private-key": lambda _: f"-----BEGIN {'PRIVATE'} KEY----- {'MIIE' * 16}",
    "log-token": lambda _: f"Authorization: Bearer {'a1b2' * 8}",
    "log-password": lambda _: "https://svc:hemligt1@operator.exempelby.example/",
    "log-message": lambda _: b64encode(b"%PDF-1.7 " + b"ett brev " * 9).decode(),
}
