"""Where may the links of what is sent lead, and does a host belong there?"""

from __future__ import annotations

from readiness.model import TargetKind
from readiness.probe import Session


def link_domains(session: Session) -> tuple[str, ...] | None:
    """The domains that the sending systems name together; None where none does."""
    said = [one.says("link_domains") for one in session.profile_targets(TargetKind.SENDING_SYSTEM)]
    return tuple(domain for domains in said if isinstance(domains, tuple) for domain in domains) or None


def within(host: str, domains: tuple[str, ...]) -> bool:
    """Whether a host, in lower case, is one of the domains or below one."""
    name = host.rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)
