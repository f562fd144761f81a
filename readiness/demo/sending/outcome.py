"""What can become of a letter, in words that the account uses?"""

from __future__ import annotations

from dataclasses import dataclass

DELIVERED, PAPER, FAILED, PENDING, UNKNOWN = "delivered", "paper", "failed", "pending", "unknown"
FINAL = frozenset({DELIVERED, PAPER, FAILED, PENDING, UNKNOWN})
WORKING, FORGOTTEN = "working", "forgotten"
DIGITAL, EMAIL = "digital", "email"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`word` is one of FINAL, or WORKING; `channel`: digital, paper, or empty while nobody has got it.

    `receipt`: TransId of a delivery, CallId of a fault; `why` in English; `told`: whether a person is told that
    somebody has to act. FORGOTTEN and EMAIL are only a built-in defect's.
    """

    word: str
    channel: str = ""
    receipt: str = ""
    why: str = ""
    told: bool = False
