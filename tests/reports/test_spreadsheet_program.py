"""Does a real spreadsheet run anything of the CSV? LibreOffice opens it, and what it made of it is read.

Skipped, and said so, where there is no `soffice`; `.ci/run` does not install one, for it is as large as all the rest.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from readiness.report import Report
from readiness.reports.helping import written
from tests.reports.sample import HOSTILE, sample_report
from tests.reports.test_machine_formats import FORMULAS, renamed

SOFFICE = shutil.which("soffice")
AS_BY_DOUBLE_CLICK = "CSV:59,34,76,1,,1053,false,true"
"""Semicolons, quotes, UTF-8, from the first line, in Swedish; numbers, days and formulas are recognised."""

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="no soffice: the CSV was not opened in a spreadsheet")


def opened(folder: Path, *files: Path) -> dict[str, list[list[openpyxl.cell.Cell]]]:
    """What LibreOffice makes of files, cell by cell."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", f"--infilter={AS_BY_DOUBLE_CLICK}", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", folder, *files], capture_output=True, timeout=110, check=True)
    books = {file.stem: openpyxl.load_workbook(folder / f"{file.stem}.xlsx") for file in files}
    return {name: [list(row) for row in book.active.iter_rows()] for name, book in books.items()}


def cells(report: Report) -> list[list[str]]:
    (data,) = written(report, "sv", ["csv"]).values()
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_no_cell_becomes_a_formula_and_every_text_is_whole(tmp_path: Path) -> None:
    reports = {f"r{n}": renamed(name) for n, name in enumerate([*FORMULAS, *HOSTILE.values()])} | {"s": sample_report()}
    files = []
    for name, report in reports.items():
        (data,) = written(report, "sv", ["csv"]).values()
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_bytes(data)
    (tmp_path / "control.csv").write_text("=1+1;'=1+1\r\n", encoding="utf-8-sig")
    found = opened(tmp_path, *files, tmp_path / "control.csv")
    # What the apostrophe is for: without it, a formula.
    assert [cell.data_type for cell in found.pop("control")[0]] == ["f", "s"]
    for name, sheet in found.items():
        assert "f" not in {cell.data_type for row in sheet for cell in row}
        wanted = cells(reports[name])
        assert len(sheet) == len(wanted)
        for row, texts in zip(sheet, wanted, strict=True):
            assert [cell.value or "" for cell in row][: len(texts)] == texts or _only_numbers_differ(row, texts)


def _only_numbers_differ(row: list[openpyxl.cell.Cell], texts: list[str]) -> bool:
    """A spreadsheet reads "8" or "2026-11-30" as a number or a day; any other text has to be what it was."""
    return all(
        cell.data_type in {"n", "d"} or (cell.value or "") == text for cell, text in zip(row, texts, strict=False)
    )
