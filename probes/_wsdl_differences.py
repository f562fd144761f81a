"""In what does a WSDL that is served differ from the one published for it? Operations, bindings, and what may be sent.

Port types are matched by their qualified name, or where there is one on each side; operations by name; content by what
may stand on the wire, not by how the schemas are written. Differences are told in English words. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from probes._soap_xml import local
from probes._wsdl import Bound, Operation, Wsdl, read_wsdl
from probes._wsdl_documents import Documents
from probes._xsd import Node, Particle, Schemas, Unresolved
from readiness.model import Reason, Unseen

ROWS = 200
"""More differences than this are counted and not shown."""
PAIRS = 20_000
"""More declarations than this are not compared."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One side: its operations and bindings, and its schemas."""

    wsdl: Wsdl
    schemas: Schemas

    @staticmethod
    def read(documents: Documents) -> Contract:
        """Out of the documents that make it up."""
        return Contract(read_wsdl(documents), Schemas(documents))


@dataclass(slots=True)
class Differences:
    """What was found. `shared` counts operations on both sides, `declared` elements and attributes held side by side.

    `rows`: part, name, published, served. `open_types`: where a definition is missing, and why.
    """

    published: int = 0
    served: int = 0
    shared: int = 0
    declared: int = 0
    missing: set[str] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)
    bindings: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    open_types: dict[str, Unseen] = field(default_factory=dict)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def told(self, part: str, name: str, published: str, served: str) -> None:
        """Note a row, within bounds."""
        if len(self.rows) < ROWS:
            self.rows.append((part, name, published, served))


def compare(published: Contract, served: Contract) -> Differences:
    """All of it."""
    found = Differences()
    walk = Walk(published.schemas, served.schemas, found)
    pairs = list(_paired(published.wsdl, served.wsdl, found))
    taken = {theirs for _, theirs in pairs if theirs}
    for ours, theirs in pairs:
        before = published.wsdl.port_types[ours]
        after = served.wsdl.port_types[theirs] if theirs else {}
        _operations(before, after, found)
        for name in sorted(before.keys() & after.keys()):
            _messages(before[name], after[name], found, walk)
            if theirs:
                _bindings(name, (published.wsdl, ours), (served.wsdl, theirs), found)
    for name in served.wsdl.port_types.keys() - taken:
        _operations({}, served.wsdl.port_types[name], found)
    _services(published.wsdl, served.wsdl, found)
    return found


def _paired(published: Wsdl, served: Wsdl, found: Differences) -> Iterator[tuple[str, str]]:
    """Each published port type with the served one that stands for it, "" where none does."""
    for name in sorted(published.port_types):
        if name in served.port_types:
            yield name, name
        elif len(published.port_types) == len(served.port_types) == 1:
            (other,) = served.port_types
            found.told("port type", local(name), name, other)
            yield name, other
        else:
            found.told("port type", local(name), name, "")
            yield name, ""


def _operations(before: dict[str, Operation], after: dict[str, Operation], found: Differences) -> None:
    found.published += len(before)
    found.served += len(after)
    found.shared += len(before.keys() & after.keys())
    for name in sorted(before.keys() - after.keys()):
        found.missing.add(name)
        found.told("operation", name, "published", "")
    for name in sorted(after.keys() - before.keys()):
        found.extra.add(name)
        found.told("operation", name, "", "served")


def _messages(before: Operation, after: Operation, found: Differences, walk: Walk) -> None:
    for part in ("input", "output", "faults"):
        ours, theirs = getattr(before, part), getattr(after, part)
        if sorted(ours) != sorted(theirs):
            _binding_row(found, before.name, part, " ".join(ours), " ".join(theirs))
        for name in ours:
            if name in theirs and ": " not in name:
                walk.elements(f"{local(name)}", name)


def _bindings(name: str, ours: tuple[Wsdl, str], theirs: tuple[Wsdl, str], found: Differences) -> None:
    """How one operation is bound, by SOAP version; further bindings of the served side are no difference."""
    served = _bound(name, *theirs)
    for version, (transport, bound) in sorted(_bound(name, *ours).items()):
        if version not in served:
            versions = ", ".join(f"SOAP {other}" for other in sorted(served)) or "no SOAP binding"
            _binding_row(found, name, "SOAP version", f"SOAP {version}", versions)
            continue
        other_transport, other = served[version]
        for part, before, after in (
            ("transport", transport, other_transport),
            ("style", bound.style, other.style),
            ("use", " ".join(bound.uses), " ".join(other.uses)),
            ("SOAPAction", f'"{bound.action}"', f'"{other.action}"'),
        ):
            if before != after:
                _binding_row(found, name, part, before, after)


def _bound(name: str, wsdl: Wsdl, port_type: str) -> dict[str, tuple[str, Bound]]:
    bindings = [wsdl.bindings[key] for key in sorted(wsdl.bindings) if wsdl.bindings[key].port_type == port_type]
    return {each.version: (each.transport, each.operations[name]) for each in bindings if name in each.operations}


def _binding_row(found: Differences, name: str, part: str, before: str, after: str) -> None:
    found.bindings.add(f"{name}: {part} {after or 'none'}, published {before or 'none'}")
    found.told("binding", f"{name}: {part}", before, after)


def _services(published: Wsdl, served: Wsdl, found: Differences) -> None:
    """Names of services and ports: no peer ever sees them, so they are told and not counted."""
    for name in sorted(published.services.keys() - served.services.keys()):
        found.told("service", local(name), name, " ".join(sorted(served.services)))
    for name in sorted(published.services.keys() & served.services.keys()):
        ours, theirs = set(published.services[name]), set(served.services[name])
        if ours - theirs:
            found.told("port", local(name), " ".join(sorted(ours)), " ".join(sorted(theirs)))


class Walk:
    """Declarations side by side, each pair once."""

    def __init__(self, published: Schemas, served: Schemas, found: Differences) -> None:
        self._published, self._served, self._found = published, served, found
        self._seen: dict[tuple[int, int], tuple[Node, Node]] = {}  # the nodes too: an id is one's own while one lives
        self._waiting: list[tuple[str, Node, Node]] = []

    def elements(self, path: str, name: str) -> None:
        """Compare a global element and all that may stand in it."""
        try:
            self._queue(path, self._published.find("element", name), self._served.find("element", name))
        except Unresolved as error:
            self._open(path, error)
        while self._waiting:
            path, before, after = self._waiting.pop()
            try:
                self._declaration(path, before, after)
            except Unresolved as error:
                self._open(path, error)

    def _queue(self, path: str, before: Node, after: Node) -> None:
        before, after = self._published.declaration(before), self._served.declaration(after)
        key = id(before.xml), id(after.xml)
        if key in self._seen:
            return
        if len(self._seen) >= PAIRS:
            self._found.open_types["..."] = Unseen(Reason.LIMIT_REACHED, f"more than {PAIRS} declarations")
            return
        self._seen[key] = before, after
        self._found.declared += 1
        self._waiting.append((path, before, after))

    def _declaration(self, path: str, before: Node, after: Node) -> None:
        for attribute, otherwise in (("nillable", "false"), ("default", ""), ("fixed", "")):
            self._compare(path, attribute, before.xml.get(attribute, otherwise), after.xml.get(attribute, otherwise))
        old, new = self._published.type_of(before), self._served.type_of(after)
        self._compare(path, "type", self._published.simple(old), self._served.simple(new))
        attributes = self._published.attributes(old), self._served.attributes(new)
        for name in sorted(attributes[0].keys() | attributes[1].keys()):
            self._found.declared += 1
            self._compare(f"{path}/@{local(name)}", "attribute", *(side.get(name, "") for side in attributes))
        content = self._published.content(old), self._served.content(new)
        self._outlines(path, *content)
        theirs = {each.name: each.node for each in content[1].elements()} if content[1] else {}
        for each in content[0].elements() if content[0] else ():
            other = theirs.get(each.name)
            if each.node and other:
                self._queue(f"{path}/{local(each.name)}", each.node, other)

    def _outlines(self, path: str, before: Particle | None, after: Particle | None) -> None:
        if outline(before) == outline(after):
            return
        short = outline(before, names=local), outline(after, names=local)
        same = short[0] == short[1]  # then the namespaces differ, and have to be shown
        self._compare(path, "content", *((outline(before), outline(after)) if same else short))

    def _compare(self, path: str, what: str, before: str, after: str) -> None:
        if before != after:
            self._found.types.add(path)
            self._found.told("type", f"{path}: {what}", before, after)

    def _open(self, path: str, error: Unresolved) -> None:
        self._found.open_types[path] = Unseen(Reason.NOT_UNDERSTOOD, str(error))


OCCURS = {("1", "1"): "", ("0", "1"): "?", ("0", "unbounded"): "*", ("1", "unbounded"): "+"}
SEPARATORS = {"sequence": ", ", "choice": " | ", "all": " & "}


def outline(particle: Particle | None, names: Callable[[str], str] = str) -> str:
    """Content in one line: "a, b?, (c | d)*". Order counts in a sequence only."""
    if particle is None:
        return ""
    often = OCCURS.get(particle.occurs, f"{{{'..'.join(particle.occurs)}}}")
    if particle.kind == "element":
        return f"{names(particle.name)}{often}"
    if particle.kind == "any":
        return f"any {particle.name}{often}"
    inside = [outline(each, names) for each in particle.inside]
    if particle.kind != "sequence":
        inside.sort()
    return f"({SEPARATORS[particle.kind].join(inside)}){often}"
