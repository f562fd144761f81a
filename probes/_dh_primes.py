"""Which prime is this, that a server agrees keys in? Known ones by name, of RFC 2409, 3526, 5114 and 7919.

The primes of RFC 2409, 3526 and 7919 are made out of pi and e, as those documents say; of others only the SHA-256
stands here. Left out: whether discrete logarithms in one have been computed by anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

MODP = {768: 149686, 1024: 129093, 1536: 741804, 2048: 124476, 3072: 1690314, 4096: 240904, 6144: 929484, 8192: 4743158}
"""RFC 2409 section 6 (768, 1024) and RFC 3526: what is added to pi, by the size in bits."""
FFDHE = {2048: 560316, 3072: 2625351, 4096: 5736041, 6144: 15705020, 8192: 10965728}
"""RFC 7919 appendix A: what is added to e."""
NUMBERS = {2048: 0x0100, 3072: 0x0101, 4096: 0x0102, 6144: 0x0103, 8192: 0x0104}
BASES = (2, 3, 5, 7)
LARGEST = 4096
"""Bits of a prime that is still tested for being a safe one: that takes about a second."""


@dataclass(frozen=True, slots=True)
class Prime:
    """`name` as reports write it: ffdhe2048, modp2048, or dh and the size for one that is nobody's known; `origin`
    where it is known from, else empty; `group` its number among TLS groups, 0 for none."""

    name: str
    bits: int
    origin: str
    group: int = 0


def name_prime(prime: int) -> Prime:
    """Name, size and origin of a prime."""
    bits = prime.bit_length()
    if known := _made().get(prime):
        return known
    digest = sha256(prime.to_bytes((bits + 7) // 8)).hexdigest()[:16]
    return Prime(f"dh{bits}", bits, OTHERS.get(digest, ""))


def read_safe(prime: int) -> bool | None:
    """Whether p and (p-1)/2 are prime (with overwhelming probability); None for one that is too large to test."""
    if name_prime(prime).name.startswith(("ffdhe", "modp")):
        return True
    if prime.bit_length() > LARGEST:
        return None
    return prime % 4 == 3 and _probably_prime(prime) and _probably_prime(prime // 2)


@cache
def _made() -> dict[int, Prime]:
    found = {_prime(bits, _pi(bits), more): Prime(f"modp{bits}", bits, _modp(bits)) for bits, more in MODP.items()}
    for bits, more in FFDHE.items():
        found[_prime(bits, _e(bits), more)] = Prime(f"ffdhe{bits}", bits, "RFC 7919", NUMBERS[bits])
    return found


def _modp(bits: int) -> str:
    return "RFC 2409" if bits < 1536 else "RFC 3526"


def _prime(bits: int, constant: int, more: int) -> int:
    return (1 << bits) - (1 << (bits - 64)) - 1 + ((constant + more) << 64)


def _pi(bits: int) -> int:
    """The whole part of 2^(bits-130) pi, by Machin's formula, with digits to spare."""
    one = 1 << (bits + 64)
    return (4 * (4 * _arctan(5, one) - _arctan(239, one))) >> (bits + 64 - (bits - 130))


def _arctan(inverse: int, one: int) -> int:
    """arctan(1/inverse) times `one`, by its series."""
    power, total, number, sign = one // inverse, 0, 1, 1
    while power:
        total += sign * (power // number)
        power, number, sign = power // (inverse * inverse), number + 2, -sign
    return total


def _e(bits: int) -> int:
    one = 1 << (bits + 64)
    term, total, number = one, one, 1
    while term:
        term //= number
        total += term
        number += 1
    return total >> (bits + 64 - (bits - 130))


def _probably_prime(number: int) -> bool:
    """Miller-Rabin with the first primes as bases: a peer that chose a number to pass would be fooling itself."""
    odd, halvings = number - 1, 0
    while odd % 2 == 0:
        odd, halvings = odd // 2, halvings + 1
    for base in BASES:
        if number % base == 0:
            return number == base
        value = pow(base, odd, number)
        if value in {1, number - 1}:
            continue
        for _ in range(halvings - 1):
            value = value * value % number
            if value == number - 1:
                break
        else:
            return False
    return number > 1


OTHERS = {
    "3cdb020b9ef298b2": "Apache",
    "f79d1db3c955a28f": "Apache",
    "db01e702899166da": "Apache",
    "bf910d9df4e0b2e7": "Apache",
    "8ae47dca3d24e9b6": "nginx",
    "73b391ec8da33ee1": "Java",
    "ee5483fe4b96caa1": "Java",
    "cc21a33dd1a3edf4": "Java",
    "f26e2403f3f07946": "OpenSSL",
    "66d0bf38b0bdfacf": "OpenSSL",
    "3166ce1918000532": "OpenSSL",
    "9e348a9471b7d123": "OpenSSL",
    "ce7728db3aed1119": "OpenSSL",
    "44c55cfee5c07592": "RFC 5114",
    "bfe545862ca102ad": "RFC 5114",
    "0b7835722cb61982": "RFC 5114",
}
"""Primes that came with programs or stand in RFC 5114, by the start of the SHA-256 of their bytes."""
