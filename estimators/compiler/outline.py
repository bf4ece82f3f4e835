"""Outlining: a very long step as several functions, each compiled by itself.

What LLVM does to a function takes time and memory that grow faster than its length: 400 lines take 0.2 s, 6,300 take
18. So the statements of a long step move, piece by piece, into functions

    def piece_0(table, worker, workers, step): ...

that begin with what they need of the definitions at the head of `run`. Nothing else passes between pieces: they are cut
where no name that was given a value in the step is used later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

SHORT = 600  # lines of a step that stay together
_PIECE = 250  # lines of a piece, about
_GIVEN = ("table", "worker", "workers", "step")


def outlined(tree: ast.Module) -> ast.Module:
    """The emitted module, its function `run` being one that calls pieces if its step is long."""
    (run,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    loop = next((node for node in run.body if isinstance(node, ast.For)), None)
    if loop is None or sum(map(_lines, loop.body)) <= SHORT:
        return tree
    head = run.body[: run.body.index(loop)]
    defined = {name: node for node in head for name in _stored(node)}
    pieces: list[ast.stmt] = []
    body: list[ast.stmt] = []
    for group in _groups(loop.body):
        if any(isinstance(node, ast.Return) for statement in group for node in ast.walk(statement)):
            body += group
            continue
        name = f"piece_{len(pieces)}"
        needed = _definitions(group, defined)
        pieces.append(_function(name, [node for node in head if node in needed] + list(group)))
        call = ast.Call(ast.Name(name, ast.Load()), [ast.Name(given, ast.Load()) for given in _GIVEN], [])
        body.append(ast.Expr(call))
    loop.body = body
    place = tree.body.index(run)
    tree.body[place:place] = pieces
    return tree


def _function(name: str, body: list[ast.stmt]) -> ast.FunctionDef:
    arguments = ast.arguments([], [ast.arg(given) for given in _GIVEN], None, [], [], None, [])
    return ast.FunctionDef(name=name, args=arguments, body=body, decorator_list=[])


def _lines(statement: ast.stmt) -> int:
    return (statement.end_lineno or statement.lineno) - statement.lineno + 1


def _groups(statements: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    """Neighbouring statements that can be one piece; what ends the step is by itself."""
    local = {name for statement in statements for name in _stored_in(statement)}
    live: list[set[str]] = [set()]  # before each statement, and after the last, from the end backwards
    for statement in reversed(statements):
        live.append((_used_first(statement) & local) | (live[-1] - _surely_stored(statement)))
    live.reverse()
    start, lines = 0, 0
    for number, statement in enumerate(statements):
        ends = any(isinstance(node, ast.Return) for node in ast.walk(statement))
        if number > start and (ends or lines >= _PIECE) and not live[number]:
            yield statements[start:number]
            start, lines = number, 0
        lines += _lines(statement)
        if ends and not live[number + 1]:
            yield statements[start : number + 1]
            start, lines = number + 1, 0
    if start < len(statements):
        yield statements[start:]


def _live(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that statements use before they give them a value."""
    used: set[str] = set()
    stored: set[str] = set()
    for statement in statements:
        used |= _used_first(statement) - stored
        stored |= _surely_stored(statement)
    return used


def _surely_stored(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a value, whatever happens."""
    return set(_stored(statement))


def _used_first(statement: ast.stmt) -> set[str]:
    """The names that one statement uses before it gives them a value."""
    if isinstance(statement, ast.For):
        return _loaded(statement.iter) | (_live(statement.body) - set(_stored_in(statement.target)))
    if isinstance(statement, ast.If):
        return _loaded(statement.test) | _live(statement.body) | _live(statement.orelse)
    return _loaded(statement)


def _loaded(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def _stored(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _stored_in(target)


def _stored_in(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))


def _definitions(group: Sequence[ast.stmt], defined: dict[str, ast.stmt]) -> set[ast.stmt]:
    """The definitions that a group needs, and those that they need."""
    needed: set[ast.stmt] = set()
    waiting = [name for statement in group for name in _loaded(statement)]
    while waiting:
        node = defined.get(waiting.pop())
        if node is not None and node not in needed:
            needed.add(node)
            waiting += _loaded(node)
    return needed
