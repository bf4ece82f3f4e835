"""Sizes as numbers: shape, size and their ratio, known when the step begins."""

from __future__ import annotations

from estimators.compiler.code import SINGLE, Code, times
from estimators.compiler.program import Statement
from model_fns.graph.dimensions import product


def shape(statement: Statement, code: Code) -> None:
    code.alone()
    name = code.write(statement.outputs[0], SINGLE)
    for axis, size in enumerate(statement.inputs[0].dims):
        code.line(f"{name}[{axis}] = {size}")


def size(statement: Statement, code: Code) -> None:
    code.alone()
    code.line(f"{code.write(statement.outputs[0], SINGLE)}[0] = {product(statement.inputs[0].dims)}")


def size_ratio(statement: Statement, code: Code) -> None:
    code.alone()
    x, y = statement.inputs
    ratio = f"{times(*x.dims)} // max({times(*y.dims)}, 1)"
    code.line(f"{code.write(statement.outputs[0], SINGLE)}[0] = {ratio}")
