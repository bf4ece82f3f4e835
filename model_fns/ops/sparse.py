"""Operations that make or take a SparseTensor: string_split, sparse_tensor_to_dense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import unknown
from model_fns.graph.dtypes import DType, int64, string
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, operation
from model_fns.ops.gather_nd import gather_nd
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.strings import each_as_bytes, object_array
from model_fns.sparse_tensor import SparseTensor


class _Splitting(Op):
    """The pieces of each string of a vector: a SparseTensor's indices, values and dense_shape"""

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        dims = specs[0].dims
        if dims is not None and len(dims) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(dims)}")
        count = unknown()
        return TensorSpec(int64, (count, 2)), TensorSpec(string, (count,)), TensorSpec(int64, (2,))

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def split(self, inputs: tuple[Any, ...], pieces: Callable[[bytes], list[bytes]]) -> tuple[Any, ...]:
        rows = [pieces(text) for text in each_as_bytes(np.asarray(inputs[0], object))]
        places = [(row, column) for row, parts in enumerate(rows) for column in range(len(parts))]
        values = object_array((part for parts in rows for part in parts), -1)
        longest = max(map(len, rows), default=0)
        return np.array(places, np.int64).reshape(-1, 2), values, np.array([len(rows), longest], np.int64)


@final
@dataclass(frozen=True)
class StringSplit(_Splitting):
    """Split at any character of the second input, into characters if that is empty"""

    skip_empty: bool = True

    def kernel(self, *inputs: Any) -> Any:
        delimiters = next(each_as_bytes(np.asarray(inputs[1], object)))

        def pieces(text: bytes) -> list[bytes]:
            if delimiters:
                for other in delimiters[1:]:
                    text = text.replace(bytes([other]), delimiters[:1])
                found = text.split(delimiters[:1])
            else:
                found = [text[at : at + 1] for at in range(len(text))]
            return [piece for piece in found if piece or not self.skip_empty]

        return self.split(inputs, pieces)


@final
@dataclass(frozen=True)
class StringSplitV2(_Splitting):
    """Split as Python's `str.split` does, the second input being the separator; at white space if that is empty"""

    maxsplit: int = -1

    def kernel(self, *inputs: Any) -> Any:
        separator = next(each_as_bytes(np.asarray(inputs[1], object)))
        return self.split(inputs, lambda text: text.split(separator or None, self.maxsplit))


@final
@dataclass(frozen=True)
class SparseToDense(Op):
    """A tensor with the given values at the given places, and a default elsewhere"""

    dims: tuple[int | None, ...]
    validate_indices: bool = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        if specs[2].dtype != specs[3].dtype:
            raise TypeError(f"values are {specs[2].dtype.name}, but the default is {specs[3].dtype.name}")
        return (TensorSpec(specs[2].dtype, tuple(unknown() if size is None else size for size in self.dims)),)

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        by_values = gather_nd(upstream, inputs[0])
        return None, None, by_values, reduce_sum(upstream) - reduce_sum(by_values)

    def kernel(self, *inputs: Any) -> Any:
        indices, shape, values, default = inputs
        dense = np.empty(tuple(np.asarray(shape).tolist()), np.asarray(values).dtype)
        dense[...] = default
        for place in indices if self.validate_indices else ():
            if any(not 0 <= at < size for at, size in zip(place, dense.shape, strict=True)):
                raise InvalidArgumentError(
                    message=f"indices holds {place.tolist()}, which is out of bounds: the shape is {dense.shape}"
                )
        dense[tuple(np.asarray(indices).T)] = values
        return dense


def string_split(
    source: Any,
    sep: str | None = None,
    skip_empty: bool = True,
    delimiter: str | None = None,
    result_type: str = "SparseTensor",
    name: str | None = None,
) -> SparseTensor:
    """The pieces of each string of a vector, split at every character of `sep` (a space): a SparseTensor [n, most]."""
    _check(result_type)
    given = next((item for item in (delimiter, sep) if item is not None), " ")
    tensor = convert_to_tensor(source)
    return SparseTensor(
        *operation(StringSplit(skip_empty), name or "StringSplit", string, input=tensor, delimiter=given).outputs
    )


def strings_split(
    input: Any = None,
    sep: str | None = None,
    maxsplit: int = -1,
    result_type: str = "SparseTensor",
    source: Any = None,
    name: str | None = None,
) -> SparseTensor:
    """The pieces of each string of a vector, as Python's `split(sep, maxsplit)`: a SparseTensor [n, most]."""
    _check(result_type)
    tensor = convert_to_tensor(source if input is None else input)
    made = operation(StringSplitV2(maxsplit), name or "StringSplit", string, input=tensor, sep=sep or "")
    return SparseTensor(*made.outputs)


def _check(result_type: str) -> None:
    if result_type != "SparseTensor":
        raise NotImplementedError(f"result_type={result_type!r} is not available; use the SparseTensor.")


def sparse_tensor_to_dense(
    sp_input: SparseTensor, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """A tensor with the values of `sp_input`, and `default_value` (0, or "") where it has none."""
    if not isinstance(sp_input, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    dtype: DType = sp_input.dtype
    default = ("" if dtype == string else 0) if default_value is None else default_value
    rank = sp_input.shape.ndims
    if rank is None:
        raise ValueError(f"The rank of {sp_input!r} is not known.")
    return apply(
        SparseToDense(tuple(sp_input.shape.as_list()), validate_indices),
        name or "SparseToDense",
        None,
        sparse_indices=sp_input.indices,
        output_shape=sp_input.dense_shape,
        sparse_values=sp_input.values,
        default_value=convert_to_tensor(default, dtype, "default_value"),
    )
