"""Are the example's letters what they are handed over as, and does each defect choose another?"""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from readiness import personal
from readiness.demo.chain import planned
from readiness.demo.document_defects import DEFECTS
from readiness.demo.letters import ANCHOR, write_letters
from tests.demo.write_letters import LETTERS


def written(folder: Path, *defects: str) -> dict[str, bytes]:
    for part in ("utskick", "arkiv", "ca"):
        (folder / part).mkdir(parents=True)
    write_letters(planned(defects).documents, folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.p*")}


def test_what_was_sent_is_what_was_archived(tmp_path: Path) -> None:
    files = written(tmp_path)
    assert sorted(files) == [
        "arkiv/provbeslut.pdf", "arkiv/provkallelse.pdf", f"ca/{ANCHOR}",
        "utskick/provbeslut.pdf", "utskick/provkallelse.pdf",
    ]  # fmt: skip
    for name in ("provbeslut", "provkallelse"):
        assert files[f"utskick/{name}.pdf"] == files[f"arkiv/{name}.pdf"]


@pytest.mark.parametrize("name", [defect.name for defect in DEFECTS])
def test_a_defect_changes_one_letter(tmp_path: Path, name: str) -> None:
    before, after = written(tmp_path / "a"), written(tmp_path / "b", name)
    assert before.keys() == after.keys()
    assert len({key.rpartition("/")[2] for key in before if before[key] != after[key]}) == 1


def test_every_letter_is_sent_by_somebody_and_names_test_persons_only(tmp_path: Path) -> None:
    plans = [planned([name] if name else []) for name in ("", *(defect.name for defect in DEFECTS))]
    used = {one.sent for plan in plans for one in plan.documents.values()}
    assert {path.stem for path in LETTERS.glob("*.pdf")} == used
    for path in LETTERS.glob("*.pdf"):
        text = "".join(page.extract_text() for page in PdfReader(path).pages)
        assert personal.shaped(text)
        assert not personal.spans(text)
