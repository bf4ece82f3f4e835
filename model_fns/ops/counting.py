"""Shares and ranks: how many elements are zero, and whether a class is among the best."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32, int32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import equal, is_finite, less, logical_and, select
from model_fns.ops.indexing import one_hot
from model_fns.ops.reduction import reduce_all, reduce_max, reduce_mean, reduce_sum


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The share of zeros among the elements of `value`, a float32."""
    value = convert_to_tensor(value, name="value")
    with value.graph.as_default(), value.graph.name_scope(name or "zero_fraction"):
        return reduce_mean(cast(equal(value, convert_to_tensor(0, value.dtype)), float32), name="fraction")


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """Whether each row's target is among its k largest predictions: [batch, classes] and [batch] to bool [batch].

    Classes as good as the k-th are all among them. False for a target that is no class, and where a row is not finite.
    Raises TypeError unless `targets` are int32 or int64, ValueError if the number of classes is unknown.
    """
    graph = graph_of(predictions, targets)
    with graph.as_default(), graph.name_scope(name or "in_top_k"):
        predictions, targets = convert_to_tensor(predictions), convert_to_tensor(targets)
        if targets.dtype.name not in ("int32", "int64"):
            raise TypeError(
                f"Value passed to parameter 'targets' has DataType {targets.dtype.name} not in list of allowed values: "
                "int32, int64"
            )
        chosen = one_hot(targets, predictions.shape[-1].value, dtype=predictions.dtype) > 0.5
        of_target = reduce_max(select(chosen, predictions, -np.inf), 1, True)
        better = reduce_sum(cast(predictions > of_target, int32), 1)
        judged = reduce_all(logical_and(is_finite(predictions), is_finite(of_target)), 1)
        return logical_and(less(better, convert_to_tensor(k, int32)), judged, name="InTopKV2")
