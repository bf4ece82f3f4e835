"""Tensors with slices replaced, or changed, at places given by index vectors."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.gather_nd import checked_places, gather_nd
from model_fns.ops.shaping import zeros_like


class TensorScatter(Op):
    """x, changed by the slices z at the index vectors y"""

    def output_dtype(self, *inputs: DType) -> DType:
        if inputs[2] != inputs[0]:
            raise TypeError(f"updates must be {inputs[0].name} as the tensor, but are {inputs[2].name}")
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        x, indices, updates = inputs
        depth = indices[-1] if indices else None
        if isinstance(depth, int) and (depth > len(x) or len(updates) != len(indices) - 1 + len(x) - depth):
            raise ValueError(
                f"The shapes of tensor {text(x)}, indices {text(indices)} and updates {text(updates)} "
                "do not go together"
            )
        return x

    def changed(self, inputs: Any, function: Any) -> Any:
        x, indices, updates = inputs
        result = np.array(x)
        places = checked_places(indices, result.shape)
        if function is None:
            result[places] = updates
        else:
            function.at(result, places, updates)
        return result


@final
class TensorScatterUpdate(TensorScatter):
    """x with the slices at the index vectors y replaced by z"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        _, indices, updates = inputs
        kept = apply(TensorScatterUpdate(), tensor=upstream, indices=indices, updates=zeros_like(updates))
        return kept, None, gather_nd(upstream, indices)

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, None)


@final
class TensorScatterAdd(TensorScatter):
    """x with the slices z added at the index vectors y"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return upstream, None, gather_nd(upstream, inputs[1])

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.add)


@final
class TensorScatterSub(TensorScatter):
    """x with the slices z subtracted at the index vectors y"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return upstream, None, -gather_nd(upstream, inputs[1])

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.subtract)


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with the slices at the vectors along the last axis of `indices` replaced by `updates`."""
    return _scattered(TensorScatterUpdate(), tensor, indices, updates, name)


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` added at the vectors along the last axis of `indices`."""
    return _scattered(TensorScatterAdd(), tensor, indices, updates, name)


def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """`tensor` with `updates` subtracted at the vectors along the last axis of `indices`."""
    return _scattered(TensorScatterSub(), tensor, indices, updates, name)


def _scattered(kind: TensorScatter, tensor: Any, indices: Any, updates: Any, name: str | None) -> Tensor:
    x = convert_to_tensor(tensor)
    changes = updates if isinstance(updates, Tensor) else convert_to_tensor(updates, x.dtype)
    return apply(kind, name, tensor=x, indices=convert_to_tensor(indices), updates=changes)
