"""Running an op's NumPy kernel, which several interpreters do: all of a graph, parts of it, and single statements."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.op import Op
from model_fns.random_bits import random_key


def outputs_of(op: Op, inputs: list[Any], seed: int, step: int) -> tuple[Any, ...]:
    """The outputs. A random op draws for its own seed, or `seed` where it has none, its stream, and `step`."""
    if op.draws:
        own: Any = op
        inputs = [*inputs, random_key(seed if own.seed is None else own.seed, own.stream, step)]
    result = op.kernel(*inputs)
    return result if isinstance(result, tuple) else (np.asarray(result),)
