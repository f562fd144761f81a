"""May this be done to that address, now? Pure: the profile's permits, the production hosts, and the time.

Without a permit only `reads` is allowed. The word of the report's own subject is enough for an address that it answers
for itself; another owner's permit cites a document. Hosts of FaR and of mailbox operators in production get `reads` at
most, whatever is permitted (DESIGN section 4).
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address, ip_network

from readiness.chain import Permit, Profile
from readiness.contract import production_hosts
from readiness.model import Target
from readiness.probe import Effect


def refusal(effect: Effect, target: Target, profile: Profile, now: datetime) -> str:
    """Why the effect is not permitted on the target; empty when it is."""
    if effect is Effect.READS or not target.address:
        return ""
    if effect is Effect.DISTURBS:
        return "faults and load are for this machine only"
    host, port = split_address(target.address)
    if host.lower() in production_hosts() or str(target.says("server_name") or "").lower() in production_hosts():
        return f"{host} serves Mina meddelanden in production: {Effect.READS} at most"
    whys = [_why_not(permit, effect, target, profile, now, host, port) for permit in profile.permits]
    if not whys:
        return f"{effect} needs a permit, and the profile has none"
    return "" if "" in whys else "; ".join(sorted(set(whys)))


def covering(effect: Effect, target: Target, profile: Profile, now: datetime) -> Permit | None:
    """The first permit that allows an effect, which `refusal` does not refuse; None where no permit is needed."""
    if effect is Effect.READS or not target.address:
        return None
    host, port = split_address(target.address)
    return next(
        (permit for permit in profile.permits if not _why_not(permit, effect, target, profile, now, host, port)), None
    )


def split_address(address: str) -> tuple[str, int]:
    """host and port of "host:port" or "[::1]:port"; ValueError for anything else."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{address!r} is not host:port")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise ValueError(f"{address!r}: an IPv6 address stands in brackets")
    return host.strip("[]"), int(port)


def _why_not(
    permit: Permit, effect: Effect, target: Target, profile: Profile, now: datetime, host: str, port: int
) -> str:
    whose = f"the permit of {permit.owner}"
    if not any(_covers(address, host, port) for address in permit.addresses):
        return f"{whose} does not name {target.address}"
    if str(effect) not in permit.effects:
        return f"{whose} does not allow {effect}"
    if not permit.start <= now <= permit.end:
        return f"{whose} is for {permit.start:%Y-%m-%d} to {permit.end:%Y-%m-%d}"
    if permit.owner != target.party:
        return f"{whose} is about an address that {target.party or 'nobody'} answers for"
    if permit.owner != profile.subject.party and not permit.sha256:
        return f"{whose} cites no document"
    return ""


def _covers(pattern: str, host: str, port: int) -> bool:
    """A pattern is host, host:port, or a network in CIDR form."""
    try:
        network = ip_network(pattern, strict=False)
    except ValueError:
        pass
    else:
        try:
            return ip_address(host) in network
        except ValueError:
            return False
    try:
        named, wanted = split_address(pattern)
    except ValueError:
        named, wanted = pattern.strip("[]"), port
    return named.lower() == host.lower() and wanted == port
