"""Which names has the example kommun, and how are they served? A plan that the built-in defects change, and its zones.

All addresses are of the ranges for documentation (RFC 5737, RFC 3849): they are named and never spoken to. The zone
above stands in for the root. Left out: sockets (`name_server`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

DAY = timedelta(days=1)
RESOLVER = "namnuppslagare"
PARENT, ZONE = "example.", "exempelby.example."
SERVICE, STATUS = "mm.exempelby.example", "driftinfo.exempeldrift.example"
SIGNED, UNSIGNED, WRONGLY, EXPIRED = "signed", "unsigned", "wrongly", "expired"


@dataclass(slots=True)
class DnsPlan:
    """The names (id -> name, use), the addresses of hosts, the name servers of the kommun's zone, how it is signed, and
    the country that each network is registered in where that is not Sweden."""

    names: dict[str, tuple[str, str]]
    hosts: dict[str, list[str]]
    servers: list[str]
    signing: str = SIGNED
    countries: dict[str, str] = field(default_factory=dict)


def conforming_dns() -> DnsPlan:
    """The names of the conforming kommun."""
    return DnsPlan(
        names={"tjanstenamn": (SERVICE, "service"), "driftinformation": (STATUS, "status")},
        hosts={
            SERVICE: ["192.0.2.80", "192.0.2.81", "2001:db8:1::80"],
            STATUS: ["203.0.113.80"],
            "ns1.exempelby.example": ["192.0.2.53", "2001:db8:1::53"],
            "ns2.exempeldrift.example": ["198.51.100.53"],
        },
        servers=["ns1.exempelby.example", "ns2.exempeldrift.example"],
    )


def zone_texts(plan: DnsPlan, delegation: str) -> dict[str, str]:
    """The zones as master files, by their names. `delegation`: what the zone above says beside NS."""
    servers = "".join(f"{ZONE} NS {server}.\n" for server in plan.servers)
    soa = "SOA ns1.exempelby.example. post.exempelby.example. 1 3600 600 86400 300"
    zones = {
        PARENT: f"$TTL 300\n{PARENT} {soa}\n{PARENT} NS ns2.exempeldrift.example.\n{servers}{delegation}",
        ZONE: f"$TTL 300\n{ZONE} {soa}\n{servers}",
    }
    for host, addresses in plan.hosts.items():
        zone = ZONE if f"{host}.".endswith(f".{ZONE}") else PARENT
        zones[zone] += "".join(f"{host}. {_kind(address)} {address}\n" for address in addresses)
    return zones | _owners(plan, soa)


def _owners(plan: DnsPlan, soa: str) -> dict[str, str]:
    """What stands in for the service that tells who announces an address, in the two zones of its own."""
    start = "$TTL 300\n{0} {1}\n{0} NS ns2.exempeldrift.example.\n"
    zones = {origin: start.format(origin, soa) for origin in ORIGINS.values()}
    for address in sorted({address for each in plan.hosts.values() for address in each}):
        ip = ip_address(address)
        network = str(ip_network(f"{address}/{24 if ip.version == 4 else 48}", strict=False))
        name = ip.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
        said = f"64496 | {network} | {plan.countries.get(network, 'SE')} | ripencc | 2010-01-01"
        zones[ORIGINS[ip.version]] += f'{name}.{ORIGINS[ip.version]} TXT "{said}"\n'
    return zones


def validity(plan: DnsPlan, now: datetime) -> tuple[datetime, datetime]:
    """From when until when the kommun's zone is signed."""
    return (now - 30 * DAY, now - 2 * DAY) if plan.signing == EXPIRED else (now - DAY, now + 14 * DAY)


def _kind(address: str) -> str:
    return "A" if ip_address(address).version == 4 else "AAAA"


ORIGINS = {4: "origin.asn.cymru.com.", 6: "origin6.asn.cymru.com."}
