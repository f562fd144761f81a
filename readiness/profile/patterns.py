"""What must a pattern of a profile look like, by which lines of a log are read?

A regular expression in what the syntaxes of Python and RE2 have in common: nothing that looks around or refers back. So
it can be checked wherever the profile is read, and RE2 looks with it in time that grows with the line and no faster.
Its named groups say what is read. Left out: looking with it (`exercise.log_account`).
"""

from __future__ import annotations

import re
import warnings

from readiness.profile.shapes import Wrong, shown

GROUPS = ("message", "person", "answer", "outcome", "channel", "told")
"""What a pattern can tell: the id of a message, and of it the recipient, an id that FaR or an operator gave out
(TransId, CallId), and what stands in an account."""
LONGEST, LARGEST_COUNT = 500, 1000
"""Characters of a pattern, and repetitions that are counted in it (RE2's own bound)."""
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""An escape, or a set."""
_ESCAPES = re.compile(r"[AbBdDsSwWntrfv]|[^A-Za-z0-9]")
_BEYOND = re.compile(r"\(\?(?!P<|:|[ims]+[:)]).{0,2}|[*+?}]\+|\{,")
"""Kinds of groups and repetitions that only one of the two has, or that mean two things."""


def line_pattern(text: str) -> str:
    """The pattern, as it is. It tells of a message, and something more; see `GROUPS`."""
    if len(text) > LONGEST:
        raise Wrong("pattern_long", most=LONGEST)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise Wrong("pattern_syntax", said=shown(str(error))) from None
    if strange := _strange(text):
        raise Wrong("pattern_strange", found=shown(strange))
    names = set(pattern.groupindex)
    if unknown := sorted(names - set(GROUPS)):
        raise Wrong("pattern_group", found=shown(", ".join(unknown)), known=", ".join(GROUPS))
    if "message" not in names or len(names) < 2:
        raise Wrong("pattern_message")
    return text


def _strange(text: str) -> str:
    """The first piece that is not in the common syntax; "" where all is."""
    for escape in re.findall(r"\\(.)", "".join(_ATOM.findall(text)), re.DOTALL):
        if not _ESCAPES.fullmatch(escape):
            return f"\\{escape}"
    plain = _ATOM.sub("x", text)
    if found := _BEYOND.search(plain):
        return found[0]
    counts = (number for count in re.findall(r"\{([\d,]+)\}", plain) for number in count.split(","))
    return next((number for number in counts if number and int(number) > LARGEST_COUNT), "")
