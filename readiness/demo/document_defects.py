"""The built-in defects of the letters that the example kommun hands over."""

from __future__ import annotations

from readiness.demo.defect import Change, Defect
from readiness.demo.plan import Plan
from readiness.model import Words

DECISION, SUMMONS = "provbeslut", "provkallelse"


def _file(id_: str, sent: str, archived: str = "") -> Change:
    """Another file was sent, and archived where none is named for that."""

    def change(plan: Plan) -> None:
        plan.documents[id_].sent, plan.documents[id_].archived = sent, archived or sent

    return change


def _defect(name: str, sv: str, en: str, change: Change, *flips: str) -> Defect:
    return Defect(f"document-{name}", Words(sv, en), change, flips)


DEFECTS = (
    _defect(
        "untagged",
        "Kallelsens PDF är inte taggad",
        "The PDF of the summons is not tagged",
        _file(SUMMONS, "kallelse-otaggad"),
        "MM-DOC-03",
    ),
    _defect(
        "without-appeal",
        "Beslutet säger inte hur man överklagar",
        "The decision does not say how to appeal",
        _file(DECISION, "beslut-utan-hanvisning"),
        "MM-DOC-04",
    ),
    _defect(
        "unsigned",
        "Beslutet skickades utan underskrift",
        "The decision was sent without a signature",
        _file(DECISION, "beslut-utkast"),
        "MM-DOC-05",
    ),
    _defect(
        "draft-archived",
        "Utkastet till beslutet arkiverades, inte det som skickades",
        "The draft of the decision was archived, not what was sent",
        _file(DECISION, "beslut", "beslut-utkast"),
        "MM-DOC-06",
    ),
    _defect(
        "other-paper",
        "Kallelsen har ett annat pappersformat än A4",
        "The summons has another paper size than A4",
        _file(SUMMONS, "kallelse-annat-format"),
        "MM-DOC-07",
    ),
    _defect(
        "another-party",
        "Kallelsen nämner en annan parts personnummer",
        "The summons holds the personal identity number of another party",
        _file(SUMMONS, "kallelse-tva-parter"),
        "MM-DOC-08",
    ),
    _defect(
        "script",
        "Kallelsens PDF kör ett skript när den öppnas",
        "The PDF of the summons runs a script when it is opened",
        _file(SUMMONS, "kallelse-med-skript"),
        "MM-DOC-12",
    ),
    _defect(
        "link-elsewhere",
        "Kallelsen länkar till någon annans webbplats, utan https",
        "The summons links to somebody else's site, without https",
        _file(SUMMONS, "kallelse-annan-lank"),
        "MM-DOC-13",
    ),
)
