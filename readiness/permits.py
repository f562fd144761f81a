"""May this be done to that address, now? Pure: the profile's permits, the production hosts, and the time.

Without a permit only `reads` is allowed. The word of the report's own subject is enough for an address that it answers
for itself; another owner's permit cites a document. Hosts of FaR and of mailbox operators in production get `reads` at
most, whatever is permitted (DESIGN section 4).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from readiness.chain import Permit, Profile
from readiness.contract import production_hosts
from readiness.model import Target, TargetKind
from readiness.probe import Effect

DAY = timedelta(days=1)


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


def in_writing(profile: Profile) -> Profile:
    """The profile with those of its permits that a document gives: its owner's word alone is none in writing."""
    return replace(profile, permits=tuple(permit for permit in profile.permits if permit.document and permit.sha256))


def of_trial(document: str, on: datetime, profile: Profile) -> tuple[Permit, str] | None:
    """The permit that cites this document, and why it did not allow a trial of others' on that day (midnight UTC); ""
    where it did. None where the profile has no such permit.

    Requests were sent then, to an address of an endpoint that the permit's owner answers for.
    """
    cited = [one for one in profile.permits if one.document and one.document.casefold() == document.strip().casefold()]
    found = [(one, _why_no_trial(one, on, profile)) for one in cited]
    return min(found, key=lambda one: one[1] != "", default=None)


def _why_no_trial(permit: Permit, on: datetime, profile: Profile) -> str:
    if str(Effect.SENDS) not in permit.effects:
        return f"does not allow {Effect.SENDS}"
    if not permit.start < on + DAY or on > permit.end:
        return f"is for {permit.start:%Y-%m-%d} to {permit.end:%Y-%m-%d}"
    owned = [t for t in profile.targets if t.kind is TargetKind.ENDPOINT and t.address and t.party == permit.owner]
    if not any(_covers(address, *split_address(t.address)) for t in owned for address in permit.addresses):
        return f"names no endpoint that {permit.owner} answers for"
    return ""


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
