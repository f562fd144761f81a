"""Which servers are there to be held against the truth? Each with a configuration, and what is true because of it.

The truth is written from the configuration and the program's documentation, never from what our probes say.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from tests.stands.nginx import nginx
from tests.stands.openssl_server import openssl_server
from tests.stands.pki import Issued
from tests.stands.tls_programs import gnutls, haproxy, java, node, stunnel
from tests.stands.tlslite_server import tlslite_server

Serve = Callable[[Path, Issued, Issued], AbstractContextManager[str]]


@dataclass(frozen=True)
class Animal:
    """One server: how it is started with an RSA and an EC certificate, and what is true of it. `facts` are by name,
    a set as a set."""

    name: str
    serve: Serve
    suites: set[str]
    groups: set[str]
    signatures: set[str] = field(default_factory=set)
    facts: dict[str, object] = field(default_factory=dict)


def rsa(*hashes: int, pss: bool = True) -> set[str]:
    """rsa_pkcs1 with these hashes, and rsa_pss_rsae, which has no SHA-1 and no SHA-224."""
    found = {f"rsa_pkcs1_sha{size}" for size in hashes}
    return found | ({f"rsa_pss_rsae_sha{size}" for size in hashes if size >= 256} if pss else set())


def ecdsa(*hashes: int) -> set[str]:
    """ecdsa with these hashes, by their TLS 1.3 names."""
    names = {1: "sha1", 224: "sha224", 256: "secp256r1_sha256", 384: "secp384r1_sha384", 512: "secp521r1_sha512"}
    return {f"ecdsa_{names[size]}" for size in hashes}


AES_128, AES_256, CHACHA = "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
TLS_1_3 = {AES_128, AES_256, CHACHA}
ECDHE_RSA = "TLS_ECDHE_RSA_WITH_"
NIST_FFDHE = {"ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"}
OPENSSL_CURVES = {"x25519", "x448", "secp256r1", "secp384r1", "secp521r1"}

ZOO = (
    Animal(
        "nginx, two certificates, its own order, ALPN and early data",
        lambda folder, rsa, ec: nginx(
            folder,
            rsa,
            ec,
            extra="ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384; "
            "ssl_prefer_server_ciphers on; ssl_ecdh_curve X25519:prime256v1; ssl_early_data on; "
            "ssl_conf_command SignatureAlgorithms ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256;",
        ),
        {*TLS_1_3, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", f"{ECDHE_RSA}AES_256_GCM_SHA384"},
        {"x25519", "secp256r1"},
        rsa(256) | ecdsa(256),
        {
            "tls.suite_order": "server",
            "tls.early_data": 16384,
            "tls.protocols_accepted": {"http/1.1", "http/1.0", "http/0.9"},
            "tls.fallback": "refused",
            "server_certificates.seen": 2,
            "server_certificates.key_types": {"EC", "RSA"},
        },
    ),
    Animal(
        "nginx that demands a client certificate, in TLS 1.2 with DHE of ffdhe2048",
        lambda folder, rsa, ec: nginx(
            folder,
            rsa,
            protocols="TLSv1.2",
            extra=f"ssl_ciphers DHE-RSA-AES128-GCM-SHA256:AES128-SHA; ssl_dhparam {parameters(folder)}; "
            f"ssl_verify_client on; ssl_client_certificate {ec.pem(folder, 'clients')};",
        ),
        {"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"},
        {"ffdhe2048"},
        rsa(224, 256, 384, 512),
        {
            "tls.suite_order": "client",
            "tls.prime_bits": 2048,
            "tls.fallback": "single",
            "client_auth.versions_asking": {"TLSv1.2"},
            "client_auth.authorities_listed": 1,
        },
    ),
    Animal(
        "nginx of TLS 1.2 with an EC certificate alone: no group works without the certificate's own curve beside it",
        lambda folder, rsa, ec: nginx(
            folder,
            ec,
            protocols="TLSv1.2",
            extra="ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256; ssl_ecdh_curve X25519:prime256v1:secp384r1;",
        ),
        {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
        {"x25519", "secp256r1", "secp384r1"},
        ecdsa(224, 256, 384, 512),
        {"server_certificates.key_types": {"EC"}},
    ),
    Animal(
        "HAProxy",
        lambda folder, rsa, ec: haproxy(
            folder,
            rsa,
            "ssl-min-ver TLSv1.2 ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA curves X25519:P-256 alpn h2 "
            f"ca-file {ec.pem(folder, 'clients')} verify required",
        ),
        {*TLS_1_3, f"{ECDHE_RSA}AES_128_GCM_SHA256", f"{ECDHE_RSA}AES_256_CBC_SHA"},
        {"x25519", "secp256r1"},
        rsa(224, 256, 384, 512),
        {
            "tls.protocols_accepted": {"h2"},
            "client_auth.versions_asking": {"TLSv1.2", "TLSv1.3"},
            "client_auth.versions_not_asking": set(),
            "client_auth.without_certificate": "refused",
        },
    ),
    Animal(
        "stunnel",
        lambda folder, rsa, ec: stunnel(
            folder, ec, "sslVersionMin = TLSv1.2", "ciphers = ECDHE-ECDSA-AES256-GCM-SHA384", "curves = P-384:P-256"
        ),
        {*TLS_1_3, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
        {"secp256r1", "secp384r1"},
        ecdsa(224, 256, 384, 512),
        {"client_auth.versions_asking": set(), "client_auth.without_certificate": "served"},
    ),
    Animal(
        "GnuTLS of TLS 1.2 with SHA-1, RSA key exchange and named finite fields",
        lambda folder, rsa, ec: gnutls(
            folder,
            rsa,
            "NONE:+VERS-TLS1.2:+ECDHE-RSA:+DHE-RSA:+RSA:+AES-128-GCM:+AES-256-CBC:+SHA1:+AEAD:+GROUP-SECP256R1:"
            "+GROUP-FFDHE3072:+SIGN-RSA-SHA256:+SIGN-RSA-SHA1:+CTYPE-X509",
        ),
        {
            f"TLS_{exchange}_WITH_{cipher}"
            for exchange in ("ECDHE_RSA", "DHE_RSA", "RSA")
            for cipher in ("AES_128_GCM_SHA256", "AES_256_CBC_SHA")
        },
        {"secp256r1", "ffdhe3072"},
        rsa(1, 256, pss=False),
        {"tls.client_renegotiations": 11, "tls.prime_bits": 3072},
    ),
    Animal(
        "GnuTLS of TLS 1.3 alone",
        lambda folder, rsa, ec: gnutls(
            folder, ec, "NONE:+VERS-TLS1.3:+AES-128-CCM:+AEAD:+GROUP-X25519:+SIGN-ECDSA-SECP256R1-SHA256:+CTYPE-X509"
        ),
        {"TLS_AES_128_CCM_SHA256"},
        {"x25519"},
        ecdsa(256),
        {"tls.client_renegotiations": 0, "tls.extended_master_secret": True, "tls.fallback": "single"},
    ),
    Animal(
        "Node",
        lambda folder, rsa, ec: node(
            folder,
            rsa,
            json.dumps(
                {
                    "ciphers": "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
                    "ecdhCurve": "X25519",
                    "honorCipherOrder": False,
                    "ALPNProtocols": ["http/1.1"],
                    "sigalgs": "rsa_pss_rsae_sha256:rsa_pkcs1_sha256",
                }
            ),
        ),
        {AES_128, f"{ECDHE_RSA}AES_128_GCM_SHA256", f"{ECDHE_RSA}AES_256_GCM_SHA384"},
        {"x25519"},
        rsa(256),
        {"tls.suite_order": "client", "tls.protocols_accepted": {"http/1.1"}},
    ),
    Animal(
        "Java",
        lambda folder, rsa, ec: java(folder, rsa, f"{AES_128},{ECDHE_RSA}AES_128_GCM_SHA256", "TLSv1.2,TLSv1.3"),
        {AES_128, f"{ECDHE_RSA}AES_128_GCM_SHA256"},
        OPENSSL_CURVES | NIST_FFDHE,  # jdk.tls.namedGroups of Java 17
        rsa(256, 384, 512),
        {"tls.fallback": "accepted"},  # JSSE has no TLS_FALLBACK_SCSV
    ),
    Animal(
        "Java of TLS 1.0 and 1.1 that demands a client certificate, with one curve",
        lambda folder, rsa, ec: java(
            folder,
            rsa,
            "TLS_RSA_WITH_AES_128_CBC_SHA,TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
            "TLSv1,TLSv1.1",
            "-Djdk.tls.namedGroups=secp256r1",
            legacy=True,
            clients=ec,
        ),
        {"TLS_RSA_WITH_AES_128_CBC_SHA", f"{ECDHE_RSA}AES_256_CBC_SHA"},
        {"secp256r1"},
        set(),
        {
            "tls.early_data": 0,
            "tls.extended_master_secret": True,
            "tls.fallback": "accepted",
            "tls.sslv2": "refused",
            "client_auth.versions_asking": {"TLSv1.0", "TLSv1.1"},
            "client_auth.authorities_listed": 1,
        },
    ),
    Animal(
        "OpenSSL of TLS 1.2, one curve of Brainpool",
        lambda folder, rsa, ec: openssl_server(
            folder, rsa, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256", "-groups", "brainpoolP256r1"
        ),
        {f"{ECDHE_RSA}AES_128_CBC_SHA256"},
        {"brainpoolP256r1"},
        rsa(224, 256, 384, 512),
        {"tls.suite_order": "single", "tls.sslv2": "refused", "tls.compression": False},
    ),
    Animal(
        "OpenSSL of TLS 1.3 that asks for certificates and has another group than everybody",
        lambda folder, rsa, ec: openssl_server(folder, rsa, "-tls1_3", "-groups", "X448", "-Verify", "1"),
        TLS_1_3,
        {"x448"},
        rsa(256, 384, 512) - {f"rsa_pkcs1_sha{size}" for size in (256, 384, 512)},
        {"client_auth.versions_asking": {"TLSv1.3"}, "client_auth.without_certificate": "refused"},
    ),
    Animal(
        "tlslite of SSLv3 and TLS 1.0",
        lambda folder, rsa, ec: tlslite_server(rsa, "SSLv3", "TLSv1.0"),
        {
            f"TLS_{exchange}_WITH_{cipher}_SHA"
            for exchange in ("RSA", "DHE_RSA")
            for cipher in ("AES_128_CBC", "AES_256_CBC", "3DES_EDE_CBC", "RC4_128")
            if (exchange, cipher) != ("DHE_RSA", "RC4_128")
        }
        | {f"{ECDHE_RSA}{cipher}_SHA" for cipher in ("AES_128_CBC", "AES_256_CBC", "3DES_EDE_CBC", "RC4_128")},
        set(),
        set(),
        {"tls.fallback": "refused", "tls.heartbeat": True},
    ),
)


def parameters(folder: Path) -> Path:
    """ffdhe2048 (RFC 7919 appendix A.1) as OpenSSL reads it."""
    path = folder / "ffdhe2048.pem"
    path.write_text(FFDHE2048, encoding="ascii")
    return path


FFDHE2048 = """\
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""
