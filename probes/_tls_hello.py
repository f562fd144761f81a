"""What does a client say first? A ClientHello for any version from SSLv3 to TLS 1.3, as bytes in one record.

Written from RFC 6101 (SSLv3), RFC 2246/4346/5246 (TLS 1.0 to 1.2) and RFC 8446 (TLS 1.3). The ssl module cannot offer
old versions, and what it offers depends on how the machine's OpenSSL was built; these bytes do not.
Left out: SSLv2, EXPORT suites, session resumption, early data, and everything after the first message.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

VERSIONS = {"SSLv3": 0x0300, "TLSv1.0": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
"""ProtocolVersion by the name that the facts use, oldest first."""
MODERN = "TLSv1.3"
"""From which on a handshake is another one."""

HANDSHAKE, CLIENT_HELLO = 22, 1
X25519 = 0x001D


def client_hello(
    versions: Sequence[str],
    server_name: str = "",
    *,
    suites: Sequence[int] | None = None,
    groups: Sequence[int] | None = None,
    signature_algorithms: Sequence[int] | None = None,
    random: bytes = b"",
    session_id: bytes | None = None,
    shares: Sequence[tuple[int, bytes]] | None = None,
    more: Sequence[tuple[int, bytes]] = (),
    compressions: bytes = b"\0",
) -> bytes:
    """One record that offers these versions (names of VERSIONS) and, where they are given, only these suites and so on.

    `shares` are (group, public key) of key shares, by default a fresh one of X25519; `more` are further extensions.
    `server_name` is sent as RFC 6066 wants it: never for an IP address, never in SSLv3. ValueError for a name that no
    DNS could hold. A version below TLS 1.3 cannot be offered without implying the older ones (RFC 5246 E.1): a server
    may answer with one of them.
    """
    offered = {VERSIONS[version] for version in versions}
    highest, lowest = max(offered), min(offered)
    modern = highest >= VERSIONS["TLSv1.3"]
    if session_id is None:
        # RFC 8446 D.4: a session id that is not empty gets TLS 1.3 past boxes that know only TLS 1.2.
        session_id = os.urandom(32) if modern else b""
    chosen = suites_for(versions) if suites is None else tuple(suites)
    body = b"".join(
        (
            min(highest, VERSIONS["TLSv1.2"]).to_bytes(2),
            random or os.urandom(32),
            _vector(1, session_id),
            _vector(2, _numbers(chosen)),
            _vector(1, compressions),
        )
    )
    if highest > VERSIONS["SSLv3"]:
        extensions = _extensions(offered, server_name, groups, signature_algorithms, shares)
        extensions += b"".join(_extension(number, data) for number, data in more)
        body += _vector(2, extensions + _padding(len(body) + 2 + len(extensions) + 4))
    message = bytes([CLIENT_HELLO]) + _vector(3, body)
    # RFC 5246 E.1: old servers look at the record's version too; {3,1} is what every client of today sends.
    record_version = min(max(lowest, VERSIONS["SSLv3"]), VERSIONS["TLSv1.0"])
    return bytes([HANDSHAKE]) + record_version.to_bytes(2) + _vector(2, message)


def suites_for(versions: Iterable[str]) -> tuple[int, ...]:
    """The cipher suites that are offered for these versions: all that a server may know, none of them EXPORT."""
    offered = {VERSIONS[version] for version in versions}
    found = list(SUITES_1_3) if VERSIONS["TLSv1.3"] in offered else []
    if VERSIONS["TLSv1.2"] in offered:
        found += SUITES_1_2
    if offered & {VERSIONS["TLSv1.0"], VERSIONS["TLSv1.1"], VERSIONS["TLSv1.2"]}:
        found += SUITES_EC
    if min(offered) < VERSIONS["TLSv1.3"]:
        found += (*SUITES_OLD, RENEGOTIATION_INFO_SCSV)
    return tuple(found)


def sent_name(server_name: str) -> bytes:
    """The name as the server_name extension carries it (A-labels, no dot at the end); empty for an IP address."""
    name = server_name.removesuffix(".")
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        return b""
    try:
        encoded = name.encode("ascii") if name.isascii() else name.encode("idna")
    except UnicodeError as error:
        raise ValueError(f"{server_name!r} is no DNS name: {error}") from error
    labels = encoded.split(b".") if encoded else []
    wrong = len(encoded) > 253 or any(byte <= 0x20 or byte == 0x7F for byte in encoded)
    if wrong or not all(0 < len(label) < 64 for label in labels):
        raise ValueError(f"{server_name!r} is no DNS name")
    return encoded


# IANA "TLS Cipher Suites". Suites that a server takes only after a login (SRP, Kerberos) are left out.
SUITES_1_3 = (0x1302, 0x1303, 0x1301, 0x1304, 0x1305)
RENEGOTIATION_INFO_SCSV = 0x00FF  # RFC 5746 3.3; some servers hang up without it


def _suites(text: str) -> tuple[int, ...]:
    return tuple(int(number, 16) for number in text.split())


# AEAD and SHA-2 suites, which need TLS 1.2: ECDHE, DHE, static RSA and ECDH, then anonymous, NULL and PSK.
SUITES_1_2 = _suites(
    "c02c c030 cca9 cca8 c02b c02f 009f ccaa 009e 00a3 00a2 c024 c028 c023 c027 006b 0067 006a 0040 "
    "c0af c0ad c0ae c0ac c0a3 c09f c0a2 c09e c05d c061 c05c c060 c053 c052 c087 c08b c086 c08a c07d c07c "
    "c073 c077 c072 c076 00c4 00be 00c3 00bd c02e c032 c02d c031 c026 c02a c025 c029 "
    "009d 009c 003d 003c c0a1 c09d c0a0 c09c c051 c050 c07b c07a 00c0 00ba "
    "00a7 00a6 006d 006c 003b 00a9 00a8 ccab 00af 00ae ccac c038 c037"
)
# With elliptic curves (RFC 4492), which SSLv3 has no extension for.
SUITES_EC = _suites(
    "c00a c014 c009 c013 c007 c011 c008 c012 c005 c00f c004 c00e c002 c00c c003 c00d "
    "c019 c018 c016 c017 c006 c010 c001 c00b c015 c036 c035"
)
# What SSLv3 servers know too: DHE, RSA, RC4, 3DES, DES, IDEA, SEED, Camellia, anonymous, NULL, PSK.
SUITES_OLD = _suites(
    "0039 0038 0033 0032 0088 0087 0045 0044 009a 0099 0016 0013 0037 0036 0031 0030 0010 000d "
    "0035 002f 0084 0041 0096 0005 0004 000a 0007 0015 0012 0009 "
    "003a 0034 0089 0046 009b 001b 0018 001a 0002 0001 008d 008c 008b"
)
# IANA "TLS Supported Groups": X25519MLKEM768 and X448 to ffdhe8192, then what only old servers know.
GROUPS_1_3 = (0x11EC, X25519, 0x0017, 0x0018, 0x0019, 0x001E, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104)
GROUPS_OLD = (0x001A, 0x001B, 0x001C, 0x0016, 0x0015, 0x0013, 0x000D, 0x000E, 0x000B, 0x000C, 0x0009, 0x000A)
# IANA "TLS SignatureScheme", down to SHA-1, DSA and MD5, so that no certificate is a reason to hang up.
SIGNATURE_ALGORITHMS = _suites(
    "0403 0503 0603 0807 0808 0804 0805 0806 0809 080a 080b 081a 081b 081c "
    "0401 0501 0601 0303 0301 0203 0201 0402 0502 0602 0302 0202 0101"
)


def _extensions(
    offered: set[int],
    server_name: str,
    groups: Sequence[int] | None,
    signature_algorithms: Sequence[int] | None,
    shares: Sequence[tuple[int, bytes]] | None,
) -> bytes:
    modern = VERSIONS["TLSv1.3"] in offered
    listed = tuple(groups) if groups is not None else GROUPS_1_3 + (GROUPS_OLD if len(offered) > modern else ())
    found = b""
    if name := sent_name(server_name):
        found += _extension(0, _vector(2, b"\0" + _vector(2, name)))
    if listed:
        found += _extension(10, _vector(2, _numbers(listed)))
    if len(offered) > modern:
        found += _extension(11, _vector(1, b"\0"))  # ec_point_formats: uncompressed
        found += _extension(23, b"")  # extended_master_secret, RFC 7627
    if max(offered) >= VERSIONS["TLSv1.2"]:
        found += _extension(13, _vector(2, _numbers(signature_algorithms or SIGNATURE_ALGORITHMS)))
    if modern:
        found += _extension(43, _vector(1, _numbers(sorted(offered, reverse=True))))
        found += _extension(51, _vector(2, _key_share(listed) if shares is None else _shares(shares)))
    return found


def _key_share(groups: Sequence[int]) -> bytes:
    """A real X25519 share: an empty list relies on HelloRetryRequest, which old middleboxes do not let through."""
    if X25519 not in groups:
        return b""
    return _shares([(X25519, X25519PrivateKey.generate().public_key().public_bytes_raw())])


def _shares(shares: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(group.to_bytes(2) + _vector(2, public) for group, public in shares)


def _padding(length: int) -> bytes:
    """RFC 7685: some servers hang on a ClientHello of 256 to 511 bytes; the extension's own header takes four."""
    return _extension(21, bytes(max(0, 512 - length - 4))) if 256 <= length < 512 else b""


def _extension(number: int, data: bytes) -> bytes:
    return number.to_bytes(2) + _vector(2, data)


def _numbers(values: Iterable[int]) -> bytes:
    listed = tuple(values)
    return struct.pack(f">{len(listed)}H", *listed)


def _vector(width: int, data: bytes) -> bytes:
    """A vector of RFC 8446 section 3.4: its length in `width` bytes, and the bytes."""
    return len(data).to_bytes(width) + data
