"""The permits that were used: on the terminal, in HTML and in JSON, in both languages, whoever wrote the record."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from readiness.chain import PermitUsed
from readiness.report import Report
from readiness.reports._permits import permit_rows
from readiness.reports.data import data_report
from readiness.reports.html import html_report
from readiness.reports.terminal import terminal_report
from tests.reports.sample import AT, HOSTILE, PERMIT, sample_report

LANGUAGES = pytest.mark.parametrize("lang", ["sv", "en"])


def with_uses(*uses: PermitUsed) -> Report:
    report = sample_report()
    return replace(report, records=(replace(report.records[0], permits=uses),))


def test_a_permit_is_one_row_however_often_it_was_used_and_an_unused_one_is_none() -> None:
    vendor, own, strange = permit_rows(sample_report(), "en")
    assert vendor.owner.startswith("Förmedlarbolaget AB")
    assert (vendor.effects, vendor.probes) == (
        "tries many connections", ("tls_versions", "tls_groups")
    )  # fmt: skip
    assert [place.partition("(")[2] for place in vendor.where] == ["fm.exempelby.example:8443)"]
    assert (vendor.document, vendor.digest, vendor.record) == ("Avtal", "a" * 64, "1" * 64)
    assert (own.effects, own.document) == ("tries many connections, sends requests", "")
    assert strange.record == "2" * 64
    assert permit_rows(with_uses(), "en") == ()


@LANGUAGES
def test_terminal_and_page_name_who_allowed_what_where_on_which_document(lang: str) -> None:
    for text in (terminal_report(sample_report(), lang, 100, colour=False), html_report(sample_report(), lang)):
        for said in ("Förmedlarbolaget AB", "fm.exempelby.example:8443", "Avtal", "tls_groups", "soap_faults"):
            assert said in text, said


@LANGUAGES
def test_without_a_permit_used_that_is_said(lang: str) -> None:
    none = {"sv": "Det som gjordes kräver inget medgivande.", "en": "What was done needs no permit."}[lang]
    for write in (lambda report: terminal_report(report, lang, 100, colour=False), lambda r: html_report(r, lang)):
        assert none in write(with_uses())
        assert none not in write(sample_report())


def test_the_data_have_every_use_with_its_time_and_permit() -> None:
    own, other = json.loads(data_report(sample_report()))["records"]
    assert [(use["probe"], use["target"], use["effect"]) for use in own["permits"]][:2] == [
        ("tls_versions", "fm-in", "scans"), ("tls_groups", "fm-in", "scans"),
    ]  # fmt: skip
    assert own["permits"][0]["permit"]["sha256"] == "a" * 64
    assert own["permits"][0]["at"] == "2026-11-30T12:00:00Z"
    assert other["permits"][0]["effect"] == HOSTILE["html"]


def test_a_permit_for_many_addresses_names_three_on_the_terminal_and_all_on_the_page() -> None:
    uses = [PermitUsed(f"probe_{n}", f"target-{n}", "scans", AT, PERMIT) for n in range(6)]
    text = terminal_report(with_uses(*uses), "en", 200, colour=False)
    assert "target-2 +3" in text
    assert "probe_3 +2" in text
    assert "target-5" not in text
    assert "target-5" in html_report(with_uses(*uses), "en")
