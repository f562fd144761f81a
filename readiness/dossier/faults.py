"""What can be wrong with a dossier, in words of either language. Left out: finding it."""

from __future__ import annotations

from readiness.errors import RecordError
from readiness.texts import say


class DossierError(RecordError):
    """A dossier is not what `seal` writes, or was altered. `key` is a text's under `dossier_fault`."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = {name: _shown(str(value)) for name, value in values.items()}
        super().__init__(self.text("en"))

    def text(self, lang: str) -> str:
        """What is wrong, in that language."""
        return say(lang, f"dossier_fault.{self.key}", **self.values)


def _shown(text: str) -> str:
    """Without what acts on a terminal, for names in a dossier may be anybody's; and no longer than a line or two."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:300])
