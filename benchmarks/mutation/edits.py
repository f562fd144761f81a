"""Which small changes of a module's source could a test fail to notice? Source in, numbered edits of its tree out.

Left out, since no verdict can hang on them: annotations, decorators, docstrings, imports, assertions that narrow a
type, and text with a space in it (wording for people, which the tests of texts and reports hold). Running tests
against a changed tree is `run`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import UnionType
from typing import Any, NamedTuple

Members = Mapping[str, list[str]]
"""Names of the members of each closed enumeration, in their order."""

ORDERS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
}
TWINS = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
UNTOUCHED = {"annotation", "returns", "decorator_list"}
DROPPED = "(dropped)"


class Edit(NamedTuple):
    """One change: the function or name it is in, its line, what stood there, what stands there after `make()`."""

    where: str
    line: int
    was: str
    becomes: str
    make: Callable[[], object]


class Place(NamedTuple):
    """A node of the tree, how to put another in its place, the field of its parent, and the name around it."""

    node: ast.AST
    put: Callable[[ast.AST], object]
    field: str
    where: str


Change = tuple[str, str, Callable[[], object]]


def edits(tree: ast.Module, members: Members) -> list[Edit]:
    """Every edit of a tree, in an order that depends on the source alone. An edit changes the tree it came from."""
    found = []
    for place in _places(tree, ""):
        line = getattr(place.node, "lineno", 0)
        changes = [*_of_kind(place), *_of_member(place, members), *_of_role(place)]
        found += [Edit(place.where, line, was, becomes, make) for was, becomes, make in changes]
    return found


def members_of(*trees: ast.Module) -> Members:
    """The members of every StrEnum of these modules."""
    return {
        node.name: [
            s.targets[0].id for s in node.body if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)
        ]
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "StrEnum" for b in node.bases)
    }


# -- Walking the tree --------------------------------------------------------------------------------------------------


def _places(node: ast.AST, where: str) -> Iterator[Place]:
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED or isinstance(node, ast.JoinedStr):
            continue
        for number, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _holds_no_verdict(child, node):
                continue
            inside = _name_of(child, where)
            yield Place(child, _putter(node, field, number if isinstance(value, list) else None), field, inside)
            yield from _places(child, inside)


def _putter(parent: ast.AST, field: str, number: int | None) -> Callable[[ast.AST], object]:
    if number is None:
        return lambda new: setattr(parent, field, new)
    return lambda new: getattr(parent, field).__setitem__(number, new)


def _holds_no_verdict(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    alias = isinstance(parent, ast.Module) and isinstance(node, ast.Assign)
    return alias and isinstance(node.value, ast.BinOp | ast.Subscript)  # type: ignore[attr-defined]


def _name_of(node: ast.AST, where: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return f"{where}.{node.name}".lstrip(".")
    if isinstance(node, ast.Assign | ast.AnnAssign) and (not where or where[0].isupper()) and where.count(".") == 0:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return f"{where}.{ast.unparse(target)}".lstrip(".")
    return where


# -- Changes by kind of node -------------------------------------------------------------------------------------------


def _of_kind(place: Place) -> Iterator[Change]:
    node = place.node
    for kinds, changes in KINDS:
        if isinstance(node, kinds):
            yield from changes(place, node)


def _of_member(place: Place, members: Members) -> Iterator[Change]:
    """`Verdict.FAIL` becomes the member that follows it."""
    match place.node:
        case ast.Attribute(value=ast.Name(id=name) as noun, attr=member) if member in members.get(name, ()):
            known = members[name]
            following = known[(known.index(member) + 1) % len(known)]
            yield _instead(place, ast.Attribute(noun, following, ast.Load()))


def _of_role(place: Place) -> Iterator[Change]:
    """Changes that depend on what a node is for: a condition, a default."""
    node, field = place.node, place.field
    if field in {"test", "ifs", "guard"} and isinstance(node, ast.expr):
        yield from (_instead(place, ast.Constant(value)) for value in (True, False))
    if field in {"defaults", "kw_defaults"} or (field == "value" and "." in place.where and place.where[0].isupper()):
        if isinstance(node, ast.Constant) and node.value is None:
            yield _instead(place, ast.Constant("XX"))
        if isinstance(node, ast.Tuple) and not node.elts:
            yield _instead(place, ast.Tuple([ast.Constant("XX")], ast.Load()))


def _orders(place: Place, node: ast.Compare) -> Iterator[Change]:
    was = _text(node)
    for number, operator in enumerate(node.ops):
        for other in ORDERS[type(operator)]:
            ops = [*node.ops[:number], other(), *node.ops[number + 1 :]]
            yield was, _text(ast.Compare(node.left, ops, node.comparators)), partial(setattr, node, "ops", ops)


def _and_or(place: Place, node: ast.BoolOp) -> Iterator[Change]:
    yield _instead(place, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
    for number in range(len(node.values)):
        rest = node.values[:number] + node.values[number + 1 :]
        yield _instead(place, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))


def _not(place: Place, node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Not):
        yield _instead(place, node.operand)


def _arithmetic(place: Place, node: ast.BinOp) -> Iterator[Change]:
    if other := ARITHMETIC.get(type(node.op)):
        yield _instead(place, ast.BinOp(node.left, other(), node.right))
    if isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.Add):
        yield _instead(place, node.left)
    if isinstance(node.op, ast.BitOr | ast.BitAnd):
        yield _instead(place, node.right)


def _values(place: Place, node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool() as value:
            yield _instead(place, ast.Constant(not value))
        case int() as value:
            yield from (_instead(place, ast.Constant(other)) for other in (value + 1, value - 1) if other >= 0)
        case str() as value if " " not in value:
            yield _instead(place, ast.Constant(f"XX{value}"))


def _built_texts(place: Place, node: ast.JoinedStr) -> Iterator[Change]:
    fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    if " " not in fixed:
        yield _instead(place, ast.Constant("XX"))


def _calls(place: Place, node: ast.Call) -> Iterator[Change]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if twin := TWINS.get(name):
        keywords = [] if name == "sorted" else node.keywords
        yield _instead(place, ast.Call(ast.Name(twin, ast.Load()), node.args, keywords))
    yield from (_without(node.keywords, number) for number, keyword in enumerate(node.keywords) if keyword.arg)
    # An argument of our own functions and nouns; None in a builtin's place only tells that the line was reached.
    if name[:1].isupper() or name.startswith("_"):
        for number, argument in enumerate(node.args):
            if not isinstance(argument, ast.Constant | ast.Starred | ast.JoinedStr) and not _names_a_member(argument):
                was = f"{name}(... {_text(argument)} ...)"
                yield was, "None", partial(node.args.__setitem__, number, ast.Constant(None))


def _elements(place: Place, node: ast.Set | ast.List | ast.Tuple) -> Iterator[Change]:
    if not isinstance(getattr(node, "ctx", None), ast.Store):
        yield from (_without(node.elts, number) for number in range(len(node.elts)))


def _keys(place: Place, node: ast.Dict) -> Iterator[Change]:
    for number, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        was = _text(key) if key else f"**{_text(value)}"
        yield was, DROPPED, partial(_drop_key, node, number)


def _cases(place: Place, node: ast.Match) -> Iterator[Change]:
    if len(node.cases) > 1:
        for number, case in enumerate(node.cases):
            yield f"case {_text(case.pattern)}", DROPPED, partial(node.cases.__delitem__, number)


def _returns(place: Place, node: ast.Return) -> Iterator[Change]:
    if node.value and not isinstance(node.value, ast.Constant):
        yield _instead(place, ast.Return(ast.Constant(None)))


def _statements(place: Place, node: ast.stmt) -> Iterator[Change]:
    yield ast.unparse(node).splitlines()[0], "(removed)", partial(place.put, ast.Pass())


KINDS: list[tuple[type | UnionType, Callable[[Place, Any], Iterator[Change]]]] = [
    (ast.Compare, _orders),
    (ast.BoolOp, _and_or),
    (ast.UnaryOp, _not),
    (ast.BinOp, _arithmetic),
    (ast.Constant, _values),
    (ast.JoinedStr, _built_texts),
    (ast.Call, _calls),
    (ast.Set | ast.List | ast.Tuple, _elements),
    (ast.Dict, _keys),
    (ast.Match, _cases),
    (ast.Return, _returns),
    (ast.For | ast.AugAssign | ast.Expr | ast.Raise | ast.Continue, _statements),
]


# -- Making and naming a change ----------------------------------------------------------------------------------------


def _instead(place: Place, new: ast.AST) -> Change:
    return _text(place.node), _text(new), partial(place.put, new)


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node))


def _names_a_member(node: ast.expr) -> bool:
    """`Verdict.FAIL`, which has an edit of its own."""
    return isinstance(node, ast.Attribute) and node.attr.isupper()


def _without(rows: list[Any], number: int) -> Change:
    return _text(rows[number]), DROPPED, partial(rows.__delitem__, number)


def _drop_key(node: ast.Dict, number: int) -> None:
    del node.keys[number], node.values[number]
