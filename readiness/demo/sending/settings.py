"""What is one process of the sending system told? Paths, addresses, limits and what to do, as a JSON file.

The file names keys and certificates by path and holds none. Left out: where the values come from (`demo.exercise`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Identity:
    """Paths of a certificate chain (PEM, leaf first) and of its private key (PEM, not encrypted)."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision to tell somebody of: the number of the case, the recipient (twelve digits), and what sort it is."""

    case: str
    recipient: str
    kind: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What every process is told, and what only one of them is.

    `door` and `next_door`: files in which a process says the port that it listens on, and finds the next one's; `hop`
    and `authority`: who it is on the way between the processes, and which CAs are trusted everywhere; `seconds`: when
    it ends at the latest. `timeout`: seconds for one network step, an answer as a whole among them.

    Verksamhetssystem: `decisions` (the first order), `orders` (the folder where further ones come, until it is told to
    end; "": it ends after the first), `sender_name`, `account` (the file to write). Förmedlare: `far` (the URL of
    Recipient), `sender` (ten digits), `client`, `signing`, `sealing`, `batch` (recipients in one look-up), `register`
    (everybody in the case system, which only a built-in defect asks about). `attempts` that a letter is given in an
    order, and `most` of them in all; `wait`: seconds before the second one, which grow up to `longest_wait`.
    """

    log: str
    authority: str
    hop: Identity
    door: str = ""
    next_door: str = ""
    seconds: float = 30.0
    timeout: float = 10.0
    attempts: int = 3
    most: int = 10
    wait: float = 0.1
    longest_wait: float = 60.0
    quirks: tuple[str, ...] = ()
    account: str = ""
    decisions: tuple[Decision, ...] = ()
    orders: str = ""
    sender_name: str = ""
    sender: str = ""
    far: str = ""
    client: Identity = Identity("", "")
    signing: Identity = Identity("", "")
    sealing: Identity = Identity("", "")
    batch: int = 1000
    register: tuple[str, ...] = ()


def write_settings(settings: Settings, path: Path) -> None:
    """Write the file that `read_settings` reads."""
    path.write_text(json.dumps(asdict(settings), ensure_ascii=False, indent=1), encoding="utf-8", newline="\n")


def read_settings(path: Path) -> Settings:
    """The settings in a file that `write_settings` wrote."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    for name in ("hop", "client", "signing", "sealing"):
        plain[name] = Identity(**plain[name])
    plain["decisions"] = tuple(Decision(**row) for row in plain["decisions"])
    for name in ("quirks", "register"):
        plain[name] = tuple(plain[name])
    return Settings(**{field.name: plain[field.name] for field in fields(Settings)})
