"""Random numbers as calls of the counter-based kernels. The key of a draw: seed, stream, number of the run."""

from __future__ import annotations

from estimators.compiler.code import Code, count
from estimators.compiler.program import Statement
from model_fns.graph import dtypes
from model_fns.graph.dimensions import product
from model_fns.ops.random import Dropout, RandomUniform


def _key(code: Code, seed: int | None, stream: int) -> str:
    given = f"table[{code.names.slot('seed')}]" if seed is None else str(seed)
    run = code.run or f"table[{code.names.slot('draws')}] + step"
    return code.expression("random", "random_key", [given, stream, run], "uint64")


def dropout(statement: Statement, code: Code) -> None:
    x, out, op = statement.inputs[0], statement.outputs[0], statement.op
    assert isinstance(op, Dropout)
    scale = code.names.literal(1 / (1 - op.rate) if op.rate < 1 else 0, x.dtype)
    rate = code.names.literal(op.rate, dtypes.float32)
    part = code.rows(x) if x.dims else code.part(1)
    size = f"({count(x)} // max(1, {x.dims[0]}))" if x.dims else "1"
    ranges = f"{part.start} * {size}", f"{part.stop} * {size}"
    arrays = code.read(x, part.label), code.write(out, part.label)
    code.call("dropout", "dropout", *arrays, _key(code, op.seed, op.stream), rate, scale, *ranges)
    code.work.append(f"10 * {count(x)}")


def random_uniform(statement: Statement, code: Code) -> bool:
    out, op = statement.outputs[0], statement.op
    assert isinstance(op, RandomUniform)
    if statement.inputs[0].known is None:
        return False
    part = code.part(product(out.dims), 16)
    code.call(
        "random",
        "random_uniform",
        code.write(out, part.label),
        _key(code, op.seed, op.stream),
        0,
        1,
        part.start,
        part.stop,
    )
    code.work.append(f"10 * {count(out)}")
    return True
