"""Does anything that the tool writes, prints or seals tell what was planted in the example kommun's logs and letters?

One demo with every leak built into its logs is run as its user runs it, shown, reported, sealed and verified; then all
that came of it, but for the example's own folder, is searched for each planted value in every writing.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from readiness import personal
from readiness.demo.sending.letter import TEXTS, pdf
from readiness.demo.sending.log_leaks import LEAKS
from tests.dossier.conftest import signing
from tests.reports.pdfs import pdf_words, squeezed
from tests.stands.pki import authority

ROOT = Path(__file__).parents[1]
NUMBER = LEAKS["log-other-number"]("").removeprefix("personnummer ")
TELLING = "register-telling-notification"
"""A defect that puts a sentence into a register."""
PLANTED = {
    "number": NUMBER,
    "number with hyphen": f"{NUMBER[:8]}-{NUMBER[8:]}",
    "short number": NUMBER[2:],
    "short number with hyphen": f"{NUMBER[2:8]}-{NUMBER[8:]}",
    "private key in a log": "MIIE" * 4,
    "bearer token": "a1b2" * 8,
    "password": "hemligt1",
    "letter in a log": "ett brev ett brev",
    **{f"text of {kind}": text for kind, (_, _, text) in TEXTS.items()},
    "text of an attachment": "Exempel. \\304rende",
}
"""What must be found nowhere. What the subject of a letter says is no secret: a report names its form."""


def recoded(data: bytes) -> Iterator[bytes]:
    """In base64 at each of its three offsets, without what its neighbours decide; in hex, and as a URL has it."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + data)
        yield whole[4 if before else 0 : len(whole) - 4]
    yield data.hex().encode("ascii")
    yield data.hex().upper().encode("ascii")
    yield quote(data).encode("ascii")


def writings(text: str) -> set[bytes]:
    """A text as it could stand somewhere."""
    plain = {text.encode("utf-8"), text.encode("latin-1"), json.dumps(text)[1:-1].encode("ascii")}
    plain |= {text.encode("ascii", "xmlcharrefreplace")}
    coded = {one for data in (text.encode("utf-8"), text.encode("utf-16-le")) for one in recoded(data)}
    return plain | {text.encode("utf-16-le"), text.encode("utf-16-be")} | {one for one in coded if len(one) > 7}


class Keys(threading.Thread):
    """The private keys of the example, which are there only while it runs: read as often as can be until it ends."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.lines, self.over = folder, set[str](), threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            for path in self.folder.glob("*/*.key"):
                try:
                    self.lines |= {line for line in path.read_text(encoding="ascii").splitlines() if len(line) == 64}
                except OSError:  # deleted between listing and reading
                    continue


@pytest.fixture(scope="module")
def came_of_it(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], set[str], Path]:
    """Every file by name and what was printed; the lines of the example's keys; and the example's own folder."""
    folder = tmp_path_factory.mktemp("leaks")
    (folder / "tmp").mkdir()
    out, printed = folder / "run", {}
    environment = os.environ | {"TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT)}

    def mm(*words: object) -> int:
        command = [sys.executable, "-m", "readiness", *map(str, words)]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=100, check=False)
        printed[f"stdout of {words[0]} {len(printed)}"] = done.stdout
        printed[f"stderr of {words[0]} {len(printed)}"] = done.stderr
        return done.returncode

    keys = Keys(out / "chain")
    keys.start()
    assert mm("demo", "--out", out, *(word for leak in (*LEAKS, TELLING) for word in ("--defect", leak))) == 10
    keys.over.set()
    keys.join()
    root = authority("Rot")
    signer = signing(root)
    (folder / "signer.key").write_bytes(signer.key_pem())
    (folder / "signer.pem").write_bytes(b"".join(one.cert_pem for one in signer.chain))
    (folder / "root.pem").write_bytes(root.cert_pem)
    for lang in ("sv", "en"):
        assert (
            mm("report", out, "--out", folder / lang, "--lang", lang, "--format", "terminal", "--format", "html") == 10
        )
    assert mm("judge", out, "--json") == 10
    dossier = folder / "run.zip"
    assert mm("seal", out, "--key", "signer.key", "--certificate", "signer.pem", "--out", dossier) == 0
    assert mm("verify", dossier, "--anchor", "root.pem") == 0
    (folder / "signer.key").unlink()
    own = out / "chain"
    with zipfile.ZipFile(dossier) as sealed:  # a PDF's text is packed, and a line may be broken anywhere in a number
        pdfs = {name: sealed.read(name) for name in sealed.namelist() if name.endswith(".pdf")}
    assert len(pdfs) == 2
    printed |= {f"words of {name}": squeezed(pdf_words(pdf)).encode() for name, pdf in pdfs.items()}
    files = {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and own not in p.parents
    }
    return files | printed, keys.lines, own


def test_nothing_that_was_planted_is_found_in_anything(came_of_it: tuple[dict[str, bytes], set[str], Path]) -> None:
    written, _, _ = came_of_it
    found = [
        (what, name)
        for what, text in PLANTED.items()
        for one in writings(text)
        for name in written
        if one in written[name]
    ]
    assert found == []


def test_no_private_key_is_found_in_anything(came_of_it: tuple[dict[str, bytes], set[str], Path]) -> None:
    written, lines, _ = came_of_it
    assert len(lines) > 100
    everything = b"\0".join(written.values())
    assert [line for line in lines if line.encode("ascii") in everything] == []


def test_no_other_number_of_a_person_is_found_in_anything(came_of_it: tuple[dict[str, bytes], set[str], Path]) -> None:
    written, _, _ = came_of_it
    texts = {name: data.decode("utf-8", "replace") for name, data in written.items() if not name.endswith(".zip")}
    assert {name: personal.spans(text) for name, text in texts.items() if personal.spans(text)} == {}


def test_what_was_planted_stands_in_the_examples_own_logs_and_the_search_finds_it(
    came_of_it: tuple[dict[str, bytes], set[str], Path],
) -> None:
    written, _, own = came_of_it
    logs = b"".join(path.read_bytes() for path in (own / "sandning").glob("*.log"))
    in_logs = ("number", "private key in a log", "bearer token", "password", "letter in a log")
    assert [what for what in in_logs if not any(one in logs for one in writings(PLANTED[what]))] == []
    assert PLANTED["text of an attachment"].encode() in pdf("Exempel. \\304rende 1")
    assert any(name.endswith("run.zip") for name in written)
    assert any(name.endswith("journal.jsonl") for name in written)
    assert sum(map(len, written.values())) > 3_000_000


def cells(own: Path) -> set[str]:
    """What stands in the example's registers and nowhere in its profile, nor in a word of the checklist: long enough to
    be found nowhere by chance."""
    profile = (own / "kedja.toml").read_text(encoding="utf-8")
    known = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "checklists").glob("*.toml"))
    rows = [
        line.split(";") for path in (own / "register").glob("*.csv") for line in path.read_text("utf-8").splitlines()
    ]
    found = {cell for row in rows for cell in row if len(cell) >= 10 and not re.fullmatch(r"[0-9-]+", cell)}
    return {cell for cell in found if cell not in profile and cell.casefold() not in known.casefold()}


def sentences(own: Path) -> set[str]:
    """The longer lines of the letters that the example hands over, without their spaces."""
    letters = [pdf_words(path.read_bytes()) for path in (own / "utskick").glob("*.pdf")]
    return {squeezed(line) for letter in letters for line in letter.splitlines() if len(squeezed(line)) >= 20}


def test_nothing_that_stands_in_a_register_or_in_a_letter_is_found_in_anything(
    came_of_it: tuple[dict[str, bytes], set[str], Path],
) -> None:
    written, _, own = came_of_it
    texts = {name: data.decode("utf-8", "replace") for name, data in written.items() if not name.endswith(".zip")}
    assert "Beslut om försörjningsstöd väntar i din brevlåda." in cells(own)
    assert (len(cells(own)) > 40, len(sentences(own)) > 4) == (True, True)
    assert [(cell, name) for cell in cells(own) for name, text in texts.items() if cell in text] == []
    close = {name: squeezed(text) for name, text in texts.items()}
    assert [(line, name) for line in sentences(own) for name, text in close.items() if line in text] == []
