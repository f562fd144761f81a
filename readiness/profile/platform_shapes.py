"""What must a text look like that says where a log is searched: an address, and a part of Loki or of OpenSearch?

As in `shapes`. Left out: which key has which shape (`log_platforms`).
"""

from __future__ import annotations

import re

from readiness.profile.shapes import Wrong, shown, web_address


def search_address(text: str) -> str:
    """Where a log platform answers: https, or http on this machine, with the path that stands before its own; without
    query, and without "/" at the end."""
    if "@" in text:
        raise Wrong("search_address_password")
    plain = web_address(text)
    if "?" in plain:
        raise Wrong("search_address", found=shown(text))
    return plain.rstrip("/")


def stream_selector(text: str) -> str:
    """Which streams of Loki: {name="value"} with at least one label; filters and pipelines are the tool's own."""
    label = r'\s*[A-Za-z_][A-Za-z0-9_]*\s*(?:=~|=|!=|!~)\s*"[^"\\{}`]*"\s*'
    if len(text) > 500 or not re.fullmatch(r"\{" + label + r"(?:," + label + r")*\}", text):
        raise Wrong("stream_selector", found=shown(text))
    return text


def tenant(text: str) -> str:
    """The name of a tenant of Loki, as the header X-Scope-OrgID takes it."""
    if not re.fullmatch(r"[A-Za-z0-9!._*'()|-]{1,150}", text):
        raise Wrong("tenant", found=shown(text))
    return text


def index_pattern(text: str) -> str:
    """Which indexes: a name, a pattern with *, or several with commas between; of this cluster, and not all there are.

    A colon would name another cluster, whose answers may be lacking without a word.
    """
    if not re.fullmatch(r"[a-z0-9.][a-z0-9_.*-]{0,254}(?:,[a-z0-9.][a-z0-9_.*-]{0,254}){0,49}", text):
        raise Wrong("index_pattern", found=shown(text))
    return text
