"""What is there to offer a server, in which version, and how many suites at a time? Data, and the order of it.

Left out: asking (`_tls_elimination`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes._tls_keys import SUITES as OPENED
from probes._tls_names import GROUPS, SIGNATURE_ALGORITHMS
from probes._tls_suites import SUITES, SUITES_TO_1_2

AT_ONCE = 128
"""Suites in one hello: some servers look no further, or choke on more."""
PREFERRED = (0x11EC, 0x11EB, 0x11ED, 0x001D, 0x0017, 0x001E, 0x0018, 0x0019)
ALL_GROUPS = (*PREFERRED, *(group for group in GROUPS if group not in PREFERRED))
FINITE_FIELDS = (0x0100, 0x0101, 0x0102, 0x0103, 0x0104)
CURVES = tuple(group for group in ALL_GROUPS if group not in FINITE_FIELDS)
"""What a hello of before TLS 1.3 offers as a rule: one that names finite fields rules out every other prime
(RFC 7919 section 4), and is said by itself."""
TLS_1_3_GROUPS = tuple(group for group in ALL_GROUPS if group in {0x17, 0x18, 0x19} or group >= 0x1D)
"""RFC 8446 4.2.7: the older ones may not be offered in TLS 1.3 alone, and some servers insist."""
ALL_SIGNATURES = tuple(sorted(SIGNATURE_ALGORITHMS, reverse=True))


def usual_suites(version: str) -> tuple[int, ...]:
    """The first hello's suites in a version, or those of TLS 1.3 that can be read."""
    return tuple(OPENED) if version == "TLSv1.3" else tuple(next(chunks(SUITES_TO_1_2)))


def groups_for(version: str) -> tuple[int, ...]:
    """Every group that may be offered in a version; SSLv3 has no way to."""
    if version == "TLSv1.3":
        return TLS_1_3_GROUPS
    return () if version == "SSLv3" else CURVES


def chunks(suites: Iterable[int]) -> Iterator[list[int]]:
    """Suites, so many at a time: those that tell most come first, then those that servers of today know."""
    listed = sorted(suites, key=lambda suite: (_rank(suite), suite))
    return (listed[at : at + AT_ONCE] for at in range(0, len(listed), AT_ONCE))


def _rank(suite: int) -> int:
    """Suites with ephemeral curves show group and signature, too."""
    name = SUITES[suite]
    return 0 if "ECDHE_" in name and "PSK" not in name else 1 if "_AES_" in name else 2
