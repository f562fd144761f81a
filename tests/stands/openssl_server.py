"""A real `openssl s_server` on a loopback port. It serves one connection at a time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stands.pki import Issued
from tests.stands.programs import SECONDS, address_of, program, running


@contextmanager
def openssl_server(folder: Path, issued: Issued, *options: str, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve TLS with this certificate; gives the address.

    Options as s_server has them: -tls1_2, -tls1_3, or for old versions -tls1 -cipher ALL:@SECLEVEL=0; to ask for a
    client certificate -verify 1, to demand one -Verify 1 with -CAfile.
    """
    binary = program("openssl")
    path = issued.pem(folder, f"s_server-{time.monotonic_ns()}")
    log = path.with_suffix(".log")
    chain = ["-cert_chain", str(path)] if len(issued.chain) > 1 else []
    where = ["-accept", address_of(host, 0), "-www"]
    argv = [binary, "s_server", *where, "-cert", str(path), "-key", str(path), *chain, *options]
    with running(argv, log) as process:
        end = time.monotonic() + SECONDS
        while not (said := re.search(rb"^ACCEPT .*:(\d+)\s*$", log.read_bytes(), re.MULTILINE)):
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{argv} does not listen: {log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.01)
        yield address_of(host, int(said[1]))
