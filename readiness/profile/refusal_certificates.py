"""Which certificates does a profile give that endpoints should refuse, and what does each show?

They are targets of a kind of their own, so that no rule about certificates in use is ever asked of them. Left out:
whether a file shows what it is said to (`client_certificate_refusal` looks before it shows one).
"""

from __future__ import annotations

from readiness.model import Target, TargetKind
from readiness.profile.shapes import variable
from readiness.profile.targets import Ids, Known, declared
from readiness.profile.values import Section

SHOWS = ("expired", "other_organisation", "other_purpose", "revoked", "small_key")
"""What only the authority of the good client certificate can issue. The rest the tool makes itself."""
NOT_OURS = ("far", "brevladeoperator")
"""Roles of endpoints that are not the chain's own to try."""


def read_refusal_certificates(root: Section, known: Known, targets: tuple[Target, ...], ids: Ids) -> tuple[Target, ...]:
    """The targets of [[refusal_certificate]]. One shows one thing, to endpoints that ask for client certificates."""
    asking = [t.id for t in targets if t.kind is TargetKind.ENDPOINT and _is_asking(t)]
    taken: dict[tuple[str, str], str] = {}
    return tuple(_one(section, known, ids, asking, taken) for section in root.tables("refusal_certificate"))


def _one(section: Section, known: Known, ids: Ids, asking: list[str], taken: dict[tuple[str, str], str]) -> Target:
    id_ = ids.take(section)
    shows = section.word("shows", SHOWS, required=True)
    endpoints = section.words("endpoints", asking, required=True, code="unknown_refusing")
    for endpoint in filter(None, endpoints):
        first = taken.setdefault((endpoint, shows), id_)
        if shows and first != id_:
            section.wrong("endpoints", "shown_twice", endpoint=endpoint, shows=shows, first=first)
    given = {"shows": shows, "password_env": section.shaped("password_env", variable)}
    file, key_file = (known.path(section.text(key, required=key == "file")) for key in ("file", "key_file"))
    prompt = section.flag("password_prompt") or False
    says = declared(given, endpoints=endpoints, key_file=key_file, password_prompt=prompt)
    section.done()
    return Target(id_, TargetKind.REFUSAL_CERTIFICATE, address=file, party=known.subject.party, declared=says)


def _is_asking(endpoint: Target) -> bool:
    return endpoint.says("mutual_tls") == "required" and endpoint.says("role") not in NOT_OURS
