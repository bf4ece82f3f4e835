"""Matrix products as calls of the contraction kernels."""

from __future__ import annotations

from typing import NamedTuple

from estimators.compiler.code import WHOLE, Code, count, times
from estimators.compiler.names import Typed, array_type
from estimators.compiler.program import Statement, Value
from model_fns.graph.dimensions import Dim, Symbol, product, same
from model_fns.ops.linalg import BatchMatMul, MatMul, Product

_KERNELS = {
    (False, False): "matmul",
    (True, False): "matmul_transpose_a",
    (False, True): "matmul_transpose_b",
    (True, True): "matmul_transpose_both",
}
_LARGE = 1 << 17  # elements of b above which it matters who reads what of it
_MANY = 16  # rows for each worker, to which the weights may come as often as there are workers


def matmul(statement: Statement, code: Code) -> bool:
    """The kernels know floating numbers; integers are left to the host."""
    op = statement.op
    assert isinstance(op, MatMul)
    a, b = statement.inputs
    out = statement.outputs[0]
    if not out.dtype.is_floating:
        return False
    (m, n), k = out.dims, a.dims[0 if op.transpose_a else 1]
    shares = _shares(code, b, m, n, k)
    arrays = [code.read(a, WHOLE if op.transpose_a else shares.own), code.read(b), code.write(out, shares.written)]
    arrays += _scratch(op, code, statement, m, n, k)
    kernel = _KERNELS[op.transpose_a, op.transpose_b]
    code.call("contraction", kernel, *arrays, m, n, k, *shares.rows, *shares.columns)
    code.work.append(f"2 * {times(m, n, k)}")
    return True


class _Shares(NamedTuple):
    """What of the result is a worker's, and the labels of the rows of `a` that it reads, and of what it writes."""

    rows: tuple[str, str]
    columns: tuple[str, str]
    own: str
    written: str


def _shares(code: Code, b: Value, m: Dim, n: Dim, k: Dim) -> _Shares:
    """Workers share the rows of the result, or its columns if the weights are large.

    Rows of `a` are as a rule this worker's own work, so that sharing rows moves nothing from one core to another. But
    large weights that the step updates are read where they were written, and to few rows each worker brings its part
    of the weights.
    """
    if not _is_large(m, n, k):
        part = code.part(m, 1 if isinstance(m, Symbol) else 8)
        return _Shares((part.start, part.stop), ("0", str(n)), part.label, part.label)
    columns = code.part(n, 32)
    if code.program.root(b) in code.program.written:
        return _Shares(("0", str(m)), (columns.start, columns.stop), WHOLE, f"columns {columns.label}")
    rows, many = code.part(m), f"{m} >= {_MANY} * workers"
    return _Shares(
        (f"({rows.start} if {many} else 0)", f"({rows.stop} if {many} else {m})"),
        (f"(0 if {many} else {columns.start})", f"({n} if {many} else {columns.stop})"),
        WHOLE,
        WHOLE,
    )


def _is_large(m: Dim, n: Dim, k: Dim) -> bool:
    """Whether b is large, the rows being those of a batch."""
    return isinstance(m, Symbol) and not isinstance(n, Symbol) and not isinstance(k, Symbol) and n * k >= _LARGE


def _scratch(op: Product, code: Code, statement: Statement, m: Dim, n: Dim, k: Dim) -> list[str]:
    if not op.transpose_b:
        return []
    kernel = _KERNELS[op.transpose_a, op.transpose_b]
    return [code.scratch(statement.outputs[0], f"scratch.{kernel}({m}, {n}, {k})")]


def batch_matmul(statement: Statement, code: Code) -> bool:
    """One product after another, workers sharing the batch. Left to the host: integers, leading axes that differ."""
    op = statement.op
    assert isinstance(op, BatchMatMul)
    a, b = statement.inputs
    out = statement.outputs[0]
    alike = same(a.dims[:-2], out.dims[:-2]) and same(b.dims[:-2], out.dims[:-2])
    if not (alike and out.dtype.is_floating):
        return False
    (m, n), k = out.dims[-2:], a.dims[-2 if op.transpose_a else -1]
    batch = product(out.dims[:-2])
    part = code.part(batch)
    label = part.label if len(out.dims) == 3 else WHOLE
    names = [code.read(a, label), code.read(b, label), code.write(out, part.label)]
    pieces: list[str] = []
    for name, size in zip(names, (times(m, k), times(k, n), times(m, n)), strict=True):
        pieces.append(Typed(f"{name}[i * {size} : (i + 1) * {size}]", array_type(out.dtype)))
    pieces += _scratch(op, code, statement, m, n, k)
    kernel = _KERNELS[op.transpose_a, op.transpose_b]
    code.line(f"for i in range({part.start}, {part.stop}):")
    code.line("    " + code.expression("contraction", kernel, [*pieces, m, n, k, 0, m, 0, n]))
    code.work.append(f"2 * {count(out)} * {times(k)}")
    return True
