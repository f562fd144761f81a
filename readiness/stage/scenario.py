"""What is a scenario, and which are there? One TOML file each, in the folder `scenarios`; read and checked whole.

    id = "answer-lost"
    group = "transport"           # under which heading it stands: far, operator, http, xml, transport, tls
    layer = "answer"              # the lowest layer that it disturbs: answer, tcp, tls
    place = "operator"            # who misbehaves: far, operator
    nature = "uncertain"          # what it means for the message, one of NATURES
    alone = true                  # it holds a connection, opens a breaker, or concerns all of FaR: a round of its own
    control = "sane"              # the scenario that it differs from in one thing
    source = "..."
    title.sv = "..."  title.en = "..."        means.sv = "..."  means.en = "..."

    [says]                        # fields of Behaviour; lookup_fault and delivery_fault are tables
    [reply]                       # fields of Reply
    [[step]]                      # do = an action, and its fields
    do = "reset"

Left out: carrying it out (perform), and rounds (exercise).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from readiness.errors import UsageError
from readiness.model import Words
from readiness.stage.behaviour import Behaviour, ServiceFault
from readiness.stage.steps import ACTIONS, Reply, Step

GROUPS = ("control", "far", "operator", "http", "xml", "transport", "tls")
LAYERS = ("answer", "tcp", "tls")
PLACES = ("far", "operator")
NATURES = ("sane", "paper", "permanent", "temporary", "uncertain", "unauthenticated", "refused", "outage")
"""What it means for a message. sane: it is delivered, however oddly that is said. paper: it cannot be delivered
digitally, and the contract says so. permanent: refused, and a repeat without a change is in vain. temporary: refused,
and a repeat later may do. uncertain: it was accepted, and the answer is lost or cannot be read. unauthenticated: the
server cannot show that it is who it should be. refused: the server does not take the client's certificate. outage:
nobody answers."""
SILENT, SANE_ID, TLS_CONTROL = "silent", "sane", "tls-sane"
"""The scenario that is performed first, and the controls."""


@dataclass(frozen=True)
class Scenario:
    """One scenario; see the module for what its fields say. `messages`: how many messages to the person it takes, each
    sent after the one before it is accounted for; `minor`: whether the person is one."""

    id: str
    group: str
    layer: str
    place: str
    nature: str
    source: str
    title: Words
    means: Words
    behaviour: Behaviour
    alone: bool = False
    control: str = SANE_ID
    messages: int = 1
    minor: bool = False
    reply: Reply = field(default_factory=Reply)
    steps: tuple[Step, ...] = ()

    @property
    def own_port(self) -> bool:
        """Whether it is told apart by the port that it stands on, because it disturbs what comes before a request."""
        return self.layer != "answer" and self.place == "operator"

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of all that is served, so that a record says which version of a scenario it was."""
        served = asdict(self) | {"steps": [[type(step).__name__, asdict(step)] for step in self.steps]}
        for words in ("title", "means", "source"):
            del served[words]
        return hashlib.sha256(json.dumps(served, sort_keys=True).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Casting:
    """A scenario, and the test person whom it meets."""

    scenario: Scenario
    person: str


@cache
def load_scenarios() -> Mapping[str, Scenario]:
    """Every scenario that is shipped, by id. A fault in a file is a fault of ours: ValueError names file and key."""
    folder = files(__package__).joinpath("scenarios")
    found = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            scenario = read_scenario(file.read_text(encoding="utf-8"), file.name)
            if file.name != f"{scenario.id}.toml":
                raise ValueError(f"{file.name}: id is {scenario.id!r}. A scenario's file is named after its id.")
            found[scenario.id] = scenario
    for scenario in found.values():
        if scenario.control and scenario.control not in found:
            raise ValueError(f"{scenario.id}.toml: control: there is no scenario {scenario.control!r}")
    return found


def chosen(ids: tuple[str, ...]) -> tuple[Scenario, ...]:
    """The scenarios of those ids, all for none. UsageError for an unknown one."""
    known = load_scenarios()
    if unknown := [one for one in ids if one not in known]:
        raise UsageError(f"there is no scenario {unknown[0][:80]!r}. They are: {', '.join(known)}.")
    return tuple(known[one] for one in dict.fromkeys(ids)) if ids else tuple(known.values())


def read_scenario(text: str, name: str) -> Scenario:
    """The scenario in a file. ValueError names file, key, and what may stand there."""
    row = tomllib.loads(text)
    reader = _Reader(name, row)
    scenario = Scenario(
        id=reader.text("id"),
        group=reader.word("group", GROUPS),
        layer=reader.word("layer", LAYERS),
        place=reader.word("place", PLACES),
        nature=reader.word("nature", NATURES),
        source=reader.text("source"),
        title=reader.words("title"),
        means=reader.words("means"),
        behaviour=_behaviour(name, row.pop("says", {}), reader.id),
        alone=bool(row.pop("alone", False)),
        control=str(row.pop("control", SANE_ID)),
        messages=int(row.pop("messages", 1)),
        minor=bool(row.pop("minor", False)),
        reply=_reply(name, row.pop("reply", {})),
        steps=tuple(_step(name, step) for step in row.pop("step", [])),
    )
    reader.nothing_left()
    return scenario


class _Reader:
    """Takes keys out of a table; what is left at the end does not belong there."""

    def __init__(self, name: str, row: dict[str, Any]) -> None:
        self._name = name
        self._row = row
        self.id = str(row.get("id", ""))

    def text(self, key: str) -> str:
        value = self._row.pop(key, None)
        if not isinstance(value, str) or not value:
            raise ValueError(f"{self._name}: {key} must be a text")
        return value

    def word(self, key: str, known: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in known:
            raise ValueError(f"{self._name}: {key} is {value!r}. It is one of {', '.join(known)}.")
        return value

    def words(self, key: str) -> Words:
        value = self._row.pop(key, None)
        if not isinstance(value, dict) or set(value) != {"sv", "en"}:
            raise ValueError(f"{self._name}: {key} needs {key}.sv and {key}.en")
        return Words(value["sv"], value["en"])

    def nothing_left(self) -> None:
        if self._row:
            raise ValueError(f"{self._name}: {', '.join(self._row)} is no key of a scenario")


def _behaviour(name: str, said: dict[str, Any], id_: str) -> Behaviour:
    for fault in ("lookup_fault", "delivery_fault"):
        if fault in said:
            said[fault] = _made(name, ServiceFault, said[fault])
    behaviour: Behaviour = _made(name, Behaviour, {"id": id_, **said})
    return behaviour


def _reply(name: str, said: dict[str, Any]) -> Reply:
    said["headers"] = tuple((str(key), str(value)) for key, value in said.get("headers", {}).items())
    reply: Reply = _made(name, Reply, said)
    return reply


def _step(name: str, said: dict[str, Any]) -> Step:
    action = said.pop("do", "")
    if action not in ACTIONS:
        raise ValueError(f"{name}: step: there is no action {action!r}. They are: {', '.join(ACTIONS)}.")
    step: Step = _made(name, ACTIONS[action], said)
    return step


def _made(name: str, kind: type[Any], said: dict[str, Any]) -> Any:
    """One of the dataclasses, its fields checked against their defaults' types."""
    known = {field.name: field for field in fields(kind)}
    for key in said:
        if key not in known:
            raise ValueError(f"{name}: {kind.__name__} has no field {key!r}. It has {', '.join(known) or 'none'}.")
    try:
        return kind(**said)
    except TypeError as error:
        raise ValueError(f"{name}: {kind.__name__}: {error}") from error
