"""How is a name served: by which name servers, in which networks, signed or not, and whose are the networks?

All is asked of the one resolver that the profile names; neither a name server nor the service itself is spoken to. So
an address or a server that answers only some, anycast, and where a machine stands cannot be seen. DNSSEC is told twice:
by a chain of signatures that is verified here, and by what the resolver says of it. Left out: names in certificates.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import NamedTuple

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from probes._dns_asking import ask, records
from probes._dns_networks import (
    groups_apart,
    most_of_one_family,
    network_of,
    networks_of,
    owner_question,
    read_owner,
)
from probes._dnssec import ROOT_ANCHORS, chain_state, read_anchors
from readiness.model import Fact, FactType, Reason, Table, Target, TargetKind, Unseen, Value
from readiness.probe import CannotObserve, Probe, Seen, Session

ADDRESSES, SERVERS, GROUPS = "name.addresses", "name.servers", "name.server_groups"
CHAIN, RESOLVER = "name.dnssec_chain", "name.resolver_says"
COMPARED, SHARED = "name.networks_compared", "name.networks_shared"
LOOKED_UP, COUNTRIES, OWNERS = "name.networks_looked_up", "name.registration_countries", "name.network_owners"
FACTS = (
    Fact(ADDRESSES, FactType.NUMBER, "How many addresses it has of the family (IPv4, IPv6) that it has most of."),
    Fact(SERVERS, FactType.NUMBER, "How many name servers its zone names."),
    Fact(
        GROUPS,
        FactType.NUMBER,
        "In how many groups of them that have no network (/24, /48) in common; a server without address is in none.",
        of=SERVERS,
    ),
    Fact(
        CHAIN,
        FactType.TEXT,
        "The chain of signatures from the anchor to its addresses, as verified here: validated, unsigned, or bogus.",
    ),
    Fact(
        RESOLVER,
        FactType.TEXT,
        "What the resolver says of them: authenticated (AD), not_authenticated, or withheld (answered only unchecked).",
    ),
    Fact(COMPARED, FactType.NUMBER, "With how many names of services of the profile its networks are compared."),
    Fact(SHARED, FactType.SET, "The networks that it shares with one of them.", of=COMPARED),
    Fact(LOOKED_UP, FactType.NUMBER, "Of how many networks of it and its name servers the owner is asked."),
    Fact(COUNTRIES, FactType.SET, "The countries that they are registered in: of their owners.", of=LOOKED_UP),
    Fact(OWNERS, FactType.TABLE, "Network, who announces it, and the country that it is registered in."),
)
AUTHENTICATED, NOT_AUTHENTICATED, WITHHELD = "authenticated", "not_authenticated", "withheld"
SERVICE = "service"
MOST_SERVERS = 16
MOST_NETWORKS = 32


class Told(NamedTuple):
    """A value, and what the report may show beside it."""

    value: Value | Unseen
    detail: str = ""
    undecided: tuple[tuple[str, Unseen], ...] = ()


class Names:
    """Questions about one target's name, to its resolver."""

    def __init__(self, session: Session, target: Target) -> None:
        self.session, self.target = session, target
        self.name = dns.name.from_text(str(target.says("name")))

    async def ask(self, name: dns.name.Name, kind: str) -> dns.message.Message:
        """The answer, unchecked by the resolver."""
        return await ask(self.session, self.target, name, kind)

    async def addresses(self, name: dns.name.Name | None = None) -> tuple[str, ...]:
        """The addresses of a name, through aliases. () where it has none. CannotObserve: as `ask`."""
        found: list[str] = []
        for kind in ("A", "AAAA"):
            answer = await self.ask(name or self.name, kind)
            wanted = dns.rdatatype.from_text(kind)
            found += [one.address for rrset in answer.answer if rrset.rdtype == wanted for one in rrset]
        return tuple(dict.fromkeys(found))

    async def servers(self) -> tuple[dns.name.Name, ...]:
        """The name servers of the zone that the name lies in, whatever it is an alias of."""
        zone = self.name
        while zone != dns.name.root:
            if found := records(await self.ask(zone, "NS"), zone, "NS"):
                return tuple(sorted(one.target for one in found))
            zone = zone.parent()
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"the resolver names no name servers of {self.name}")


async def observe(target: Target, session: Session) -> AsyncGenerator[Seen, None]:
    """One Seen for each promised fact."""
    names = Names(session, target)
    if (await names.ask(names.name, "A")).rcode() == dns.rcode.NXDOMAIN:
        raise CannotObserve(Reason.NAME_NOT_RESOLVED, f"{target.address} says that there is no {names.name}")
    yield Seen(RESOLVER, *await _or_unseen(_resolver_says, names))
    addresses = await names.addresses()
    yield Seen(ADDRESSES, most_of_one_family(addresses), ", ".join(addresses))
    yield Seen(CHAIN, *await _or_unseen(_chain, names))
    yield Seen(COMPARED, len(_services(names)))
    yield Seen(SHARED, *await _or_unseen(lambda it: _shared(it, addresses), names))
    servers = await names.servers()
    yield Seen(SERVERS, len(servers), ", ".join(map(str, servers)))
    by_server = [await names.addresses(server) for server in servers[:MOST_SERVERS]]
    yield Seen(GROUPS, groups_apart(networks_of(each) for each in by_server))
    async for seen in _owners(names, [*addresses, *(one for each in by_server for one in each)]):
        yield seen


Look = Callable[[Names], Awaitable[tuple[Value | Unseen, str]]]


async def _or_unseen(look: Look, names: Names) -> tuple[Value | Unseen, str]:
    """What a look gives, or why it gives nothing; the other facts are looked for all the same."""
    try:
        return await look(names)
    except CannotObserve as problem:
        return problem.unseen, ""


async def _resolver_says(names: Names) -> tuple[str, str]:
    try:
        answer = await ask(names.session, names.target, names.name, "A", judged=True)
    except CannotObserve as problem:
        if problem.unseen.reason is Reason.NAME_NOT_RESOLVED:  # it does answer where it need not check
            return WITHHELD, problem.unseen.detail
        raise
    return (AUTHENTICATED if answer.flags & dns.flags.AD else NOT_AUTHENTICATED), ""


async def _chain(names: Names) -> tuple[str, str]:
    said = names.target.says("dnssec_anchors")
    anchors = read_anchors(said if isinstance(said, tuple) and said else ROOT_ANCHORS)
    return await chain_state(names.name, anchors, names.ask, names.session.now())


def _services(names: Names) -> tuple[Target, ...]:
    """The profile's services, but for the target itself."""
    others = names.session.profile_targets(TargetKind.NAME)
    return tuple(one for one in others if one.says("use") == SERVICE and one.id != names.target.id and one.address)


async def _shared(names: Names, addresses: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    theirs: set[str] = set()
    for one in _services(names):
        found = await Names(names.session, one).addresses()
        if not found:
            raise CannotObserve(Reason.NAME_NOT_RESOLVED, f"{one.says('name')} has no address to compare with")
        theirs |= networks_of(found)
    if not addresses:
        raise CannotObserve(Reason.NAME_NOT_RESOLVED, f"{names.name} has no address to compare")
    return tuple(sorted(networks_of(addresses) & theirs)), ""


async def _owners(names: Names, addresses: Iterable[str]) -> AsyncGenerator[Seen, None]:
    """Whose the networks are, where the profile lets that be asked."""
    if not names.target.says("look_up_owners"):
        unseen = Unseen(Reason.NOT_CONFIGURED, "the profile does not let owners be looked up (look_up_owners)")
        for name in (LOOKED_UP, COUNTRIES, OWNERS):
            yield Seen(name, unseen)
        return
    networks = {network_of(address): address for address in addresses}
    rows: list[tuple[str, str, str]] = []
    undecided: list[tuple[str, Unseen]] = []
    for network, address in sorted(networks.items())[:MOST_NETWORKS]:
        try:
            rows.append((network, *await _owner(names, address)))
        except CannotObserve as problem:
            undecided.append((network, problem.unseen))
    if len(networks) > MOST_NETWORKS:
        undecided.append(("others", Unseen(Reason.LIMIT_REACHED, f"more than {MOST_NETWORKS} networks")))
    yield Seen(LOOKED_UP, len(networks))
    yield Seen(COUNTRIES, tuple(sorted({row[2] for row in rows})), undecided=tuple(undecided))
    yield Seen(OWNERS, Table(("network", "announced_by", "country"), tuple(rows)))


async def _owner(names: Names, address: str) -> tuple[str, str]:
    """Who announces the network of an address, and the country that it is registered in."""
    question = dns.name.from_text(owner_question(address))
    found = records(await names.ask(question, "TXT"), question, "TXT")
    texts = [b"".join(one.strings).decode("ascii", errors="replace") for one in found or ()]
    owners = [owner for owner in map(read_owner, texts) if owner]
    if not owners:
        raise CannotObserve(Reason.NAME_NOT_RESOLVED, f"nobody is said to announce the network of {address}")
    countries = sorted({country for _, _, country in owners})
    if len(countries) > 1:
        raise CannotObserve(Reason.ANSWERS_DIFFER, f"the network of {address} is said to be of {', '.join(countries)}")
    return ", ".join(sorted({systems for systems, _, _ in owners})), countries[0]


PROBE = Probe(TargetKind.NAME, FACTS, observe)
