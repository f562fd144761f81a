"""What are the numbers in a hello called? Groups and signature algorithms, by IANA's registries.

Data, and how a suite's name tells what it is made of (RFC 5246 appendix C). A number that stands in no table is shown
as hexadecimal. Left out: the names of suites (`_tls_suites`).
"""

from __future__ import annotations

from collections.abc import Mapping

from probes._tls_suites import SUITES


def name_of(number: int, names: Mapping[int, str]) -> str:
    """Its name, or hexadecimal."""
    return names.get(number, f"0x{number:04x}")


def suite_traits(number: int) -> frozenset[str]:
    """What a suite is made of, as far as it matters to a guideline: AEAD, CBC, RC4, 3DES, NULL, anonymous ...

    Empty for a suite that the table does not know.
    """
    name = SUITES.get(number, "")
    return frozenset(trait for part, trait in TRAITS.items() if part in name)


TRAITS = {
    "_anon_": "anonymous",
    "EXPORT": "export",
    "NULL": "NULL",
    "RC4": "RC4",
    "RC2": "RC2",
    "3DES": "3DES",
    "WITH_DES_": "DES",
    "DES40": "DES",
    "IDEA": "IDEA",
    "SEED": "SEED",
    "_MD5": "MD5",
    "GCM": "AEAD",
    "CCM": "AEAD",
    "POLY1305": "AEAD",
    "_CBC_": "CBC",
    "AEGIS": "AEAD",
    "_MGM_": "AEAD",
    "_CNT_": "GOST",
    "_CTR_OMAC": "GOST",
    "TLS_SHA": "NULL",  # RFC 9150: integrity only
}
GROUPS = {
    0x0001: "sect163k1", 0x0002: "sect163r1", 0x0003: "sect163r2", 0x0004: "sect193r1", 0x0005: "sect193r2",
    0x0006: "sect233k1", 0x0007: "sect233r1", 0x0008: "sect239k1", 0x0009: "sect283k1", 0x000A: "sect283r1",
    0x000B: "sect409k1", 0x000C: "sect409r1", 0x000D: "sect571k1", 0x000E: "sect571r1", 0x000F: "secp160k1",
    0x0010: "secp160r1", 0x0011: "secp160r2", 0x0012: "secp192k1", 0x0013: "secp192r1", 0x0014: "secp224k1",
    0x0015: "secp224r1", 0x0016: "secp256k1", 0x0017: "secp256r1", 0x0018: "secp384r1",
    0x0019: "secp521r1", 0x001A: "brainpoolP256r1", 0x001B: "brainpoolP384r1", 0x001C: "brainpoolP512r1",
    0x001D: "x25519", 0x001E: "x448", 0x001F: "brainpoolP256r1tls13", 0x0020: "brainpoolP384r1tls13",
    0x0021: "brainpoolP512r1tls13", 0x0022: "GC256A", 0x0023: "GC256B", 0x0024: "GC256C", 0x0025: "GC256D",
    0x0026: "GC512A", 0x0027: "GC512B", 0x0028: "GC512C",
    0x0029: "curveSM2", 0x0100: "ffdhe2048",
    0x0101: "ffdhe3072", 0x0102: "ffdhe4096",
    0x0103: "ffdhe6144", 0x0104: "ffdhe8192", 0x0200: "MLKEM512", 0x0201: "MLKEM768", 0x0202: "MLKEM1024",
    0x11EB: "SecP256r1MLKEM768", 0x11EC: "X25519MLKEM768", 0x11ED: "SecP384r1MLKEM1024",
    0x6399: "X25519Kyber768Draft00",
}  # fmt: skip
SIGNATURE_ALGORITHMS = {
    0x0101: "rsa_pkcs1_md5", 0x0201: "rsa_pkcs1_sha1", 0x0202: "dsa_sha1", 0x0203: "ecdsa_sha1",
    0x0301: "rsa_pkcs1_sha224", 0x0302: "dsa_sha224", 0x0303: "ecdsa_sha224", 0x0401: "rsa_pkcs1_sha256",
    0x0402: "dsa_sha256", 0x0403: "ecdsa_secp256r1_sha256", 0x0501: "rsa_pkcs1_sha384", 0x0502: "dsa_sha384",
    0x0503: "ecdsa_secp384r1_sha384", 0x0601: "rsa_pkcs1_sha512", 0x0602: "dsa_sha512",
    0x0603: "ecdsa_secp521r1_sha512", 0x0708: "sm2sig_sm3",
    0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512", 0x0807: "ed25519", 0x0808: "ed448", 0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384", 0x080B: "rsa_pss_pss_sha512", 0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
    0x081B: "ecdsa_brainpoolP384r1tls13_sha384", 0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
    0x0904: "mldsa44", 0x0905: "mldsa65", 0x0906: "mldsa87",
}  # fmt: skip
