"""Softmax and the cross-entropies as calls of kernels that do a row at a time."""

from __future__ import annotations

from estimators.compiler.code import Code, count
from estimators.compiler.program import Statement, Value
from model_fns.graph.dimensions import product
from model_fns.graph.dtypes import float32
from model_fns.ops.softmax import LogSoftmax

_MOST_CLASSES = 16  # that kernels/short_softmax.py takes


def softmax(statement: Statement, code: Code) -> None:
    x, out = statement.inputs[0], statement.outputs[0]
    rows = product(x.dims[:-1])
    part = code.part(rows)
    kernel = "log_softmax" if isinstance(statement.op, LogSoftmax) else "softmax"
    code.call(
        "softmax", kernel, code.read(x, part.label), code.write(out, part.label), x.dims[-1], part.start, part.stop
    )
    code.work.append(f"20 * {count(x)}")


def cross_entropy(statement: Statement, code: Code) -> None:
    (logits, labels), (loss, gradient) = statement.inputs, statement.outputs
    part = code.rows(logits)
    inputs = code.read(logits, part.label), code.read(labels, part.label)
    outputs = code.write(loss, part.label), code.write(gradient, part.label)
    code.call("softmax", "softmax_cross_entropy", *inputs, *outputs, logits.dims[1], part.start, part.stop)
    code.work.append(f"20 * {count(logits)}")


def _is_short(logits: Value) -> bool:
    """Whether a row is known to fit a vector."""
    classes = logits.dims[1]
    return isinstance(classes, int) and 0 < classes <= _MOST_CLASSES and logits.dtype == float32


def sparse_cross_entropy(statement: Statement, code: Code) -> None:
    (logits, labels), (loss, gradient) = statement.inputs, statement.outputs
    part = code.rows(logits)
    inputs = code.read(logits, part.label), code.read(labels, part.label)
    outputs = code.write(loss, part.label), code.write(gradient, part.label)
    sizes = logits.dims[1], part.start, part.stop
    module = "short_softmax" if _is_short(logits) else "softmax"
    code.checked_call(statement, module, "sparse_softmax_cross_entropy", *inputs, *outputs, *sizes)
    code.work.append(f"20 * {count(logits)}")
