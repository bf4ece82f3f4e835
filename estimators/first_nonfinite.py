"""The first tensor of a run that is not finite: the run is made once more, operation by operation, to see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, final

import numpy as np

from estimators.compiler.reference import evaluate
from estimators.state import State
from model_fns.graph.tensor import Tensor


@final
class NonFinite(NamedTuple):
    """A tensor that is not finite, with its value."""

    tensor: Tensor
    value: np.ndarray[Any, Any]

    def __str__(self) -> str:
        tensor, value = self.tensor, self.value
        bad = int(value.size - np.isfinite(value).sum())
        kind = "NaN" if np.isnan(value).any() else "infinite"
        return (
            f"{tensor.name} ({tensor.op.type}, shape {list(value.shape)}): {bad} of its {value.size} elements, some of "
            f"them {kind}. It is made of: {', '.join(item.name for item in tensor.op.inputs) or 'nothing'}."
        )


@final
class _Found(Exception):
    def __init__(self, tensor: Tensor, value: Any) -> None:
        self.found = NonFinite(tensor, np.asarray(value))


def first_nonfinite(targets: Sequence[Any], feeds: Mapping[Tensor, Any], state: State) -> NonFinite | None:
    """The first one, in the order of computing, of what `targets` need; None if all is finite.

    Variables of `state` are changed as the run changes them.
    """
    try:
        for tensor, array in feeds.items():
            _look(tensor, array)
        evaluate(targets, feeds, state.arrays, state.seed, state.draws, _look)
    except _Found as error:
        return error.found
    return None


def _look(tensor: Tensor, value: Any) -> None:
    if tensor.dtype.is_floating and value is not None and not np.isfinite(value).all():
        raise _Found(tensor, value)
