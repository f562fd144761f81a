"""Which sources of time does a profile name, and who owns each?

Left out: whether they may be asked (`permits`), and what they say (the probe `own_clock`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readiness.profile.shapes import host_port
from readiness.profile.values import Section

if TYPE_CHECKING:
    from readiness.profile.targets import Known


def read_time_sources(root: Section, known: Known) -> tuple[str, ...]:
    """party=host:port of each [[time_source]], in the file's order."""
    found = []
    for section in root.tables("time_source"):
        party = section.word("party", known.party_ids, required=True, code="unknown_party")
        found.append(f"{party}={section.shaped('address', host_port, required=True)}")
        section.done()
    return tuple(found)
