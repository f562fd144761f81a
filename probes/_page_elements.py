"""Which elements of a page have no name that a screen reader could say?

Pure. A part of what WCAG 2.1 asks, of what can be seen without a browser: a title of the page (2.4.2), an alternative
of an image (1.1.1), words of a link or button (2.4.4, 4.1.2), a label of a field (1.3.1, 4.1.2), a title of a frame.
What a style sheet hides is not known to be hidden, and counts. Left out: contrast, order, focus: those need a browser.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

NAMELESS_INPUTS = frozenset({"hidden", "submit", "reset"})
"""A browser names the last two by itself."""
OF_THEIR_OWN = {"image": "alt", "button": "value"}
"""Inputs that bring their name along, and where."""
OF_ITSELF = ("aria-label", "aria-labelledby", "title")


def named_elements(root: etree._Element) -> Iterator[tuple[str, bool]]:
    """(kind, whether it has a name) for the page itself and for each element that needs one."""
    title = next(root.iter("title"), None)
    yield "title", title is not None and _has_words(title)
    labelled = {label.get("for") for label in root.iter("label") if _has_words(label)}
    for one in root.iter("img", "a", "button", "input", "select", "textarea", "iframe"):
        if not _needs_none(one):
            yield str(one.tag), _has_name(one, labelled)


def _needs_none(one: etree._Element) -> bool:
    aside = any(
        each.get("hidden") is not None or each.get("aria-hidden") == "true" or each.tag in {"template", "noscript"}
        for each in (one, *one.iterancestors())
    )
    if aside or one.get("role") in {"presentation", "none"}:
        return True
    return (one.tag == "a" and one.get("href") is None) or (
        one.tag == "input" and one.get("type", "").lower() in NAMELESS_INPUTS
    )


def _has_name(one: etree._Element, labelled: set[str | None]) -> bool:
    kind = one.get("type", "").lower()
    if any(one.get(key, "").strip() for key in OF_ITSELF):
        named = True
    elif one.tag == "img":
        # An empty alternative says that it is there for decoration; as the only content of a link it says nothing.
        named = one.get("alt") is not None
    elif one.tag in {"a", "button"}:
        named = _has_words(one) or any(
            each.get(key, "").strip() for each in one.iter("*") for key in ("alt", *OF_ITSELF)
        )
    elif one.tag == "iframe":
        named = False
    elif kind in OF_THEIR_OWN:
        named = bool(one.get(OF_THEIR_OWN[kind], "").strip())
    else:
        around = any(each.tag == "label" and _has_words(each) for each in one.iterancestors())
        named = around or one.get("id") in labelled
    return named


def _has_words(one: etree._Element) -> bool:
    return bool("".join(one.itertext()).strip())
