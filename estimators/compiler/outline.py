"""Outlining: a very long step as several functions, each compiled by itself.

What LLVM does to a function takes time and memory that grow faster than its length. So the statements of a long step
move, piece by piece, into functions

    def _piece_0(table, worker, workers, step): ...

that begin with what they need of the definitions at the head of `run`. Nothing else passes between pieces: they are cut
where no name that was given a value in the step is used later. No tensor's name begins with an underscore.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from estimators.compiler.liveness import loaded, returns, stored_in, surely_stored, used_first

SHORT = 600  # lines of a step that stay together
_PIECE = 250  # lines of a piece, about
GIVEN = ("table", "worker", "workers", "step")


def outlined(tree: ast.Module) -> ast.Module:
    """The emitted module, its function `run` being one that calls pieces if its step is long."""
    *_, run = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    loop = next((node for node in run.body if isinstance(node, ast.For)), None)
    if loop is None or sum(map(_lines, loop.body)) <= SHORT:
        return tree
    head = run.body[: run.body.index(loop)]
    defined = {name: node for node in head for name in surely_stored(node)}
    pieces: list[ast.stmt] = []
    body: list[ast.stmt] = []
    for group in _groups(loop.body):
        if any(map(returns, group)):
            body += group
            continue
        name = f"_piece_{len(pieces)}"
        needed = _definitions(group, defined)
        pieces.append(_function(name, [node for node in head if node in needed] + list(group)))
        call = ast.Call(ast.Name(name, ast.Load()), [ast.Name(given, ast.Load()) for given in GIVEN], [])
        body.append(ast.Expr(call))
    loop.body = body
    place = tree.body.index(run)
    tree.body[place:place] = pieces
    return tree


def _function(name: str, body: list[ast.stmt]) -> ast.FunctionDef:
    arguments = ast.arguments([], [ast.arg(given) for given in GIVEN], None, [], [], None, [])
    return ast.FunctionDef(name=name, args=arguments, body=body, decorator_list=[])


def _lines(statement: ast.stmt) -> int:
    return (statement.end_lineno or statement.lineno) - statement.lineno + 1


def _groups(statements: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    """Neighbouring statements that can be one piece; what ends the step is by itself."""
    local = {name for statement in statements for name in stored_in(statement)}
    alive: list[set[str]] = [set()]  # before each statement, and after the last, from the end backwards
    for statement in reversed(statements):
        alive.append((used_first(statement) & local) | alive[-1].difference(surely_stored(statement)))
    alive.reverse()
    start, lines = 0, 0
    for number, statement in enumerate(statements):
        ends = returns(statement)
        if number > start and (ends or lines >= _PIECE) and not alive[number]:
            yield statements[start:number]
            start, lines = number, 0
        lines += _lines(statement)
        if ends and not alive[number + 1]:
            yield statements[start : number + 1]
            start, lines = number + 1, 0
    if start < len(statements):
        yield statements[start:]


def _definitions(group: Sequence[ast.stmt], defined: dict[str, ast.stmt]) -> set[ast.stmt]:
    """The definitions that a group needs, and those that they need."""
    needed: set[ast.stmt] = set()
    waiting = [name for statement in group for name in loaded(statement)]
    while waiting:
        node = defined.get(waiting.pop())
        if node is not None and node not in needed:
            needed.add(node)
            waiting += loaded(node)
    return needed
