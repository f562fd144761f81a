"""How is a PDF built: pages, fonts, tags, language, protection, and what in it could act?

Left out: whether tags say what a reader would hear (a person has to listen), and what is written (`words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from pypdf import PdfReader
from pypdf.constants import UserAccessPermissions

from probes._documents.opening import NEEDED, NONE, entry, listed, opened, told, unlocked
from probes._documents.work import Answers, unseen
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve

A4 = (595.276, 841.890)
SLACK = 2 * 72 / 25.4
"""Points: two millimetres, which paper and printers do not notice."""
LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{1,8})*", re.ASCII)
HEADING = re.compile(r"/H[1-6]?")
ACTING = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit_form",
    "/ImportData": "import_data",
    "/RichMedia": "rich_media",
}
"""Actions (ISO 32000-2, 12.6.4) by /S, and annotations by /Subtype, that do something, or fetch it from elsewhere."""
HOLDING = {
    "/JS": "javascript",
    "/AA": "additional_actions",
    "/EmbeddedFile": "attachment",
    "/EmbeddedFiles": "attachment",
    "/XFA": "xfa",
}
MOST_OBJECTS = 500_000
MOST_LEVELS = 12
"""Forms within forms that fonts are sought in."""
OF_PAGES = ("pages", "pages_not_a4", "fonts", "fonts_not_embedded")
OF_TAGS = ("tagged", "language_as_declared", "elements", "headings", "figures_without_text")
OF_OBJECTS = ("objects", "active_content")


def read_structure(data: bytes, language: str) -> Answers:
    """The facts about how a document is built; `language` is the one declared. CannotObserve: as opening it."""
    reader, encryption = opened(data)
    answers: Answers = {"bytes": len(data), "encryption": encryption}
    if encryption == NEEDED:
        shut = (*OF_PAGES, *OF_TAGS, *OF_OBJECTS, "printing")
        return answers | unseen(shut, Reason.CREDENTIALS_NEEDED, "the PDF does not open without a password")
    answers["printing"] = encryption == NONE or bool(
        (reader.user_access_permissions or UserAccessPermissions(0)) & UserAccessPermissions.PRINT
    )
    for names, read in ((OF_PAGES, _pages), (OF_TAGS, partial(_tags, language=language)), (OF_OBJECTS, _acting)):
        try:
            answers |= read(unlocked(data))
        except CannotObserve as problem:
            answers |= unseen(names, problem.unseen.reason, problem.unseen.detail)
    return answers


def _pages(reader: PdfReader) -> Answers:
    sizes = [_size(page) for page in reader.pages]
    fonts: dict[object, Any] = {}
    for page in reader.pages:
        _gather(entry(page, "/Resources"), fonts, MOST_LEVELS)
    return {
        "pages": len(sizes),
        "pages_not_a4": sum(not _like_a4(size) for size in sizes),
        "fonts": len(fonts),
        "fonts_not_embedded": sum(not _embedded(font) for font in fonts.values()),
    }


def _size(page: Any) -> tuple[float, float]:
    """Width and height of what is shown, in points, the shorter side first."""
    unit = float(entry(page, "/UserUnit") or 1)
    sides = sorted((abs(float(page.cropbox.width)) * unit, abs(float(page.cropbox.height)) * unit))
    return sides[0], sides[1]


def _like_a4(size: tuple[float, float]) -> bool:
    return all(abs(side - wanted) <= SLACK for side, wanted in zip(size, A4, strict=True))


def _gather(resources: Any, fonts: dict[object, Any], levels: int) -> None:
    """The fonts that resources name, and those of the forms among them."""
    found = entry(resources, "/Font")
    for name, raw in (found or {}).items() if isinstance(found, dict) else ():
        fonts[getattr(raw, "idnum", (id(found), name))] = told(raw)
    forms = entry(resources, "/XObject")
    for raw in (forms or {}).values() if isinstance(forms, dict) and levels else ():
        if entry(raw, "/Subtype") == "/Form":
            _gather(entry(raw, "/Resources"), fonts, levels - 1)


def _embedded(font: Any) -> bool:
    if entry(font, "/Subtype") == "/Type3":
        return True  # its glyphs are drawn by the document itself
    own = listed(entry(font, "/DescendantFonts"))[0:1] or [font]
    descriptor = entry(own[0], "/FontDescriptor") or {}
    return any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def _tags(reader: PdfReader, language: str) -> Answers:
    root = reader.trailer["/Root"]
    tree = entry(root, "/StructTreeRoot")
    kinds = list(_elements(tree))
    marked = getattr(entry(root, "/MarkInfo", "/Marked"), "value", False)
    return {
        "tagged": marked is True and bool(kinds),
        "language_as_declared": _as_declared(str(entry(root, "/Lang") or ""), language),
        "elements": len(kinds),
        "headings": sum(bool(HEADING.fullmatch(kind)) for kind, _ in kinds),
        "figures_without_text": sum(kind == "/Figure" and not described for kind, described in kinds),
    }


def _as_declared(tag: str, language: str) -> bool | Unseen:
    """Whether a tag (RFC 5646) is of that language, with whatever script and region."""
    if not language:
        return Unseen(Reason.NOT_CONFIGURED, "the profile does not say what language it is in")
    found = LANGUAGE.fullmatch(tag.strip())
    return found is not None and found[1].lower() == language


def _elements(tree: Any) -> Iterable[tuple[str, bool]]:
    """The kind of each element of structure, as the standard names it, and whether it has a text in its place."""
    roles = entry(tree, "/RoleMap") or {}
    waiting, met = listed(entry(tree, "/K")), set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict) or id(one) in met:
            continue
        met.add(id(one))
        if len(met) > MOST_OBJECTS:
            raise CannotObserve(Reason.LIMIT_REACHED, f"its structure has more than {MOST_OBJECTS} elements")
        kind = str(entry(one, "/S"))
        if ("/S" in one and "/Type" not in one) or one.get("/Type") == "/StructElem":
            yield str(entry(roles, kind) or kind), bool(entry(one, "/Alt") or entry(one, "/ActualText"))
        waiting += listed(one.get("/K"))


def _acting(reader: PdfReader) -> Answers:
    """What in it could act, over all objects that the document reaches."""
    found: set[str] = set()
    waiting: list[Any] = [reader.trailer["/Root"]]
    met: set[object] = set()
    objects = 0
    while waiting:
        raw = waiting.pop()
        number = getattr(raw, "idnum", None)
        if number is not None and number in met:
            continue
        met.add(number)
        one = told(raw)
        if not isinstance(one, dict | list):
            continue
        objects += 1
        if objects > MOST_OBJECTS:
            raise CannotObserve(Reason.LIMIT_REACHED, f"it has more than {MOST_OBJECTS} objects")
        if isinstance(one, dict):
            found |= _acts(one)
        waiting += one.values() if isinstance(one, dict) else one
    return {"objects": objects, "active_content": tuple(sorted(found))}


def _acts(one: dict[str, Any]) -> set[str]:
    named = {HOLDING[key] for key in HOLDING if key in one}
    named |= {
        ACTING[word] for key in ("/S", "/Subtype") if isinstance(word := told(one.get(key)), str) and word in ACTING
    }
    if entry(one, "/Type") == "/EmbeddedFile" or entry(one, "/Subtype") == "/FileAttachment":
        named.add("attachment")
    if isinstance(action := told(one.get("/OpenAction")), dict) and entry(action, "/S") != "/GoTo":
        named.add("open_action")
    return named
