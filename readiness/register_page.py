"""Which lists can a profile hand over, and which columns does each need? The page docs/register.md, from the purposes.

`python -m readiness.register_page > docs/register.md` writes it; a test compares.
"""

from __future__ import annotations

import sys

from readiness.register_purposes import PROFILE, PURPOSES, Cell, Column, Purpose
from readiness.texts import say

HEAD = """# Register

Listor, register och exporter som en profil kan lämna i `[[register]]`. *Lists, registers and exports that a profile can
hand over in `[[register]]`.*

Den här sidan är genererad av `python -m readiness.register_page`; ett test jämför. Profilmallen (`mm-readiness init`)
visar hur ett register skrivs in, och hur listans egna rubriker och ord anges. Ingenting ur en lista sparas eller visas:
rapporten har antal, datum och radnummer.

- **text**: vad som helst, men inte tomt.
- **tal**: ett tal som inte är negativt, med decimalkomma eller punkt.
- **dag**: ett datum, eller en tid, enligt ISO 8601 (`2026-11-30`, `2026-11-30T08:15:00+01:00`).
- **ja/nej**: `yes` eller `no`, eller listans egna ord för dem.
- Övriga: ett av orden som räknas upp, eller listans egna ord för dem.

En kolumn inom parentes får lämnas tom eller saknas.
"""
HOLDS = {Cell.TEXT: "text", Cell.NUMBER: "tal", Cell.DAY: "dag", Cell.FLAG: "ja/nej"}


def register_page() -> str:
    """The page, in Swedish with English beside the names of the lists."""
    return HEAD + "".join(_purpose(name, purpose) for name, purpose in PURPOSES.items())


def _purpose(name: str, purpose: Purpose) -> str:
    title, gloss = (say(lang, f"register_purpose.{name}") for lang in ("sv", "en"))
    rows = "".join(f"| {_name(column)} | {_holds(column)} |\n" for column in purpose.columns)
    key = ", ".join(f"`{column}`" for column in purpose.key)
    notes = [
        f"Unik rad: {key}." if key else "",
        f"Alla ord ska finnas i `{purpose.every}`." if purpose.every else "",
        _against(purpose.against),
        "Profilen anger hur många dagar som högst får gå mellan två rader (`interval_days`)."
        if purpose.interval
        else "",
    ]
    said = " ".join(filter(None, notes))
    table = f"| kolumn | innehåll |\n| --- | --- |\n{rows}"
    return f"\n## `{name}`\n\n{title}. *{gloss}.*\n\n{table}" + (f"\n{said}\n" if said else "")


def _name(column: Column) -> str:
    return f"(`{column.name}`)" if column.optional else f"`{column.name}`"


def _holds(column: Column) -> str:
    return ", ".join(f"`{word}`" for word in column.words) or HOLDS[column.holds]


def _against(against: str) -> str:
    if against == PROFILE:
        return "Jämförs med det som profilen uppger."
    return f"Jämförs med en lista av ändamålet `{against}` (`compare_with`)." if against else ""


if __name__ == "__main__":
    # Bytes, for a Windows console or pipe may have another encoding than the file.
    sys.stdout.buffer.write(register_page().encode("utf-8"))
