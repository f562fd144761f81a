"""Which pages does a kommun owe its citizens about digital post, and what must each speak of: as data.

A subject is spoken of where one of its words begins a word of the page's text, in small or capital letters. The words
are stems, in Swedish; a profile may add its own. Left out: how a page is read (the probe `public_page`), and whether
what stands there is true. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping

CONFIRMATION = "confirmation"
PURPOSES: Mapping[str, tuple[str, ...]] = {
    "help": ("digital_post", "contact", "paper"),
    "paper": ("paper", "help"),
    "channels": ("providers", "channel"),
    CONFIRMATION: (),
}
"""The subjects of each purpose. `help` tells what digital post is, `paper` how to get paper instead, `channels` which
notices come by another channel, `confirmation` is what the link in a test letter leads to."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "digital_post": ("digital post", "digitala post", "digitala brev", "digital brevlåda", "mina meddelanden"),
    "contact": ("kontakt", "telefon", "ring oss", "e-post", "medborgarservice"),
    "paper": ("papper", "pappret", "vanlig post", "vanliga posten", "vanligt brev", "vanliga brev", "brev på posten"),
    "help": ("hjälp", "stöd och råd", "råd och stöd"),
    "providers": (
        "privat utförare",
        "privata utförare",
        "privat verksamhet",
        "privata verksamheter",
        "enskild huvudman",
        "enskilda huvudmän",
        "enskild verksamhet",
        "friskol",
        "fristående skol",
        "fristående förskol",
        "annan utförare",
        "andra utförare",
    ),
    "channel": ("digital post", "digitala brev", "mina meddelanden", "papper", "brev", "e-tjänst", "telefon"),
}
"""The words of each subject, casefolded."""
STATEMENT_LINK = "tillgänglighetsredogörelse"
"""What the law of 2018:1937, section 13, calls the statement that a page has to lead to."""
