"""A real PKCS#11 token: SoftHSM2, in a folder of its own, with a key and its certificate in it.

with token(folder, "dossier", issued) as uri:
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.stands.pki import Issued
from tests.stands.programs import missing, program

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
LABEL, PIN = "Stämpel", "4711-pin"


def module() -> str:
    """The path of SoftHSM's module; skips the test, or fails it, where there is none."""
    found = next((path for path in MODULES if Path(path).is_file()), "")
    if not found:
        missing("this test needs SoftHSM2 (libsofthsm2.so), which is not installed here")
    return found


def make_token(folder: Path) -> None:
    """A new token. SoftHSM reads its configuration once a process: call it before anything loads the module."""
    tokens = folder / "tokens"
    tokens.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n", "utf-8"
    )
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    _run("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "so-pin")


def put(folder: Path, name: str, number: str, issued: Issued, *, with_certificate: bool = True) -> str:
    """A key and its certificate into the token, under a name; the URI that finds it."""
    key = folder / f"{name}.key"
    key.write_bytes(issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _run("softhsm2-util", "--import", key, "--token", LABEL, "--label", name, "--id", number, "--pin", PIN)
    key.unlink()
    if with_certificate:
        certificate = folder / f"{name}.der"
        certificate.write_bytes(issued.der)
        login = ["--token-label", LABEL, "--login", "--pin", PIN]
        what = ["--write-object", certificate, "--type", "cert", "--label", name, "--id", number]
        _run("pkcs11-tool", "--module", module(), *login, *what)
    return f"pkcs11:token=St%C3%A4mpel;object={name}?module-path={module()}"


def _run(name: str, *arguments: object) -> None:
    done = subprocess.run([program(name), *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout


@contextmanager
def configured(folder: Path) -> Iterator[None]:
    """SOFTHSM2_CONF as it was afterwards."""
    before = os.environ.get("SOFTHSM2_CONF")
    make_token(folder)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("SOFTHSM2_CONF", None)
        else:
            os.environ["SOFTHSM2_CONF"] = before
