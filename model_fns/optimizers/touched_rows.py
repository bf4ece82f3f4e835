"""Which rows of a table a gradient is about, where the table was only looked up.

The gradient by a table that rows were chosen of is zero elsewhere, but for most optimizers a zero gradient is still a
reason to change something: a momentum goes on, a mean of squares decays. TensorFlow's sparse gradients leave rows that
were not chosen alone, and so does this.
"""

from __future__ import annotations

from typing import Any

from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import Add, AddN, add_n
from model_fns.ops.comparison import greater
from model_fns.ops.indexing import ScatterAdd
from model_fns.ops.shaping import ones, reshape, shape, zeros


def touched_rows(gradient: Tensor) -> Tensor | None:
    """For a gradient by chosen rows alone, whether each row was chosen, bool [rows, 1, ...]; None for any other."""
    parts = _parts(gradient)
    if parts is None or gradient.dims is None:
        return None
    rows = zeros([gradient.shape[0].value], float32)
    chosen = [apply(ScatterAdd(0), updates=ones(shape(i), float32), indices=i, like=rows) for i in parts]
    counts = chosen[0] if len(chosen) == 1 else add_n(chosen)
    return reshape(greater(counts, 0.0), [-1, *(1 for _ in gradient.dims[1:])])


def _parts(gradient: Tensor) -> list[Tensor] | None:
    """The row numbers of every look-up that the gradient sums; None if it holds anything else."""
    definition: Any = gradient.op.definition
    if isinstance(definition, ScatterAdd) and definition.axis == 0:
        return [gradient.op.inputs[1]]
    if not isinstance(definition, Add | AddN):
        return None
    found: list[Tensor] = []
    for tensor in gradient.op.inputs:
        parts = _parts(tensor)
        if parts is None:
            return None
        found += parts
    return found
