"""Who is right where scanners of TLS differ? Each "why" of `tls_differences.md`, tried with OpenSSL's own client.

    .venv/bin/python -m benchmarks.tls_experiments

`s_client` completes a handshake or it does not. Of a pair one option alone is another, so that it is the cause. Ends
with 1 where one turns out otherwise than is written here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.stands.pki import authority, leaf
from tests.stands.zoo import ZOO

FIELDS = "GnuTLS of TLS 1.2 with SHA-1, RSA key exchange and named finite fields"
MODERN, BRAINPOOL = "GnuTLS of TLS 1.3 alone", "OpenSSL of TLS 1.2, one curve of Brainpool"
X448 = "OpenSSL of TLS 1.3 that asks for certificates and has another group than everybody"
OLDEST = "tlslite of SSLv3 and TLS 1.0"
DHE, ECDHE = "DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"
OLD = "@SECLEVEL=0"


@dataclass(frozen=True)
class Experiment:
    """A server of the zoo, options of s_client, words that what it says does (`there`) or does not hold."""

    animal: str
    options: str
    words: str
    there: bool = True


EXPERIMENTS = (
    Experiment(FIELDS, f"-cipher {DHE} -groups P-256:ffdhe3072", f"Cipher is {DHE}"),
    Experiment(FIELDS, f"-cipher {DHE} -groups P-256", f"Cipher is {DHE}"),
    Experiment(FIELDS, f"-cipher {DHE} -groups P-256:ffdhe2048", f"Cipher is {DHE}", there=False),
    Experiment(MODERN, "-ciphersuites TLS_AES_128_CCM_SHA256", "Cipher is TLS_AES_128_CCM_SHA256"),
    Experiment(MODERN, "-ciphersuites TLS_AES_128_GCM_SHA256", "Cipher is TLS_", there=False),
    Experiment("Node", f"-tls1_2 -cipher {ECDHE} -groups X25519", f"Cipher is {ECDHE}"),
    Experiment("Node", f"-tls1_2 -cipher {ECDHE} -groups P-256", f"Cipher is {ECDHE}", there=False),
    Experiment("Node", "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384 -groups X25519", "Cipher is ECDHE-RSA-AES256-GCM"),
    Experiment(BRAINPOOL, "-tls1_2 -groups brainpoolP256r1", "Cipher is ECDHE-RSA-AES128-SHA256"),
    Experiment(BRAINPOOL, "-tls1_2 -groups X25519:P-256:P-384:P-521", "Cipher is ECDHE", there=False),
    Experiment(X448, "-groups X448", "Server Temp Key: X448"),
    Experiment(X448, "-groups X25519:X448 -msg", "Server Temp Key: X448"),
    Experiment(X448, "-groups X25519:P-256", "Server Temp Key", there=False),
    *(
        Experiment(OLDEST, f"-tls1 -cipher {suite}:{OLD}", f"Cipher is {suite}")
        for suite in ("AES128-SHA", "AES256-SHA", "DHE-RSA-AES256-SHA", "ECDHE-RSA-AES256-SHA")
    ),
    Experiment("Java", "-tls1_2 -fallback_scsv", "inappropriate fallback"),
    Experiment("Java", "-tls1_2 -fallback_scsv -msg", ", ServerHello"),
    Experiment("Java", "-tls1_2 -fallback_scsv -msg", "<<< TLS 1.2, Alert", there=False),
)


def said(address: str, options: str) -> str:
    """All that s_client says, of a server that is told nothing."""
    argv = ["openssl", "s_client", "-connect", address, "-servername", "localhost", *options.split()]
    done = subprocess.run(argv, input=b"", capture_output=True, timeout=20, check=False)
    return (done.stdout + done.stderr).decode("utf-8", errors="replace")


def main() -> None:
    """Print each experiment and what came of it."""
    root, wrong, tried = authority(key="rsa-2048"), 0, set[str]()
    rsa, ec = leaf(root, key="rsa-2048"), leaf(root, key="ec-p256")
    for animal in ZOO:
        mine = [one for one in EXPERIMENTS if animal.name == one.animal]
        if not mine:
            continue
        with tempfile.TemporaryDirectory() as folder, animal.serve(Path(folder), rsa, ec) as address:
            tried.add(animal.name)
            for one in mine:
                as_written = (one.words in said(address, one.options)) is one.there
                wrong += not as_written
                verb = "says" if one.there else "does not say"
                print(f"{animal.name}: s_client {one.options}: {verb} '{one.words}': {'yes' if as_written else 'NO'}")
    if tried < {one.animal for one in EXPERIMENTS}:
        sys.exit("not every server was there to be tried")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
