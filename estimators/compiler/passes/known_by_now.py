"""Rules for operations whose attributes, or rank, were not known when the graph was built, but are by now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from estimators.compiler.program import Program, Statement, Value
from model_fns.graph.dimensions import Symbol
from model_fns.graph.op import Op
from model_fns.ops.joining import ComputedTranspose, Transpose
from model_fns.ops.linalg import BatchMatMul, MatMul


def product_of_matrices(program: Program, statement: Statement) -> Any:
    """products of a batch of matrices a @ b -> a @ b, for one matrix each"""
    op = statement.op
    if not isinstance(op, BatchMatMul) or any(len(value.dims) != 2 for value in statement.inputs):
        return None
    return replace(statement, op=MatMul(op.transpose_a, op.transpose_b))


def order_of_axes(program: Program, statement: Statement) -> Any:
    """transpose(x, y) -> transpose(x) in the order that y is known to be"""
    order = _numbers(statement.inputs[1]) if isinstance(statement.op, ComputedTranspose) else None
    return None if order is None else replace(statement, op=Transpose(order), inputs=statement.inputs[:1])


def _numbers(value: Value) -> tuple[int, ...] | None:
    """What `value` is known to hold, if that is nothing but numbers."""
    items = None if value.known is None else np.ravel(value.known).tolist()
    return None if items is None or any(isinstance(item, Symbol) for item in items) else tuple(map(int, items))


KINDS: dict[Any, tuple[type[Op], ...]] = {product_of_matrices: (BatchMatMul,), order_of_axes: (ComputedTranspose,)}
