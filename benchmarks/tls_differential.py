"""Where do we and other scanners of TLS say different things of the same server? The zoo of the tests, one by one.

    .venv/bin/python -m benchmarks.tls_differential --sslyze /tmp/sslyze/bin/sslyze [--testssl testssl] [--only Node]

nmap's ssl-enum-ciphers, sslyze and testssl.sh are programs of their own, run as such; those that are missing are left
out, and said to be. What is compared: the cipher suites of each version. `tls_differences.md` says who is right.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from probes._tls_scan import scan
from probes.tls_cipher_suites import suite_name
from readiness.model import Target, TargetKind
from readiness.probe import Limits
from tests.conftest import session_for
from tests.stands.pki import authority, leaf
from tests.stands.zoo import ZOO

Suites = Mapping[str, set[str]]
SSLYZE = {"ssl_3_0": "SSLv3", "tls_1_0": "TLSv1.0", "tls_1_1": "TLSv1.1", "tls_1_2": "TLSv1.2", "tls_1_3": "TLSv1.3"}
TESTSSL = {"ssl3": "SSLv3", "tls1": "TLSv1.0", "tls1_1": "TLSv1.1", "tls1_2": "TLSv1.2", "tls1_3": "TLSv1.3"}


def ours(address: str) -> Suites:
    """The suites of each version, by our own look."""
    target = Target("front", TargetKind.ENDPOINT, address=address, declared=(("server_name", "localhost"),))
    [look] = asyncio.run(scan(target, session_for(target, limits=Limits(wait=5)))).looks
    return {version: {suite_name(suite) for suite in one.suites.accepted} for version, one in look.found.items()}


def by_nmap(address: str) -> Suites:
    """The same by nmap's ssl-enum-ciphers."""
    host, port = address.split(":")
    said = _run(["nmap", "-Pn", "-n", "-p", port, "--script", "ssl-enum-ciphers", host])
    found, version = dict[str, set[str]](), ""
    for line in said.splitlines():
        if heading := re.match(r"\|\s+(SSLv3|TLSv1\.\d):", line):
            version = heading[1]
        elif suite := re.match(r"\|\s+(TLS_\w+|SSL_\w+) ", line):
            found.setdefault(version, set()).add(_iana(suite[1]))
    return found


def by_sslyze(address: str, program: str) -> Suites:
    """The same by sslyze."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        _run([program, "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3", "--json_out", file.name, address])
        text = Path(file.name).read_text(encoding="utf-8")
    if not text:
        return {}
    result = json.loads(text)["server_scan_results"][0]["scan_result"] or {}
    found = dict[str, set[str]]()
    for name, version in SSLYZE.items():
        answer = (result.get(f"{name}_cipher_suites") or {}).get("result") or {}
        if suites := {_iana(one["cipher_suite"]["name"]) for one in answer.get("accepted_cipher_suites", [])}:
            found[version] = suites
    return found


def by_testssl(address: str, program: str) -> Suites:
    """The same by testssl.sh."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "said.json")
        options = ["--warnings", "batch", "--color", "0", "--nodns", "none", "--quiet", "-E"]
        _run([program, *options, "--jsonfile", str(path), address])
        rows = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    found = dict[str, set[str]]()
    for row in rows:
        if match := re.match(r"cipher-(\w+)_x([0-9a-f]+)$", row["id"]):
            found.setdefault(TESTSSL.get(match[1], match[1]), set()).add(suite_name(int(match[2], 16)))
    return found


def _iana(name: str) -> str:
    """Without what some add to a name."""
    return name.replace("TLS_AKE_WITH_", "TLS_")


def _run(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=600)
    return done.stdout


def compare(name: str, mine: Suites, theirs: Suites) -> int:
    """Print what differs; how many suites."""
    count = 0
    for version in sorted({*mine, *theirs}):
        for sign, more in (
            ("only ours", mine.get(version, set()) - theirs.get(version, set())),
            ("only theirs", theirs.get(version, set()) - mine.get(version, set())),
        ):
            if more:
                print(f"    {name}, {version}, {sign}: {' '.join(sorted(more))}")
                count += len(more)
    return count


def main() -> None:
    """Print every difference."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sslyze", default="")
    parser.add_argument("--testssl", default="")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    scanners = {
        "nmap": by_nmap if shutil.which("nmap") else None,
        "sslyze": (lambda address: by_sslyze(address, given.sslyze)) if given.sslyze else None,
        "testssl.sh": (lambda address: by_testssl(address, given.testssl)) if given.testssl else None,
    }
    print("left out:", ", ".join(name for name, scanner in scanners.items() if scanner is None) or "none")
    root = authority(key="rsa-2048")
    rsa, ec = leaf(root, key="rsa-2048"), leaf(root, key="ec-p256")
    for animal in ZOO:
        if given.only not in animal.name:
            continue
        with tempfile.TemporaryDirectory() as folder, animal.serve(Path(folder), rsa, ec) as address:
            mine = ours(address)
            print(f"{animal.name}: {sum(map(len, mine.values()))} suites in {', '.join(sorted(mine))}", flush=True)
            for name, scanner in scanners.items():
                if scanner is not None and not compare(name, mine, scanner(address)):
                    print(f"    {name}: the same", flush=True)


if __name__ == "__main__":
    main()
