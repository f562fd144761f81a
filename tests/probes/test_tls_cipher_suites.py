"""Is the set of suites joined honestly over addresses and versions? What real servers accept: test_tls_zoo."""

from __future__ import annotations

import pytest

from probes._tls_scan import Joined, join
from probes._tls_suites import SUITES, SUITES_1_3, SUITES_TO_1_2
from probes.tls_cipher_suites import read_order, suite_name
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve
from tests.probes.tls_looks import address, found, scan_of

A, B = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"
DIFFERS = Unseen(Reason.ANSWERS_DIFFER, "accepted at some of the addresses")


def joined(*looks: object) -> Joined:
    value = join(scan_of(*looks), lambda one: one.suites, suite_name)  # type: ignore[arg-type]
    assert isinstance(value, Joined)
    return value


def test_what_every_address_accepts_in_any_version_is_accepted() -> None:
    one = address("a", found("TLSv1.2", 0xC02B), found("TLSv1.1", 0x002F))
    other = address("b", found("TLSv1.2", 0x002F, 0xC02B))
    assert joined(one, other) == Joined((A, B), ())


def test_what_only_some_addresses_accept_stays_open() -> None:
    one, other = address("a", found("TLSv1.2", 0xC02B, 0x002F)), address("b", found("TLSv1.2", 0xC02B))
    assert joined(one, other) == Joined((A,), ((B, DIFFERS),))


def test_what_was_not_told_in_one_version_stays_open_unless_another_told() -> None:
    why = Unseen(Reason.TIMED_OUT)
    half = found("TLSv1.2", 0xC02B)
    half.suites.leave([0x002F, 0x0035], why)
    assert joined(address("a", half)).undecided == ((B, why), ("TLS_RSA_WITH_AES_256_CBC_SHA", why))
    assert B in joined(address("a", half, found("TLSv1.0", 0x002F))).names


def test_an_address_that_could_not_be_asked_leaves_everything_open() -> None:
    why = Unseen(Reason.TIMED_OUT, "b")
    assert joined(address("a", found("TLSv1.2", 0xC02B)), address("b", failure=why)) == Joined((), ((A, why),))


def test_an_address_that_changed_its_mind_leaves_no_set() -> None:
    with pytest.raises(CannotObserve) as error:
        join(scan_of(address("a", found("TLSv1.2", 0xC02B, differs="twice"))), lambda one: one.suites, suite_name)
    assert error.value.unseen.reason is Reason.ANSWERS_DIFFER


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        (["server", "server"], "server"),
        (["client", "single"], "client"),
        (["single"], "single"),
        (["server", "client"], "differs"),
        (["server", Unseen(Reason.TIMED_OUT)], Unseen(Reason.TIMED_OUT)),
    ],
)
def test_whose_order_counts_is_told_for_all_versions_together(orders: list[str | Unseen], told: object) -> None:
    versions = ("TLSv1.2", "TLSv1.3")
    look = address("a", *(found(v, 0xC02B, order=order) for v, order in zip(versions, orders, strict=False)))
    assert read_order(scan_of(look)) == told


def test_every_suite_of_the_registry_is_there_once() -> None:
    assert len(SUITES) == len(set(SUITES.values())) == len(SUITES_1_3) + len(SUITES_TO_1_2) == 366
    assert SUITES[0x1303] == "TLS_CHACHA20_POLY1305_SHA256"
    assert SUITES[0xC0FF - 0x50] == "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"
    assert not {0x00FF, 0x5600} & set(SUITES)
