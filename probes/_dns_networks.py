"""In how many networks do addresses lie, and which are shared? Pure.

A network is what is announced as the smallest piece by itself on the internet: a /24 of IPv4, a /48 of IPv6. Two
addresses in one may stand in one hall; two in different ones may, too: no more than this can be seen from outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

V4, V6 = 24, 48


def network_of(address: str) -> str:
    """The network of an address, as "192.0.2.0/24"."""
    ip = ip_address(address)
    return str(ip_network(f"{ip}/{V4 if ip.version == 4 else V6}", strict=False))


def networks_of(addresses: Iterable[str]) -> set[str]:
    """The networks of addresses."""
    return {network_of(address) for address in addresses}


def groups_apart(networks: Iterable[set[str]]) -> int:
    """In how many groups of servers no network of one is also one of another. A server without addresses counts not."""
    groups: list[set[str]] = []
    for one in networks:
        if one:
            near = [group for group in groups if group & one]
            groups = [group for group in groups if group not in near] + [one.union(*near)]
    return len(groups)


def most_of_one_family(addresses: Iterable[str]) -> int:
    """How many addresses of the family that there are most of: one of each family are two ways to one place."""
    versions = [ip_address(address).version for address in addresses]
    return max(versions.count(4), versions.count(6))


def owner_question(address: str) -> str:
    """The name whose TXT tells who announces an address (Team Cymru's service, which answers by DNS)."""
    ip = ip_address(address)
    return f"{ip.reverse_pointer.removesuffix('.in-addr.arpa').removesuffix('.ip6.arpa')}.{ORIGIN[ip.version]}"


def read_owner(text: str) -> tuple[str, str, str] | None:
    """(systems, network, country) out of "23028 | 216.90.108.0/24 | US | arin | 1998-09-25"; None for anything else.

    The country is the one that the network is registered in: of its owner, not of where it stands.
    """
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 5 or not all(number.isdigit() for number in parts[0].split()) or not parts[0]:
        return None
    if not (len(parts[2]) == 2 and parts[2].isascii() and parts[2].isalpha()):
        return None
    return " ".join(f"AS{number}" for number in parts[0].split()), parts[1], parts[2].upper()


ORIGIN = {4: "origin.asn.cymru.com", 6: "origin6.asn.cymru.com"}
