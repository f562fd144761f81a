"""Whose are the names that a server certificate is for? Pure.

The profile's own domains are its owner's; what lies beside the server's own name, in the same domain, belongs to
whoever runs the server. Everything else is somebody else's. Left out: who is a customer of whom.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from readiness.model import Reason, Unseen


def names_elsewhere(names: Iterable[str], host: str, own: Iterable[str]) -> tuple[str, ...]:
    """The names that lie neither in a domain of the profile's owner nor in the one that the server's name lies in."""
    domains = {*own, _around(host)}
    return tuple(sorted({name for name in names if not _within(name.removeprefix("*."), domains)}))


def wildcards_elsewhere(names: Iterable[str], own: tuple[str, ...]) -> tuple[str, ...] | Unseen:
    """The wildcards that stand for other names than of the profile's owner: anybody's may be among them."""
    wildcards = {name for name in names if name.startswith("*.")}
    if wildcards and not own:
        return Unseen(Reason.NOT_CONFIGURED, "the profile names no domains of its own (domains under [subject])")
    return tuple(sorted(name for name in wildcards if not _within(name.removeprefix("*."), set(own))))


def _around(host: str) -> str:
    """The domain that a host's name lies in: without its first label, where two and more are left."""
    try:
        return str(ip_address(host))
    except ValueError:
        labels = host.casefold().removesuffix(".").split(".")
        return ".".join(labels[1:] if len(labels) > 2 else labels)


def _within(name: str, domains: set[str]) -> bool:
    plain = name.casefold().removesuffix(".")
    return any(plain == domain or plain.endswith(f".{domain}") for domain in domains)
