"""Are groups and primes told by their names, and are primes what they are called? Real servers: test_tls_zoo."""

from __future__ import annotations

import subprocess

import pytest

from probes._dh_primes import FFDHE, MODP, name_prime, read_safe
from probes.tls_groups import tell_groups
from readiness.model import Reason, Unseen
from tests.probes.tls_looks import address, flight, found, scan_of
from tests.stands.programs import program

OWN = 2**1023 + 1155
"""Of 1024 bits, and nobody's."""


def openssl_prime(kind: str, *options: str) -> int:
    """The prime of a named group, by OpenSSL."""
    made = [program("openssl"), "genpkey", *options, "-algorithm", kind]
    shown = [program("openssl"), "asn1parse"]
    pem = subprocess.run(made, check=True, capture_output=True).stdout
    lines = subprocess.run(shown, input=pem, check=True, capture_output=True).stdout.decode("ascii").splitlines()
    return int(next(line.rpartition(":")[2] for line in lines if "INTEGER" in line and len(line) > 200), 16)


@pytest.mark.parametrize("bits", sorted(FFDHE))
def test_a_prime_of_rfc_7919_is_the_one_that_openssl_has(bits: int) -> None:
    prime = name_prime(openssl_prime("DH", "-pkeyopt", f"group:ffdhe{bits}"))
    assert (prime.name, prime.bits, prime.origin) == (f"ffdhe{bits}", bits, "RFC 7919")
    assert prime.group in range(0x0100, 0x0105)


@pytest.mark.parametrize("bits", [bits for bits in sorted(MODP) if bits > 1024])
def test_a_prime_of_rfc_3526_is_the_one_that_openssl_has(bits: int) -> None:
    prime = name_prime(openssl_prime("DH", "-pkeyopt", f"group:modp_{bits}"))
    assert (prime.name, prime.origin, prime.group) == (f"modp{bits}", "RFC 3526", 0)


def test_a_prime_of_rfc_5114_is_known_and_no_safe_one() -> None:
    prime = openssl_prime("DHX", "-genparam", "-pkeyopt", "dh_rfc5114:2")
    assert name_prime(prime).origin == "RFC 5114"
    assert read_safe(prime) is False


def test_a_number_of_nobody_is_the_servers_own() -> None:
    assert (name_prime(OWN).name, name_prime(OWN).origin) == ("dh1024", "")
    assert read_safe(OWN) is False
    assert read_safe(23) is True
    assert read_safe(29) is False
    assert read_safe(2**5000 + 1) is None


def test_primes_stand_among_the_groups_by_their_names() -> None:
    one = found("TLSv1.2", 0x009E, primes={OWN: flight()})
    one.groups.note(0x001D, flight())
    assert tell_groups(scan_of(address("a", one))).value == ("dh1024", "x25519")


def test_a_server_without_any_group_has_nothing_to_be_asked_about() -> None:
    value = tell_groups(scan_of(address("a", found("TLSv1.2", 0x002F)))).value
    assert isinstance(value, Unseen)
    assert value.reason is Reason.NOT_EXERCISED
