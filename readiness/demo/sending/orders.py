"""How does a verksamhetssystem get its orders? As files that are dropped into a folder, as old systems do.

An order is a JSON file with the recipients, a message each. It comes whole or not at all, and is moved away once
everything in it has been dealt with. Left out: what is written to the recipients (`letter`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

HANDLED = "klara"
END = "slut"
"""The name of the file that tells the verksamhetssystem to end."""


def drop(folder: Path, name: str, recipients: Sequence[str]) -> None:
    """Give an order. `recipients`: twelve digits each; `name` is unique, and orders are taken by name."""
    part = folder / f"{name}.part"
    part.write_text(json.dumps({"recipients": list(recipients)}), encoding="utf-8", newline="\n")
    part.replace(folder / f"{name}.json")


def tell_to_end(folder: Path) -> None:
    """Say that no more orders come."""
    (folder / END).touch()


def told_to_end(folder: Path) -> bool:
    """Whether that was said."""
    return (folder / END).exists()


def open_orders(folder: Path) -> list[Path]:
    """The orders that have not been dealt with, by name."""
    return sorted(folder.glob("*.json"))


def read_order(path: Path) -> list[str]:
    """The recipients of an order."""
    return [str(one) for one in json.loads(path.read_text(encoding="utf-8"))["recipients"]]


def put_away(path: Path) -> None:
    """Note that an order has been dealt with."""
    handled = path.parent / HANDLED
    handled.mkdir(exist_ok=True)
    path.replace(handled / path.name)
