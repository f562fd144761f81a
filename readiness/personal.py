"""Where in a text does a Swedish personal identity number stand, outside the series that are made for tests?

Ten or twelve digits with or without -, + or what is written for them, the date real (a coordination number has day
+ 60), the check digit right (SKV 704). Birth numbers 238, 239 and 980 to 999 are Skatteverket's test series. Left out:
what to do about it.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange

CANDIDATE = re.compile(r"(?<!\d)(18|19|20)?(\d{2})(\d{2})(\d{2})([-+ \u2010-\u2015\u2212]?)(\d{3})(\d)(?!\d)", re.ASCII)
HEX_RUN, DIGEST = re.compile(r"[0-9a-fA-F]{16,}"), re.compile(r"[0-9a-fA-F]{32,}")
DIGIT_RUN = re.compile(r"[0-9](?:[0-9]|[-+](?=[0-9])){9,13}", re.ASCII)
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
SHORTER = ((0, -1), (1, None), (1, -1))
DOUBLED = str.maketrans("0123456789", "0246813579")
"""The sum of the digits of twice a digit."""
MASK = "******-****"


def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of every personal identity number of a real series, in order."""
    return tuple(match.span() for match in _shaped(text) if not of_tests(match[6] + match[7]))


def shaped(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of every number of that shape, the series made for tests included, in order."""
    return tuple(match.span() for match in _shaped(text))


def mask(text: str) -> str:
    """The text with every such number replaced by stars; the same text where there is none."""
    for start, end in reversed(spans(text)):
        text = text[:start] + MASK + text[end:]
    return text


def in_bytes(data: bytes) -> bool:
    """Whether bytes hold such a number as text (in UTF-8, Latin-1, or a DER string).

    In DER the byte before or after a string may itself look like a digit (a length, the tag 0x30 or 0x31), so in bytes
    with control characters a run of digits is also tried without its first and its last.
    """
    texts = [data.decode(encoding, errors="replace") for encoding in ("latin-1", "utf-8")]
    digests = [run.span() for run in DIGEST.finditer(texts[0])]  # file names in the directory of a ZIP, among others
    runs = (
        run[0]
        for run in (DIGIT_RUN.finditer(texts[0]) if BINARY.search(data) else ())
        if not any(start <= run.start() and run.end() <= end for start, end in digests)
    )
    return any(map(spans, texts)) or any(spans(run[start:end]) for run in runs for start, end in SHORTER)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (ISO/IEC 7812-1 annex B)."""
    return sum(map(int, digits[::-2] + digits[-2::-2].translate(DOUBLED))) % 10 == 0


def dated(digits: str) -> bool:
    """Whether ten or twelve digits are such a number: the date of one (without a century, of 1900 or later), and the
    check digit."""
    ten = digits[-10:]
    month, day = int(ten[2:4]), int(ten[4:6])
    if not 1 <= month <= 12 or not 1 <= (day := day - 60 if day > 60 else day) <= monthrange(2000, month)[1]:
        return False
    leaps = month == 2 and day == 29
    if leaps and not any(
        isleap(int(century + ten[:2])) for century in ([digits[:-10]] if digits[10:] else ["19", "20"])
    ):
        return False
    return luhn(ten)


def of_tests(digits: str) -> bool:
    """Whether ten or twelve digits are of a series that is made for tests."""
    number = int(digits[-4:-1])
    return number in {238, 239} or number >= 980


def _shaped(text: str) -> list[re.Match[str]]:
    found = [match for match in CANDIDATE.finditer(text) if dated("".join(filter(None, match.group(1, 2, 3, 4, 6, 7))))]
    if not found:
        return found
    hex_runs = [run.span() for run in HEX_RUN.finditer(text)]
    return [one for one in found if not any(start <= one.start() and one.end() <= end for start, end in hex_runs)]
