"""What does a new profile look like? A commented example, in Swedish or in English, that loads as it is.

Left out: writing it to a file (`cli`).
"""

from __future__ import annotations

from importlib.resources import files

from readiness.texts import LANGUAGES


def template(lang: str) -> str:
    """The text of a new profile. ValueError for a language that there are no texts in.

    A line that starts with "#" and no space is an example turned off: nobody's profile says by default that something
    was permitted, stated, decided or absent.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no profile template in {lang!r}; there are {', '.join(LANGUAGES)}")
    return files("readiness.texts").joinpath(f"profile_template_{lang}.toml").read_text(encoding="utf-8")
