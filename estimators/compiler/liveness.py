"""Liveness: which names the statements of a step give a value, and which they use before they do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def live(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that statements use before they give them a value."""
    used: set[str] = set()
    stored: set[str] = set()
    for statement in statements:
        used |= used_first(statement) - stored
        stored.update(surely_stored(statement))
    return used


def used_first(statement: ast.stmt) -> set[str]:
    """The names that one statement uses before it gives them a value."""
    if isinstance(statement, ast.For):
        return loaded(statement.iter) | (live(statement.body) - set(stored_in(statement.target)))
    if isinstance(statement, ast.If):
        return loaded(statement.test) | live(statement.body) | live(statement.orelse)
    return loaded(statement)


def loaded(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def surely_stored(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement gives a value, whatever happens."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from stored_in(target)


def stored_in(node: ast.AST) -> Iterator[str]:
    """The names that get a value somewhere in there."""
    if not isinstance(node, ast.Expr):  # a call, as most of a long step is
        yield from (e.id for e in ast.walk(node) if isinstance(e, ast.Name) and isinstance(e.ctx, ast.Store))


def returns(node: ast.stmt) -> bool:
    """Whether the step may end there."""
    return not isinstance(node, ast.Expr) and any(isinstance(each, ast.Return) for each in ast.walk(node))
