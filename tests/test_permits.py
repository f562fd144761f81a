"""Permits: what may be done to which address, by whose leave, and when."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from readiness.chain import Permit
from readiness.model import Target, TargetKind
from readiness.permits import covering, of_trial, refusal, split_address
from readiness.probe import Effect
from tests.conftest import NOON, profile_of

DAY = timedelta(1)
OWN = Target("own", TargetKind.ENDPOINT, address="192.0.2.7:443", party="kommunen")
THEIRS = Target("theirs", TargetKind.ENDPOINT, address="front.example:443", party="leverantoren")


def permit(*addresses, owner="kommunen", effects=("scans",), start=NOON - DAY, end=NOON + DAY, sha256=""):
    return Permit(owner, addresses, effects, start, end, "letter" if sha256 else "", sha256)


def said(*permits, effect=Effect.SCANS, target=OWN, at=NOON):
    return refusal(effect, target, profile_of(target, permits=permits), at)


def test_reading_needs_no_permit():
    assert said(effect=Effect.READS) == ""


def test_more_than_reading_needs_one():
    assert "needs a permit" in said()


@pytest.mark.parametrize("address", ["192.0.2.7", "192.0.2.7:443", "192.0.2.0/24"])
def test_a_permit_names_an_address_a_port_or_a_network(address):
    assert said(permit(address)) == ""


@pytest.mark.parametrize("address", ["192.0.2.8", "192.0.2.7:444", "198.51.100.0/24", "own.example"])
def test_a_permit_for_another_address_is_none(address):
    assert "does not name 192.0.2.7:443" in said(permit(address))


def test_a_network_does_not_cover_a_name():
    assert "does not name" in said(permit("0.0.0.0/0", owner="leverantoren", sha256="ab"), target=THEIRS)


def test_a_permit_is_for_its_effects_only():
    assert "does not allow sends" in said(permit("192.0.2.7"), effect=Effect.SENDS)


@pytest.mark.parametrize(
    ("at", "refused"), [(NOON - DAY, False), (NOON + DAY, False), (NOON - 2 * DAY, True), (NOON + 2 * DAY, True)]
)
def test_a_permit_is_for_its_period_only(at, refused):
    assert bool(said(permit("192.0.2.7"), at=at)) is refused


def test_nobody_permits_what_another_answers_for():
    assert "leverantoren answers for" in said(permit("front.example"), target=THEIRS)


def test_anothers_permit_cites_a_document():
    assert "cites no document" in said(permit("front.example", owner="leverantoren"), target=THEIRS)
    assert said(permit("front.example", owner="leverantoren", sha256="ab"), target=THEIRS) == ""


def test_one_fitting_permit_is_enough():
    assert said(permit("198.51.100.1"), permit("192.0.2.7")) == ""


def test_the_permit_that_covers_is_the_first_that_fits():
    permits = (permit("198.51.100.1"), permit("192.0.2.7"), permit("192.0.2.0/24"))
    profile = profile_of(OWN, permits=permits)
    assert covering(Effect.SCANS, OWN, profile, NOON) is permits[1]
    assert covering(Effect.SENDS, OWN, profile, NOON) is None
    assert covering(Effect.READS, OWN, profile, NOON) is None


def test_production_of_the_infrastructure_is_only_ever_read():
    far = Target("far", TargetKind.ENDPOINT, address="WWW5.skatteverket.se:443", party="kommunen")
    assert "in production" in said(permit("www5.skatteverket.se"), target=far)
    behind = Target(
        "far",
        TargetKind.ENDPOINT,
        address="192.0.2.7:443",
        party="kommunen",
        declared=(("server_name", "www5.skatteverket.se"),),
    )
    assert "in production" in said(permit("192.0.2.7"), target=behind)
    assert said(effect=Effect.READS, target=far) == ""


def test_disturbing_is_never_permitted():
    assert "this machine" in said(permit("192.0.2.7", effects=("disturbs",)), effect=Effect.DISTURBS)


@pytest.mark.parametrize(("address", "parts"), [("a.example:443", ("a.example", 443)), ("[::1]:1", ("::1", 1))])
def test_an_address_is_split(address, parts):
    assert split_address(address) == parts


@pytest.mark.parametrize("address", ["", "a", "a:", ":1", "a:0", "a:65536", "a:-1", "::1:443", "a:４", "[::1:443"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match=r"is not host:port|in brackets"):
        split_address(address)


def test_documentation_addresses_are_what_the_tests_say():
    assert not ip_address("192.0.2.7").is_global


def of_a_trial(*permits, on=NOON - DAY, document="Medgivande 7", target=THEIRS):
    return of_trial(document, on, profile_of(target, permits=permits))


def trial_permit(*addresses, owner="leverantoren", effects=("reads", "sends"), start=NOON - 2 * DAY, end=NOON):
    return Permit(owner, addresses or ("front.example",), effects, start, end, "Medgivande 7", "ab" * 32)


def test_the_permit_of_a_trial_is_the_one_that_it_cites():
    found = trial_permit()
    assert of_a_trial(found, document=" medgivande 7 ") == (found, "")
    assert of_a_trial(found, document="Medgivande 8") is None
    assert of_a_trial(permit("192.0.2.7"), document="") is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (trial_permit(effects=("reads", "scans")), "does not allow sends"),
        (trial_permit(start=NOON), "is for 2026-11-30 to 2026-11-30"),
        (trial_permit(start=NOON - 9 * DAY, end=NOON - 2 * DAY), "is for 2026-11-21 to 2026-11-28"),
        (trial_permit("other.example"), "names no endpoint that leverantoren answers for"),
        (trial_permit(owner="kommunen"), "names no endpoint that kommunen answers for"),
    ],
)
def test_a_permit_that_did_not_allow_a_trial_says_why(given, why):
    assert of_a_trial(given) == (given, why)


def test_a_trial_may_be_allowed_by_one_of_several_permits_that_cite_the_same_document():
    old, new = trial_permit(end=NOON - 2 * DAY), trial_permit()
    assert of_a_trial(old, new) == of_a_trial(new, old) == (new, "")


def test_a_trial_of_the_day_that_a_permit_begins_or_ends_is_allowed():
    begins = trial_permit(start=NOON - DAY, end=NOON)
    midnight = NOON.replace(hour=0)
    assert of_a_trial(begins, on=midnight - DAY) == (begins, "")
    assert of_a_trial(begins, on=midnight) == (begins, "")
    assert of_a_trial(begins, on=midnight + DAY)[1]
