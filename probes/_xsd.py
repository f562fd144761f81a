"""What may stand in an element, according to schemas: content, occurrences, facets, attributes?

A reader of XML Schema 1.0 that sees through the ways of writing the same: named and anonymous types, groups,
references, extensions, included files, prefixes. Pure. Left out: identity constraints, substitution groups, block and
final, and whether the schemas are sound themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from probes._soap_xml import qualified
from probes._wsdl_documents import Documents, resolved
from readiness.contract.names import WSDL_11, XML_SCHEMA

X = f"{{{XML_SCHEMA}}}"
GLOBALS = ("element", "complexType", "simpleType", "group", "attributeGroup", "attribute")
DEPTH = 40
"""How deep one definition may rest on another."""
STEPS = 200_000
"""How many pieces of schemas are read in all: small schemas can be made to unfold without end."""


class Unresolved(Exception):
    """Something is named that stands in none of the schemas that were read."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A piece of a schema, with the namespace that its names belong to and whether local ones are in it."""

    xml: etree._Element
    namespace: str
    elements_qualified: bool
    attributes_qualified: bool

    def inner(self, xml: etree._Element) -> Node:
        """A piece of this piece."""
        return Node(xml, self.namespace, self.elements_qualified, self.attributes_qualified)

    def children(self, *names: str) -> Iterator[Node]:
        """The child elements of these local names (default: all but annotations)."""
        for child in self.xml:
            name = str(child.tag).removeprefix(X)
            if (name in names) if names else name != "annotation":
                yield self.inner(child)

    @property
    def kind(self) -> str:
        """Its local name."""
        return str(self.xml.tag).removeprefix(X)

    def names(self, attribute: str) -> str:
        """The QName in an attribute, "" where there is none."""
        value = self.xml.get(attribute)
        return qualified(self.xml, value, self.namespace) if value else ""

    @property
    def occurs(self) -> tuple[str, str]:
        """minOccurs and maxOccurs as they count."""
        return self.xml.get("minOccurs", "1"), self.xml.get("maxOccurs", "1")


@dataclass(frozen=True, slots=True)
class Particle:
    """A sequence, choice, all, element or wildcard, with how often it may occur."""

    kind: str
    occurs: tuple[str, str]
    name: str = ""
    node: Node | None = None
    inside: tuple[Particle, ...] = ()

    def elements(self) -> Iterator[Particle]:
        """Every element in it, its own level only."""
        if self.kind == "element":
            yield self
        for particle in self.inside:
            yield from particle.elements()


class Schemas:
    """All the schemas of a WSDL."""

    def __init__(self, documents: Documents) -> None:
        self._found: dict[tuple[str, str], Node] = {}
        self._documents = documents
        self._read: set[tuple[str, str]] = set()
        self._steps = 0
        for url in documents.texts:
            root = documents.root(url)
            assert root is not None  # the URL is one of those that were read
            if root.tag == f"{{{WSDL_11}}}definitions":
                for schema in root.iter(f"{X}schema"):
                    self._take(schema, url, schema.get("targetNamespace", ""))
        if (root := documents.root(documents.start)) is not None and root.tag == f"{X}schema":
            self._take(root, documents.start, root.get("targetNamespace", ""))

    def find(self, kind: str, name: str) -> Node:
        """A global definition. Unresolved where none was read."""
        if (kind, name) not in self._found:
            raise Unresolved(f"{kind} {name} stands in no schema that was read")
        return self._found[kind, name]

    def type_of(self, node: Node) -> Node | str:
        """The type of an element or attribute declaration: its definition, or the name of a built-in type."""
        if node.xml.get("type"):
            return self.type_named(node.names("type"))
        own = next(node.children("complexType", "simpleType"), None)
        return own or f"{X}anyType"

    def type_named(self, name: str) -> Node | str:
        """A type by its name."""
        if name.startswith(X):
            return name
        if ("complexType", name) in self._found:
            return self._found["complexType", name]
        return self.find("simpleType", name)

    def declaration(self, node: Node) -> Node:
        """The declaration that an element or attribute refers to, or itself."""
        return self.find(node.kind, node.names("ref")) if node.xml.get("ref") else node

    def name_of(self, node: Node) -> str:
        """The name on the wire: with its namespace where it is global or its form is qualified."""
        if node.xml.get("ref"):
            return node.names("ref")
        own = node.elements_qualified if node.kind == "element" else node.attributes_qualified
        form = node.xml.get("form", "qualified" if own else "unqualified")
        parent = node.xml.getparent()
        top = parent is not None and parent.tag == f"{X}schema"
        return (
            f"{{{node.namespace}}}{node.xml.get('name')}"
            if top or form == "qualified"
            else f"{{}}{node.xml.get('name')}"
        )

    def content(self, type_: Node | str, depth: int = 0) -> Particle | None:
        """What elements a type holds; None for a simple or empty one."""
        if isinstance(type_, str) or type_.kind == "simpleType":
            return None
        self._step(depth)
        if (derived := _derivation(type_)) is None:
            return self._model(type_, depth)
        own = self._model(derived, depth)
        if derived.kind != "extension":
            return own
        below = self.content(self.type_named(derived.names("base")), depth + 1)
        parts = tuple(part for part in (below, own) if part)
        return _flat("sequence", ("1", "1"), parts) if parts else None

    def attributes(self, type_: Node | str, depth: int = 0) -> dict[str, str]:
        """What attributes a type has, by name, each with use, type and fixed or default value in words."""
        if isinstance(type_, str) or type_.kind == "simpleType":
            return {}
        self._step(depth)
        derived = _derivation(type_)
        base = self.attributes(self.type_named(derived.names("base")), depth + 1) if derived else {}
        return {name: said for name, said in (base | self._own_attributes(derived or type_, depth)).items() if said}

    def simple(self, type_: Node | str, depth: int = 0) -> str:
        """A simple type, or the text of a complex one, in words: built-in base and facets; "" where there is none."""
        if isinstance(type_, str):
            return type_.removeprefix(X)
        self._step(depth)
        if type_.kind == "complexType":
            derived = _derivation(type_)
            inside = next(type_.children("simpleContent"), None)
            return self._derived(derived, depth) if derived and inside else ""
        restriction = next(type_.children("restriction", "list", "union"), None)
        return self._derived(restriction, depth) if restriction else "anySimpleType"

    def _step(self, depth: int) -> None:
        self._steps += 1
        if depth > DEPTH or self._steps > STEPS:
            raise Unresolved("the definitions rest on each other too deep, or unfold to too many")

    def _take(self, schema: etree._Element, url: str, namespace: str) -> None:
        """Note the global definitions of a schema document and of those it refers to."""
        top = Node(
            schema,
            namespace,
            schema.get("elementFormDefault") == "qualified",
            schema.get("attributeFormDefault") == "qualified",
        )
        for node in top.children():
            if node.kind in GLOBALS and node.xml.get("name"):
                self._found.setdefault((node.kind, f"{{{namespace}}}{node.xml.get('name')}"), node)
            elif location := node.xml.get("schemaLocation"):
                at = resolved(url, location)
                root = self._documents.root(at)
                # What is included takes the namespace of its includer where it has none of its own (XSD 4.2.1).
                default = "" if node.kind == "import" else namespace
                if root is not None and root.tag == f"{X}schema":
                    theirs = root.get("targetNamespace", default)
                    if (at, theirs) not in self._read:
                        self._read.add((at, theirs))
                        self._take(root, at, theirs)

    def _model(self, node: Node, depth: int) -> Particle | None:
        inside = next(node.children("sequence", "choice", "all", "group"), None)
        return self._particle(inside, depth + 1) if inside else None

    def _particle(self, node: Node, depth: int) -> Particle:
        self._step(depth)
        if node.kind == "group" and node.xml.get("ref"):
            model = self._model(self.find("group", node.names("ref")), depth)
            return _flat("sequence", node.occurs, (model,) if model else ())
        if node.kind == "element":
            return Particle("element", node.occurs, self.name_of(node), node)
        if node.kind == "any":
            return Particle("any", node.occurs, node.xml.get("namespace", "##any"))
        inside = (each for each in node.children() if each.kind in PARTICLES)
        return _flat(node.kind, node.occurs, tuple(self._particle(each, depth + 1) for each in inside))

    def _own_attributes(self, node: Node, depth: int) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in node.children("attributeGroup"):
            found |= self._own_attributes(self.find("attributeGroup", each.names("ref")), depth + 1)
        for each in node.children("attribute"):
            use = each.xml.get("use", "optional")
            declared = self.declaration(each)
            given = [f"{key} {value!r}" for key in ("default", "fixed") if (value := each.xml.get(key)) is not None]
            type_ = self.type_of(declared)
            of = "anySimpleType" if type_ == f"{X}anyType" else self.simple(type_, depth + 1)
            found[self.name_of(each)] = "" if use == "prohibited" else ", ".join([use, of, *given])
        if any(True for _ in node.children("anyAttribute")):
            found["{}any attribute"] = "allowed"
        return found

    def _derived(self, node: Node, depth: int) -> str:
        """A restriction, extension, list or union of simple types, in words."""
        inline = list(node.children("simpleType"))
        if node.kind in {"list", "union"}:
            attribute = "itemType" if node.kind == "list" else "memberTypes"
            named = [qualified(node.xml, name, node.namespace) for name in node.xml.get(attribute, "").split()]
            members = [self.simple(self.type_named(name), depth + 1) for name in named]
            members += [self.simple(each, depth + 1) for each in inline]
            return f"{node.kind} of ({'; '.join(members)})"
        base = self.simple(inline[0] if inline else self.type_named(node.names("base")), depth + 1)
        facets = sorted(
            f"{each.kind} {each.xml.get('value')}" for each in node.children() if each.xml.get("value") is not None
        )
        return ", ".join([base, *facets])


PARTICLES = {"sequence", "choice", "all", "group", "element", "any"}


def _derivation(type_: Node) -> Node | None:
    """The extension or restriction in a complex type."""
    for content in type_.children("complexContent", "simpleContent"):
        for derived in content.children("extension", "restriction"):
            if derived.names("base") != f"{X}anyType":
                return derived
    return None


def _flat(kind: str, occurs: tuple[str, str], inside: tuple[Particle, ...]) -> Particle:
    """A model group in the one form that groups of the same meaning share: nothing nested without need."""
    parts: list[Particle] = []
    for part in inside:
        same = part.kind == kind and part.occurs == ("1", "1")
        if same or (part.kind in {"sequence", "choice"} and part.occurs == ("1", "1") and len(part.inside) == 1):
            parts += part.inside
        elif part.kind in {"element", "any"} or part.inside:
            parts.append(part)
    if len(parts) == 1 and occurs == ("1", "1") and parts[0].kind not in {"element", "any"}:
        return parts[0]
    return Particle(kind, occurs, inside=tuple(parts))
