"""`xmlsec1`, another's implementation of XML Signature: does a signature of ours verify there, and one of its here?

It treats the whole document as the signed one, so an element has to stand alone before it is shown to it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from readiness.contract.names import XML_SIGNATURE
from tests.contract.deliveries import Party
from tests.stands.programs import SECONDS, program


def verifies(folder: Path, document: bytes, party: Party, at: str = "") -> bool:
    """Whether it accepts a signature of the document by the party's key; `at`: XPath, by default the last Signature."""
    path, key = folder / "document.xml", folder / "certificate.pem"
    path.write_bytes(document)
    key.write_bytes(party.certificate.public_bytes(Encoding.PEM))
    return _run("--verify", "--pubkey-cert-pem", str(key), "--node-xpath", at or LAST, str(path)).returncode == 0


def sign(folder: Path, template: bytes, party: Party) -> bytes:
    """The document with the empty values of its last Signature filled in, by the party's key."""
    path, key, output = folder / "template.xml", folder / "key.pem", folder / "signed.xml"
    path.write_bytes(template)
    key.write_bytes(party.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    certificate = folder / "signer.pem"
    certificate.write_bytes(party.certificate.public_bytes(Encoding.PEM))
    both = f"{key},{certificate}"
    done = _run("--sign", "--privkey-pem", both, "--node-xpath", LAST, "--output", str(output), str(path))
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return output.read_bytes()


LAST = f"/*/*[local-name()='Signature' and namespace-uri()='{XML_SIGNATURE}'][last()]"


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program("xmlsec1"), *arguments], capture_output=True, timeout=SECONDS * 3, check=False)
