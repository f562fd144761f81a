"""What are the numbers in a hello called? Cipher suites, groups and signature algorithms, by IANA's registries.

Data, and how a suite's name tells what it is made of (RFC 5246 appendix C). A number that stands in no table is shown
as hexadecimal.
"""

from __future__ import annotations

from collections.abc import Mapping


def name_of(number: int, names: Mapping[int, str]) -> str:
    """Its name, or hexadecimal."""
    return names.get(number, f"0x{number:04x}")


def suite_traits(number: int) -> frozenset[str]:
    """What a suite is made of, as far as it matters to a guideline: AEAD, CBC, RC4, 3DES, NULL, anonymous ...

    Empty for a suite that the table does not know.
    """
    name = SUITES.get(number, "")
    return frozenset(trait for part, trait in TRAITS.items() if part in name)


SIGNALS = {0x00FF, 0x5600}  # TLS_EMPTY_RENEGOTIATION_INFO_SCSV and TLS_FALLBACK_SCSV: no suites, but signs
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
}
GROUPS = {
    0x0001: "sect163k1", 0x0003: "sect163r2", 0x0006: "sect233k1", 0x0007: "sect233r1", 0x0009: "sect283k1",
    0x000A: "sect283r1", 0x000B: "sect409k1", 0x000C: "sect409r1", 0x000D: "sect571k1", 0x000E: "sect571r1",
    0x0013: "secp192r1", 0x0015: "secp224r1", 0x0016: "secp256k1", 0x0017: "secp256r1", 0x0018: "secp384r1",
    0x0019: "secp521r1", 0x001A: "brainpoolP256r1", 0x001B: "brainpoolP384r1", 0x001C: "brainpoolP512r1",
    0x001D: "x25519", 0x001E: "x448", 0x001F: "brainpoolP256r1tls13", 0x0020: "brainpoolP384r1tls13",
    0x0021: "brainpoolP512r1tls13", 0x0100: "ffdhe2048", 0x0101: "ffdhe3072", 0x0102: "ffdhe4096",
    0x0103: "ffdhe6144", 0x0104: "ffdhe8192", 0x0200: "MLKEM512", 0x0201: "MLKEM768", 0x0202: "MLKEM1024",
    0x11EB: "SecP256r1MLKEM768", 0x11EC: "X25519MLKEM768", 0x11ED: "SecP384r1MLKEM1024",
    0x6399: "X25519Kyber768Draft00",
}  # fmt: skip
SIGNATURE_ALGORITHMS = {
    0x0101: "rsa_pkcs1_md5", 0x0201: "rsa_pkcs1_sha1", 0x0202: "dsa_sha1", 0x0203: "ecdsa_sha1",
    0x0301: "rsa_pkcs1_sha224", 0x0302: "dsa_sha224", 0x0303: "ecdsa_sha224", 0x0401: "rsa_pkcs1_sha256",
    0x0402: "dsa_sha256", 0x0403: "ecdsa_secp256r1_sha256", 0x0501: "rsa_pkcs1_sha384", 0x0502: "dsa_sha384",
    0x0503: "ecdsa_secp384r1_sha384", 0x0601: "rsa_pkcs1_sha512", 0x0602: "dsa_sha512",
    0x0603: "ecdsa_secp521r1_sha512", 0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512", 0x0807: "ed25519", 0x0808: "ed448", 0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384", 0x080B: "rsa_pss_pss_sha512", 0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
    0x081B: "ecdsa_brainpoolP384r1tls13_sha384", 0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
    0x0904: "mldsa44", 0x0905: "mldsa65", 0x0906: "mldsa87",
}  # fmt: skip
# By what stands before the cipher: "RSA_WITH_" and "0035 AES_256_CBC_SHA" is TLS_RSA_WITH_AES_256_CBC_SHA, 0x0035.
_SUITES = {
    "RSA_WITH_": (
        "0001 NULL_MD5, 0002 NULL_SHA, 0004 RC4_128_MD5, 0005 RC4_128_SHA, 0007 IDEA_CBC_SHA, 0009 DES_CBC_SHA, "
        "000a 3DES_EDE_CBC_SHA, 002f AES_128_CBC_SHA, 0035 AES_256_CBC_SHA, 003b NULL_SHA256, 003c "
        "AES_128_CBC_SHA256, 003d AES_256_CBC_SHA256, 0041 CAMELLIA_128_CBC_SHA, 0084 CAMELLIA_256_CBC_SHA, 0096 "
        "SEED_CBC_SHA, 009c AES_128_GCM_SHA256, 009d AES_256_GCM_SHA384, 00ba CAMELLIA_128_CBC_SHA256, 00c0 "
        "CAMELLIA_256_CBC_SHA256, c050 ARIA_128_GCM_SHA256, c051 ARIA_256_GCM_SHA384, c09c AES_128_CCM, c09d "
        "AES_256_CCM, c0a0 AES_128_CCM_8, c0a1 AES_256_CCM_8 "
    ),
    "RSA_EXPORT_WITH_": ("0003 RC4_40_MD5, 0006 RC2_CBC_40_MD5, 0008 DES40_CBC_SHA "),
    "DH_DSS_WITH_": (
        "000d 3DES_EDE_CBC_SHA, 0030 AES_128_CBC_SHA, 0036 AES_256_CBC_SHA, 003e AES_128_CBC_SHA256, 0068 "
        "AES_256_CBC_SHA256, 00a4 AES_128_GCM_SHA256, 00a5 AES_256_GCM_SHA384 "
    ),
    "DHE_DSS_EXPORT_WITH_": ("0011 DES40_CBC_SHA "),
    "DHE_DSS_WITH_": (
        "0012 DES_CBC_SHA, 0013 3DES_EDE_CBC_SHA, 0032 AES_128_CBC_SHA, 0038 AES_256_CBC_SHA, 0040 "
        "AES_128_CBC_SHA256, 0044 CAMELLIA_128_CBC_SHA, 006a AES_256_CBC_SHA256, 0087 CAMELLIA_256_CBC_SHA, 0099 "
        "SEED_CBC_SHA, 00a2 AES_128_GCM_SHA256, 00a3 AES_256_GCM_SHA384, 00bd CAMELLIA_128_CBC_SHA256, 00c3 "
        "CAMELLIA_256_CBC_SHA256, c056 ARIA_128_GCM_SHA256, c057 ARIA_256_GCM_SHA384 "
    ),
    "DHE_RSA_EXPORT_WITH_": ("0014 DES40_CBC_SHA "),
    "DHE_RSA_WITH_": (
        "0015 DES_CBC_SHA, 0016 3DES_EDE_CBC_SHA, 0033 AES_128_CBC_SHA, 0039 AES_256_CBC_SHA, 0045 "
        "CAMELLIA_128_CBC_SHA, 0067 AES_128_CBC_SHA256, 006b AES_256_CBC_SHA256, 0088 CAMELLIA_256_CBC_SHA, 009a "
        "SEED_CBC_SHA, 009e AES_128_GCM_SHA256, 009f AES_256_GCM_SHA384, 00be CAMELLIA_128_CBC_SHA256, 00c4 "
        "CAMELLIA_256_CBC_SHA256, c052 ARIA_128_GCM_SHA256, c053 ARIA_256_GCM_SHA384, c09e AES_128_CCM, c09f "
        "AES_256_CCM, c0a2 AES_128_CCM_8, c0a3 AES_256_CCM_8, ccaa CHACHA20_POLY1305_SHA256 "
    ),
    "DH_anon_EXPORT_WITH_": ("0017 RC4_40_MD5, 0019 DES40_CBC_SHA "),
    "DH_anon_WITH_": (
        "0018 RC4_128_MD5, 001a DES_CBC_SHA, 001b 3DES_EDE_CBC_SHA, 0034 AES_128_CBC_SHA, 003a AES_256_CBC_SHA, "
        "0046 CAMELLIA_128_CBC_SHA, 006c AES_128_CBC_SHA256, 006d AES_256_CBC_SHA256, 0089 CAMELLIA_256_CBC_SHA, "
        "00a6 AES_128_GCM_SHA256, 00a7 AES_256_GCM_SHA384, 00bf CAMELLIA_128_CBC_SHA256, 00c5 "
        "CAMELLIA_256_CBC_SHA256 "
    ),
    "PSK_WITH_": (
        "002c NULL_SHA, 008c AES_128_CBC_SHA, 008d AES_256_CBC_SHA, 00a8 AES_128_GCM_SHA256, 00a9 "
        "AES_256_GCM_SHA384, 00ae AES_128_CBC_SHA256, 00af AES_256_CBC_SHA384, 00b0 NULL_SHA256, 00b1 NULL_SHA384, "
        "c06a ARIA_128_GCM_SHA256, c06b ARIA_256_GCM_SHA384, c094 CAMELLIA_128_CBC_SHA256, c095 "
        "CAMELLIA_256_CBC_SHA384, c0a4 AES_128_CCM, c0a5 AES_256_CCM, c0a8 AES_128_CCM_8, c0a9 AES_256_CCM_8, ccab "
        "CHACHA20_POLY1305_SHA256 "
    ),
    "DHE_PSK_WITH_": (
        "002d NULL_SHA, 0090 AES_128_CBC_SHA, 0091 AES_256_CBC_SHA, 00aa AES_128_GCM_SHA256, 00ab "
        "AES_256_GCM_SHA384, 00b2 AES_128_CBC_SHA256, 00b3 AES_256_CBC_SHA384, 00b4 NULL_SHA256, 00b5 NULL_SHA384, "
        "c06c ARIA_128_GCM_SHA256, c06d ARIA_256_GCM_SHA384, c096 CAMELLIA_128_CBC_SHA256, c097 "
        "CAMELLIA_256_CBC_SHA384, c0a6 AES_128_CCM, c0a7 AES_256_CCM, ccad CHACHA20_POLY1305_SHA256 "
    ),
    "RSA_PSK_WITH_": (
        "002e NULL_SHA, 0094 AES_128_CBC_SHA, 0095 AES_256_CBC_SHA, 00ac AES_128_GCM_SHA256, 00ad "
        "AES_256_GCM_SHA384, 00b6 AES_128_CBC_SHA256, 00b7 AES_256_CBC_SHA384, 00b8 NULL_SHA256, 00b9 NULL_SHA384, "
        "c06e ARIA_128_GCM_SHA256, c06f ARIA_256_GCM_SHA384, c098 CAMELLIA_128_CBC_SHA256, c099 "
        "CAMELLIA_256_CBC_SHA384, ccae CHACHA20_POLY1305_SHA256 "
    ),
    "": (
        "1301 AES_128_GCM_SHA256, 1302 AES_256_GCM_SHA384, 1303 CHACHA20_POLY1305_SHA256, 1304 AES_128_CCM_SHA256, "
        "1305 AES_128_CCM_8_SHA256 "
    ),
    "ECDH_ECDSA_WITH_": (
        "c001 NULL_SHA, c002 RC4_128_SHA, c003 3DES_EDE_CBC_SHA, c004 AES_128_CBC_SHA, c005 AES_256_CBC_SHA, c025 "
        "AES_128_CBC_SHA256, c026 AES_256_CBC_SHA384, c02d AES_128_GCM_SHA256, c02e AES_256_GCM_SHA384 "
    ),
    "ECDHE_ECDSA_WITH_": (
        "c006 NULL_SHA, c007 RC4_128_SHA, c008 3DES_EDE_CBC_SHA, c009 AES_128_CBC_SHA, c00a AES_256_CBC_SHA, c023 "
        "AES_128_CBC_SHA256, c024 AES_256_CBC_SHA384, c02b AES_128_GCM_SHA256, c02c AES_256_GCM_SHA384, c05c "
        "ARIA_128_GCM_SHA256, c05d ARIA_256_GCM_SHA384, c072 CAMELLIA_128_CBC_SHA256, c073 "
        "CAMELLIA_256_CBC_SHA384, c0ac AES_128_CCM, c0ad AES_256_CCM, c0ae AES_128_CCM_8, c0af AES_256_CCM_8, cca9 "
        "CHACHA20_POLY1305_SHA256 "
    ),
    "ECDH_RSA_WITH_": (
        "c00b NULL_SHA, c00c RC4_128_SHA, c00d 3DES_EDE_CBC_SHA, c00e AES_128_CBC_SHA, c00f AES_256_CBC_SHA, c029 "
        "AES_128_CBC_SHA256, c02a AES_256_CBC_SHA384, c031 AES_128_GCM_SHA256, c032 AES_256_GCM_SHA384 "
    ),
    "ECDHE_RSA_WITH_": (
        "c010 NULL_SHA, c011 RC4_128_SHA, c012 3DES_EDE_CBC_SHA, c013 AES_128_CBC_SHA, c014 AES_256_CBC_SHA, c027 "
        "AES_128_CBC_SHA256, c028 AES_256_CBC_SHA384, c02f AES_128_GCM_SHA256, c030 AES_256_GCM_SHA384, c060 "
        "ARIA_128_GCM_SHA256, c061 ARIA_256_GCM_SHA384, c076 CAMELLIA_128_CBC_SHA256, c077 "
        "CAMELLIA_256_CBC_SHA384, cca8 CHACHA20_POLY1305_SHA256 "
    ),
    "ECDH_anon_WITH_": (
        "c015 NULL_SHA, c016 RC4_128_SHA, c017 3DES_EDE_CBC_SHA, c018 AES_128_CBC_SHA, c019 AES_256_CBC_SHA "
    ),
    "SRP_SHA_WITH_": ("c01a 3DES_EDE_CBC_SHA, c01d AES_128_CBC_SHA, c020 AES_256_CBC_SHA "),
    "SRP_SHA_RSA_WITH_": ("c01b 3DES_EDE_CBC_SHA, c01e AES_128_CBC_SHA, c021 AES_256_CBC_SHA "),
    "SRP_SHA_DSS_WITH_": ("c01c 3DES_EDE_CBC_SHA, c01f AES_128_CBC_SHA, c022 AES_256_CBC_SHA "),
    "ECDHE_PSK_WITH_": (
        "c035 AES_128_CBC_SHA, c036 AES_256_CBC_SHA, c037 AES_128_CBC_SHA256, c038 AES_256_CBC_SHA384, c039 "
        "NULL_SHA, c03a NULL_SHA256, c03b NULL_SHA384, c09a CAMELLIA_128_CBC_SHA256, c09b CAMELLIA_256_CBC_SHA384, "
        "ccac CHACHA20_POLY1305_SHA256 "
    ),
    "PSK_DHE_WITH_": ("c0aa AES_128_CCM_8, c0ab AES_256_CCM_8 "),
}
SUITES = {
    int(entry.split()[0], 16): f"TLS_{lead}{entry.split()[1]}"
    for lead, entries in _SUITES.items()
    for entry in entries.split(",")
}
