"""Parsing while other threads parse, which CPython 3.11 may refuse."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor

import pytest

from model_fns.graph.syntax import parsed

DEEP = "(" * 40 + "x" + " + 1)" * 40


def test_threads_parse_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(parsed, [DEEP] * 400))
    assert {ast.dump(tree) for tree in trees} == {ast.dump(ast.parse(DEEP))}


def test_what_fails_once_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parse, calls = ast.parse, []

    def failing(source: str, mode: str = "exec") -> ast.AST:
        calls.append(mode)
        if len(calls) < 3:
            raise SystemError("AST constructor recursion depth mismatch (before=66, after=77)")
        return parse(source, mode=mode)

    monkeypatch.setattr(ast, "parse", failing)
    assert isinstance(parsed("x", "eval"), ast.Expression)
    assert calls == ["eval"] * 3


def test_what_is_no_python_is_refused() -> None:
    with pytest.raises(SyntaxError):
        parsed("x +")
