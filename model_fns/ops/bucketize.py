"""Numbers to the numbers of the intervals they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.dtypes import int32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import less, logical_not
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import expand_dims


def bucketize(input: Any, boundaries: Sequence[float], name: str | None = None) -> Tensor:
    """How many of the ascending `boundaries` are not above each number: int32 from 0 to len(boundaries).

    A number on a boundary belongs to the interval above it, NaN to the last one.
    """
    with graph_of(input).as_default(), graph_of(input).name_scope(name or "Bucketize") as scope:
        x = convert_to_tensor(input, name="input")
        levels = constant(np.asarray(boundaries, np.float32).astype(x.dtype.as_numpy_dtype))
        return reduce_sum(cast(logical_not(less(expand_dims(x, -1), levels)), int32), -1, name=scope)
