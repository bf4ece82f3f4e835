"""The largest elements, sorting, and what it takes to differentiate them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol, may_equal, text
from model_fns.graph.dtypes import DType, int32
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, operation
from model_fns.ops.arithmetic import negative
from model_fns.ops.joining import transpose
from model_fns.ops.sizes import known_rank, position_of


@final
@dataclass(frozen=True)
class TopK(Op):
    """The k largest elements along the last axis, and where they are; of equals the first comes first"""

    type_name: ClassVar[str] = "TopKV2"
    k: int  # -1: all
    sorted: bool = True

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], int32

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        dims = inputs[0]
        if not dims:
            raise ValueError("input must have at least 1 dimension but is a scalar")
        if not isinstance(dims[-1], Symbol) and dims[-1] < self.k:
            raise ValueError(f"input must have last dimension >= k = {self.k} but is {dims[-1]}")
        size = dims[-1] if self.k == -1 else self.k
        return [(*dims[:-1], size)] * 2

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(PutAlong(), updates=upstream[0], indices=output[1], like=inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        x = np.asarray(inputs[0])
        size = x.shape[-1] if self.k == -1 else self.k
        # Sorting upwards what is turned round, and turning that round, keeps equals in their order.
        backwards = np.argsort(x[..., ::-1], -1, kind="stable")[..., ::-1]
        places = (x.shape[-1] - 1 - backwards)[..., :size]
        return np.ascontiguousarray(np.take_along_axis(x, places, -1)), np.ascontiguousarray(places, np.int32)


@final
class TakeAlong(Op):
    """The elements of x along the last axis at the places y"""

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        x, places = inputs
        if len(x) != len(places) or not all(map(may_equal, x[:-1], places[:-1])):
            raise ValueError(f"Sizes but the last must be equal, but the shapes are {text(x)} and {text(places)}")
        return (*x[:-1], places[-1])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(PutAlong(), updates=upstream, indices=inputs[1], like=inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        return np.take_along_axis(inputs[0], np.asarray(inputs[1], np.int64), -1)


@final
class PutAlong(Op):
    """Zeros in the shape of z, with x added along the last axis at the places y: the adjoint of TakeAlong"""

    shape_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[2]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(TakeAlong(), x=upstream, indices=inputs[1]), None, None

    def kernel(self, *inputs: Any) -> Any:
        updates, places, like = inputs
        result = np.zeros(np.shape(like), updates.dtype)
        np.add.at(result, (*np.indices(places.shape)[:-1], places), updates)
        return result


class TopKResult(NamedTuple):
    """The largest elements, and their places."""

    values: Tensor
    indices: Tensor


def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> TopKResult:
    """The k largest elements along the last axis, from the largest down, and their places (int32).

    ValueError for more than there are.
    """
    number = k.known_value if isinstance(k, Tensor) else k
    if number is None or isinstance(np.ravel(number)[0], Symbol):
        input = convert_to_tensor(input)
        with input.graph.as_default(), input.graph.name_scope(name or "TopKV2"):
            every = operation(TopK(-1), None, None, input=input).outputs
            return TopKResult(*(tensor[..., :k] for tensor in every))
    if isinstance(k, Tensor):
        number = k.taken_value()
    if int(number) < 0:
        raise ValueError(f"Need k >= 0, got {number}")
    made = operation(TopK(int(number), bool(sorted)), name, None, input=convert_to_tensor(input))
    return TopKResult(*made.outputs)


def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """The elements along an axis in ascending (DESCENDING: descending) order."""
    values = convert_to_tensor(values)
    with values.graph.as_default(), values.graph.name_scope(name or "sort"):
        return _sorted(values, axis, direction)[0]


def argsort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Tensor:
    """The places (int32) of the elements along an axis in ascending (DESCENDING: descending) order."""
    values = convert_to_tensor(values)
    with values.graph.as_default(), values.graph.name_scope(name or "argsort"):
        return _sorted(values, axis, direction)[1]


def _sorted(values: Tensor, axis: Any, direction: str) -> list[Tensor]:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"{direction} should be one of ASCENDING, DESCENDING")
    if values.dims is None and int(axis) == -1:
        rank, position = 1, 0  # of any rank, it is the last
    else:
        rank = known_rank(values)
        position = position_of(int(axis), rank)
    to_last = [i for i in range(rank) if i != position] + [position]
    x = values if position == rank - 1 else transpose(values, to_last)
    backwards = direction == "ASCENDING"
    if backwards and x.dtype.is_unsigned:
        raise NotImplementedError(f"tf.sort: {x.dtype.name} in ascending order is not available. Cast it to int64.")
    largest, order = operation(TopK(-1), None, None, input=negative(x) if backwards else x).outputs
    found = [negative(largest) if backwards else largest, order]
    back = [int(i) for i in np.argsort(to_last)]
    return found if position == rank - 1 else [transpose(item, back) for item in found]
