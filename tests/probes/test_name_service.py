"""Names: what a resolver says is told, signatures are verified, and what it leaves out is never taken for missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from probes._dns_asking import answers, read_answer
from probes._dns_networks import groups_apart, most_of_one_family, network_of, owner_question, read_owner
from probes._dnssec import ROOT_ANCHORS, read_anchors
from probes._dnssec_denial import Denial, denied
from probes.name_service import PROBE
from readiness.demo import names
from readiness.demo.name_server import Answers, signed_zones
from readiness.demo.names import DnsPlan, conforming_dns
from readiness.model import Reason, Table, Target, TargetKind, Unseen
from readiness.probe import CannotObserve, Limits, Seen
from tests.conftest import NOON, look, session_for
from tests.stands.dns_server import dns_server
from tests.stands.programs import free_port

Change = Callable[[dns.message.Message, dns.message.Message], None]
"""What a test does to an answer: (question, answer)."""


@pytest.fixture(scope="module")
def conforming() -> tuple[str, dict[str, dns.zone.Zone]]:
    return signed_zones(conforming_dns(), NOON)


def name(address: str, anchor: str = "", host: str = names.SERVICE, **declared: object) -> Target:
    says = {"name": host, "use": "service", "look_up_owners": True, "dnssec_anchors": (anchor,) if anchor else ()}
    return Target("namn", TargetKind.NAME, address=address, declared=tuple(sorted((says | declared).items())))  # type: ignore[arg-type]


def facts(target: Target, *others: Target) -> dict[str, Seen]:
    return look(PROBE, target, session_for(target, *others, limits=Limits(wait=0.4)))


def served(plan: DnsPlan, host: str = names.SERVICE, **declared: object) -> dict[str, Seen]:
    anchor, zones = signed_zones(plan, NOON)
    held_back = {names.ZONE} if plan.signing in {names.WRONGLY, names.EXPIRED} else set()
    with dns_server(Answers(zones, held_back).answer) as stand:
        return facts(name(stand.address, anchor, host, **declared))


def changed(zones: dict[str, dns.zone.Zone], change: Change) -> Callable[[bytes], bytes]:
    """Answers that a change has gone over."""

    def answer(data: bytes) -> bytes:
        query, response = dns.message.from_wire(data), dns.message.from_wire(Answers(zones).answer(data))
        change(query, response)
        return response.to_wire()

    return answer


def with_change(conforming: tuple[str, dict[str, dns.zone.Zone]], change: Change) -> dict[str, Seen]:
    anchor, zones = conforming
    with dns_server(changed(zones, change)) as stand:
        return facts(name(stand.address, anchor))


def value(seen: dict[str, Seen], fact: str) -> object:
    found = seen[f"name.{fact}"].value
    return found.reason if isinstance(found, Unseen) else found


def why(part: Callable[[bytes], bytes | list[bytes]], anchor: str = "") -> Reason:
    with dns_server(part) as stand, pytest.raises(CannotObserve) as caught:
        facts(name(stand.address, anchor))
    return caught.value.unseen.reason


def asked(query: dns.message.Message, host: str, kind: str) -> bool:
    question = query.question[0]
    return question.name == dns.name.from_text(host) and question.rdtype == dns.rdatatype.from_text(kind)


# -- Networks ----------------------------------------------------------------------------------------------------------


def test_a_network_is_the_smallest_piece_that_is_announced() -> None:
    assert network_of("192.0.2.200") == "192.0.2.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"


@pytest.mark.parametrize(
    ("networks", "groups"),
    [
        ([], 0),
        ([set()], 0),
        ([{"a"}, set()], 1),
        ([{"a", "b"}], 1),
        ([{"a"}, {"b"}], 2),
        ([{"a", "x"}, {"b", "x"}], 1),
        ([{"a", "x"}, {"b"}, {"b", "x"}], 1),
        ([{"a"}, {"a"}, {"b"}, {"c"}], 3),
    ],
)
def test_servers_that_share_a_network_are_one_group(networks: list[set[str]], groups: int) -> None:
    assert groups_apart(networks) == groups
    assert groups_apart(reversed(networks)) == groups


def test_one_address_of_each_family_is_one_way_in() -> None:
    assert most_of_one_family(["192.0.2.1", "2001:db8::1"]) == 1
    assert most_of_one_family(["192.0.2.1", "2001:db8::1", "2001:db8::2"]) == 2
    assert most_of_one_family([]) == 0


def test_an_owner_is_asked_for_by_the_address_backwards() -> None:
    assert owner_question("192.0.2.80") == "80.2.0.192.origin.asn.cymru.com"
    assert owner_question("2001:db8::1") == f"1.{'0.' * 23}8.b.d.0.1.0.0.2.origin6.asn.cymru.com"


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("23028 | 216.90.108.0/24 | US | arin | 1998-09-25", ("AS23028", "216.90.108.0/24", "US")),
        ("1 2 | 192.0.2.0/24 | se | ripencc | ", ("AS1 AS2", "192.0.2.0/24", "SE")),
        ("23028 | 216.90.108.0/24 | | arin | 1998-09-25", None),
        (" | 216.90.108.0/24 | US | arin | 1998-09-25", None),
        ("v=spf1 -all", None),
        ("", None),
    ],
)
def test_who_announces_a_network_is_read_or_not(text: str, owner: tuple[str, str, str] | None) -> None:
    assert read_owner(text) == owner


# -- What is heard -----------------------------------------------------------------------------------------------------


def test_only_the_answer_to_the_question_is_heard() -> None:
    query = dns.message.make_query("a.example", "A")
    other = dns.message.make_response(dns.message.make_query("b.example", "A"))
    other.id = query.id
    right = dns.message.make_response(query)
    assert answers(right.to_wire(), query)
    assert not answers(other.to_wire(), query)
    assert not answers(query.to_wire(), query)
    wire = right.to_wire()
    assert not answers(bytes([wire[0] ^ 1]) + wire[1:], query)
    assert not answers(wire[:8], query)


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reader_of_answers(data: bytes) -> None:
    query = dns.message.make_query("a.example", "A")
    answers(data, query)
    try:
        read_answer(data)
    except CannotObserve as problem:
        reason = problem.unseen.reason
    else:
        reason = Reason.NOT_UNDERSTOOD
    assert reason is Reason.NOT_UNDERSTOOD


# -- A resolver that answers -------------------------------------------------------------------------------------------


def test_of_a_well_served_name_every_fact_is_seen() -> None:
    seen = served(conforming_dns())
    assert set(seen) == {fact.name for fact in PROBE.facts}
    table = seen["name.network_owners"].value
    assert isinstance(table, Table)
    assert len(table.rows) == 3
    assert {fact: one.value for fact, one in seen.items() if fact != "name.network_owners"} == {
        "name.addresses": 2,
        "name.servers": 2,
        "name.server_groups": 2,
        "name.dnssec_chain": "validated",
        "name.resolver_says": "authenticated",
        "name.networks_compared": 0,
        "name.networks_shared": (),
        "name.networks_looked_up": 3,
        "name.registration_countries": ("SE",),
    }


@pytest.mark.parametrize(
    ("signing", "chain", "says"),
    [
        (names.SIGNED, "validated", "authenticated"),
        (names.UNSIGNED, "unsigned", "not_authenticated"),
        (names.WRONGLY, "bogus", "withheld"),
        (names.EXPIRED, "bogus", "withheld"),
    ],
)
def test_how_a_zone_is_signed_is_told_by_us_and_by_the_resolver(signing: str, chain: str, says: str) -> None:
    seen = served(replace(conforming_dns(), signing=signing))
    assert (value(seen, "dnssec_chain"), value(seen, "resolver_says")) == (chain, says)
    assert value(seen, "addresses") == 2


def test_a_broken_chain_says_where_and_why() -> None:
    assert "expired" in served(replace(conforming_dns(), signing=names.EXPIRED))["name.dnssec_chain"].detail
    assert "verify failure" in served(replace(conforming_dns(), signing=names.WRONGLY))["name.dnssec_chain"].detail


def test_signatures_that_begin_tomorrow_hold_not_yet(conforming) -> None:
    anchor, zones = signed_zones(conforming_dns(), NOON + timedelta(days=2))
    with dns_server(Answers(zones).answer) as stand:
        assert value(facts(name(stand.address, anchor)), "dnssec_chain") == "bogus"


def test_an_anchor_that_is_not_the_zone_s_breaks_the_chain(conforming) -> None:
    other, _ = signed_zones(conforming_dns(), NOON)
    with dns_server(Answers(conforming[1]).answer) as stand:
        assert value(facts(name(stand.address, other)), "dnssec_chain") == "bogus"


def test_an_anchor_elsewhere_leaves_the_chain_unseen(conforming) -> None:
    anchor = conforming[0].replace("example.", "test.", 1)
    with dns_server(Answers(conforming[1]).answer) as stand:
        assert value(facts(name(stand.address, anchor)), "dnssec_chain") is Reason.NOT_CONFIGURED


def test_an_anchor_of_an_algorithm_that_is_not_verified_leaves_the_chain_unseen(conforming) -> None:
    zone, kind, tag, _, digest, hashed = conforming[0].split()
    with dns_server(Answers(conforming[1]).answer) as stand:
        seen = facts(name(stand.address, f"{zone} {kind} {tag} 5 {digest} {hashed}"))
    assert value(seen, "dnssec_chain") is Reason.NOT_SUPPORTED


def test_the_root_s_own_anchors_can_be_read() -> None:
    anchors = read_anchors(ROOT_ANCHORS)
    assert (anchors.name, {one.key_tag for one in anchors}) == (dns.name.root, {20326, 38696})
    with pytest.raises(ValueError, match="anchor"):
        read_anchors((". DS x",))


def without_signatures(query: dns.message.Message, response: dns.message.Message) -> None:
    for section in (response.answer, response.authority):
        section[:] = [rrset for rrset in section if rrset.rdtype != dns.rdatatype.RRSIG]


def test_a_resolver_that_drops_all_signatures_says_nothing_of_the_zone(conforming) -> None:
    assert value(with_change(conforming, without_signatures), "dnssec_chain") is Reason.NOT_SUPPORTED


def test_an_answer_without_its_signature_in_a_signed_zone_is_bogus(conforming) -> None:
    def change(query: dns.message.Message, response: dns.message.Message) -> None:
        if asked(query, names.SERVICE, "A"):
            without_signatures(query, response)

    assert value(with_change(conforming, change), "dnssec_chain") == "bogus"


def test_a_ds_record_that_is_left_out_without_proof_is_not_taken_for_an_unsigned_zone(conforming) -> None:
    def change(query: dns.message.Message, response: dns.message.Message) -> None:
        if asked(query, names.ZONE, "DS"):
            response.answer.clear()

    assert value(with_change(conforming, change), "dnssec_chain") is Reason.NOT_UNDERSTOOD


def test_a_proof_that_nobody_signed_proves_nothing() -> None:
    anchor, zones = signed_zones(replace(conforming_dns(), signing=names.UNSIGNED), NOON)

    def change(query: dns.message.Message, response: dns.message.Message) -> None:
        if asked(query, names.ZONE, "DS"):
            without_signatures(query, response)

    with dns_server(changed(zones, change)) as stand:
        assert value(facts(name(stand.address, anchor)), "dnssec_chain") is Reason.NOT_UNDERSTOOD


def test_keys_that_are_other_than_the_ds_record_says_are_bogus(conforming) -> None:
    _, others = signed_zones(conforming_dns(), NOON)
    mixed = {**conforming[1], names.ZONE: others[names.ZONE]}
    with dns_server(Answers(mixed).answer) as stand:
        assert value(facts(name(stand.address, conforming[0])), "dnssec_chain") == "bogus"


def test_a_signature_by_the_zone_above_does_not_stand_for_the_zone_s_own(conforming) -> None:
    anchor, zones = conforming
    above = zones[names.PARENT]

    def change(query: dns.message.Message, response: dns.message.Message) -> None:
        if asked(query, names.SERVICE, "A"):
            borrowed = above.get_rdataset(dns.name.from_text(names.STATUS), "RRSIG", "A")
            assert borrowed is not None
            response.answer[1] = dns.rrset.from_rdata_list(query.question[0].name, 300, list(borrowed))

    seen = with_change((anchor, zones), change)
    assert value(seen, "dnssec_chain") == "bogus"
    assert "signed by example., not by exempelby.example." in seen["name.dnssec_chain"].detail


@pytest.mark.parametrize("key", ["ed25519", "rsa"])
def test_keys_of_other_kinds_are_verified_too(key: str) -> None:
    text = "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n@ A 192.0.2.1"
    zone = dns.zone.from_text(text, "z.", relativize=False)
    private = ed25519.Ed25519PrivateKey.generate() if key == "ed25519" else rsa.generate_private_key(65537, 2048)
    algorithm = 15 if key == "ed25519" else 8
    public = dns.dnssec.make_dnskey(private.public_key(), algorithm, flags=257)
    end = NOON + timedelta(days=1)
    with zone.writer() as transaction:
        dns.dnssec.sign_zone(zone, transaction, [(private, public)], inception=NOON, expiration=end)
    anchor = f"z. DS {dns.dnssec.make_ds('z.', public, 'SHA384')}"
    with dns_server(Answers({"z.": zone}).answer) as stand:
        seen = facts(name(stand.address, anchor, "z", look_up_owners=None))
    assert value(seen, "dnssec_chain") == "validated"


# -- Aliases -----------------------------------------------------------------------------------------------------------


def aliased(*pairs: tuple[str, str]) -> tuple[str, dict[str, dns.zone.Zone]]:
    """The conforming zones with aliases in the unsigned rest of the names, signed anew."""
    text = "".join(f"{alias}. CNAME {target}.\n" for alias, target in pairs)
    real = names.zone_texts

    def texts(plan: DnsPlan, delegation: str) -> dict[str, str]:
        zones = real(plan, delegation)
        return {**zones, names.ZONE: zones[names.ZONE] + text}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "zone_texts", texts)
        return signed_zones(conforming_dns(), NOON)


def test_an_alias_is_followed_and_signed_on_both_sides() -> None:
    anchor, zones = aliased(("post.exempelby.example", names.STATUS))
    with dns_server(Answers(zones).answer) as stand:
        seen = facts(name(stand.address, anchor, "post.exempelby.example"))
    assert value(seen, "dnssec_chain") == "validated"


def test_aliases_that_lead_in_a_circle_are_given_up() -> None:
    a, b = "a.exempelby.example", "b.exempelby.example"
    anchor, zones = aliased((a, b), (b, a))
    with dns_server(Answers(zones).answer) as stand:
        seen = facts(name(stand.address, anchor, a))
    assert value(seen, "dnssec_chain") is Reason.LIMIT_REACHED
    assert value(seen, "addresses") == 0


# -- Proofs of absence -------------------------------------------------------------------------------------------------


def nsec(owner: str, following: str, types: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(owner, 60, "IN", "NSEC", f"{following} {types}")


def nsec3(owner: str, following: str, types: str, *, flags: int = 0, rounds: int = 0) -> dns.rrset.RRset:
    start, end = (dns.dnssec.nsec3_hash(one, None, rounds, 1) for one in (owner, following))
    return dns.rrset.from_text(f"{start}.z.", 60, "IN", "NSEC3", f"1 {flags} {rounds} - {end} {types}".strip())


def proof(*rrsets: dns.rrset.RRset, host: str = "k.z.") -> Denial:
    message = dns.message.make_response(dns.message.make_query(host, "DS"))
    message.authority.extend(rrsets)
    return denied(message, dns.name.from_text(host), lambda rrset: True)


@pytest.mark.parametrize(
    ("rrset", "host", "found"),
    [
        (nsec("k.z.", "m.z.", "NS RRSIG NSEC"), "k.z.", Denial.UNSIGNED),
        (nsec("k.z.", "m.z.", "A RRSIG NSEC"), "k.z.", Denial.NO_DELEGATION),
        (nsec("k.z.", "m.z.", "NS DS RRSIG NSEC"), "k.z.", Denial.NOTHING),
        (nsec("k.z.", "m.z.", "NS SOA RRSIG NSEC"), "k.z.", Denial.NOTHING),
        (nsec("a.z.", "m.z.", "A RRSIG NSEC"), "k.z.", Denial.NO_NAME),
        (nsec("a.z.", "x.k.z.", "A RRSIG NSEC"), "k.z.", Denial.NO_DELEGATION),
        (nsec("a.z.", "z.", "A RRSIG NSEC"), "k.z.", Denial.NO_NAME),
        (nsec("a.z.", "b.z.", "A RRSIG NSEC"), "k.z.", Denial.NOTHING),
        (nsec("m.z.", "z.", "A RRSIG NSEC"), "k.z.", Denial.NOTHING),
        (nsec3("k.z.", "m.z.", "NS"), "k.z.", Denial.UNSIGNED),
        (nsec3("k.z.", "m.z.", "A RRSIG"), "k.z.", Denial.NO_DELEGATION),
        (nsec3("k.z.", "m.z.", ""), "k.z.", Denial.NO_DELEGATION),
        (nsec3("k.z.", "m.z.", "NS DS RRSIG"), "k.z.", Denial.NOTHING),
        (nsec3("m.z.", "m.z.", "A", flags=1), "k.z.", Denial.UNSIGNED),
        (nsec3("m.z.", "m.z.", "A"), "k.z.", Denial.NOTHING),
    ],
)
def test_a_proof_says_what_it_says_and_no_more(rrset: dns.rrset.RRset, host: str, found: Denial) -> None:
    assert proof(rrset, host=host) is found


def test_a_span_of_hashes_covers_what_lies_between_and_nothing_else() -> None:
    hashed = {one: dns.dnssec.nsec3_hash(one, None, 0, 1) for one in (f"{letter}.z." for letter in "abcdefghij")}
    first, middle, last = sorted(hashed, key=lambda one: hashed[one])[::4][:3]
    assert proof(nsec3(first, last, "A", flags=1), host=middle) is Denial.UNSIGNED
    assert proof(nsec3(last, first, "A", flags=1), host=middle) is Denial.NOTHING
    assert proof(nsec3(middle, first, "A", flags=1), host=last) is Denial.UNSIGNED


def test_hashing_without_end_is_not_done() -> None:
    with pytest.raises(CannotObserve) as caught:
        proof(nsec3("k.z.", "m.z.", "NS", rounds=101))
    assert caught.value.unseen.reason is Reason.NOT_SUPPORTED


def test_what_is_not_signed_is_no_proof() -> None:
    message = dns.message.make_response(dns.message.make_query("k.z.", "DS"))
    message.authority.append(nsec("k.z.", "m.z.", "NS RRSIG NSEC"))
    assert denied(message, dns.name.from_text("k.z."), lambda rrset: False) is Denial.NOTHING


# -- Servers, neighbours, owners ---------------------------------------------------------------------------------------


def test_a_name_server_without_an_address_is_in_no_group() -> None:
    plan = conforming_dns()
    plan.servers.append("ns3.exempelby.example")
    seen = served(plan)
    assert (value(seen, "servers"), value(seen, "server_groups")) == (3, 2)


def test_a_name_server_that_cannot_be_looked_up_leaves_the_groups_unseen(conforming) -> None:
    def change(query: dns.message.Message, response: dns.message.Message) -> None:
        if asked(query, "ns2.exempeldrift.example", "A"):
            response.set_rcode(dns.rcode.SERVFAIL)

    with pytest.raises(CannotObserve) as caught:
        with_change(conforming, change)
    assert caught.value.unseen.reason is Reason.NAME_NOT_RESOLVED


@pytest.mark.parametrize(("status", "shared"), [("192.0.2.7", ("192.0.2.0/24",)), ("203.0.113.80", ())])
def test_a_status_page_shares_the_service_s_network_or_not(status: str, shared: tuple[str, ...]) -> None:
    plan = conforming_dns()
    plan.hosts[names.STATUS] = [status]
    anchor, zones = signed_zones(plan, NOON)
    with dns_server(Answers(zones).answer) as stand:
        service = replace(name(stand.address, anchor), id="tjanst")
        seen = facts(name(stand.address, anchor, names.STATUS, use="status"), service)
    assert (value(seen, "networks_compared"), value(seen, "networks_shared")) == (1, shared)


def test_a_service_without_an_address_cannot_be_compared_with() -> None:
    anchor, zones = signed_zones(conforming_dns(), NOON)
    with dns_server(Answers(zones).answer) as stand:
        service = replace(name(stand.address, anchor, "saknas.exempelby.example"), id="tjanst")
        seen = facts(name(stand.address, anchor, names.STATUS, use="status"), service)
    assert value(seen, "networks_shared") is Reason.NAME_NOT_RESOLVED


def test_owners_are_not_asked_for_where_the_profile_does_not_say_so(conforming) -> None:
    anchor, zones = conforming
    with dns_server(Answers(zones).answer) as stand:
        seen = facts(name(stand.address, anchor, look_up_owners=None))
        questions = [dns.message.from_wire(data).question[0].name for data in stand.udp]
    assert value(seen, "registration_countries") is Reason.NOT_CONFIGURED
    assert not any("cymru" in str(question) for question in questions)
    assert len(questions) > 10


def test_a_network_that_nobody_is_said_to_announce_is_undecided(conforming) -> None:
    def change(query: dns.message.Message, response: dns.message.Message) -> None:
        if query.question[0].rdtype == dns.rdatatype.TXT:
            response.answer = [one for one in response.answer if "192.0.2" not in str(one)]

    seen = with_change(conforming, change)["name.registration_countries"]
    assert seen.value == ("SE",)
    assert {network: reason.reason for network, reason in seen.undecided} == {"192.0.2.0/24": Reason.NAME_NOT_RESOLVED}


def test_a_network_abroad_is_told() -> None:
    seen = served(replace(conforming_dns(), countries={"198.51.100.0/24": "US"}))
    assert value(seen, "registration_countries") == ("SE", "US")


# -- A resolver that does not ------------------------------------------------------------------------------------------


def code(number: dns.rcode.Rcode) -> Callable[[bytes], bytes]:
    def answer(data: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(data))
        response.set_rcode(number)
        return response.to_wire()

    return answer


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (dns.rcode.SERVFAIL, Reason.NAME_NOT_RESOLVED),
        (dns.rcode.NXDOMAIN, Reason.NAME_NOT_RESOLVED),
        (dns.rcode.REFUSED, Reason.ACCESS_DENIED),
        (dns.rcode.FORMERR, Reason.NOT_SUPPORTED),
        (dns.rcode.NOTIMP, Reason.NOT_SUPPORTED),
        (dns.rcode.YXDOMAIN, Reason.NOT_UNDERSTOOD),
    ],
)
def test_an_answer_that_is_none_leaves_everything_unseen(number: dns.rcode.Rcode, reason: Reason) -> None:
    assert why(code(number)) is reason


def spoiled(data: bytes) -> bytes:
    return data[:2] + b"\x81\x80" + b"\xff" * 30


def other_number(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + code(dns.rcode.NOERROR)(data)[1:]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (lambda data: b"", Reason.TIMED_OUT),
        (lambda data: b"x", Reason.TIMED_OUT),
        (lambda data: data, Reason.TIMED_OUT),
        (other_number, Reason.TIMED_OUT),
        (spoiled, Reason.NOT_UNDERSTOOD),
    ],
)
def test_silence_garbage_and_forgery_leave_everything_unseen(part: Callable[[bytes], bytes], reason: Reason) -> None:
    assert why(part) is reason


def test_nobody_home_leaves_everything_unseen() -> None:
    with pytest.raises(CannotObserve) as caught:
        facts(name(f"127.0.0.1:{free_port()}"))
    assert caught.value.unseen.reason in {Reason.CONNECTION_REFUSED, Reason.TIMED_OUT}


def test_forged_answers_before_the_right_one_are_not_heard(conforming) -> None:
    anchor, zones = conforming

    def part(data: bytes) -> list[bytes]:
        right = Answers(zones).answer(data)
        forged = dns.message.make_response(dns.message.make_query("annan.example", "A"))
        forged.id = dns.message.from_wire(data).id
        return [bytes([right[0] ^ 255]) + right[1:], forged.to_wire(), right]

    with dns_server(part) as stand:
        seen = facts(name(stand.address, anchor))
    assert (value(seen, "addresses"), value(seen, "dnssec_chain")) == (2, "validated")


def cut(zones: dict[str, dns.zone.Zone]) -> Callable[[bytes], bytes]:
    def answer(data: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(data))
        response.flags |= dns.flags.TC
        return response.to_wire()

    return answer


def test_an_answer_that_is_cut_is_asked_for_over_tcp(conforming) -> None:
    anchor, zones = conforming
    with dns_server(cut(zones), Answers(zones).answer) as stand:
        seen = facts(name(stand.address, anchor))
    assert value(seen, "dnssec_chain") == "validated"
    assert len(stand.tcp) == len(stand.udp) > 10


@pytest.mark.parametrize(
    ("part", "reason"), [(lambda data: b"", Reason.CLOSED_EARLY), (other_number, Reason.NOT_UNDERSTOOD)]
)
def test_a_cut_answer_without_a_right_one_over_tcp_is_unseen(conforming, part, reason: Reason) -> None:
    with dns_server(cut(conforming[1]), part) as stand, pytest.raises(CannotObserve) as caught:
        facts(name(stand.address))
    assert caught.value.unseen.reason is reason


def test_a_resolver_is_asked_once_for_each_thing(conforming) -> None:
    anchor, zones = conforming
    with dns_server(Answers(zones).answer) as stand:
        facts(name(stand.address, anchor))
    queries = list(map(dns.message.from_wire, stand.udp))
    asked_for = [(query.question[0].to_text(), query.flags & dns.flags.CD) for query in queries]
    assert len(asked_for) == len(set(asked_for)) > 10
