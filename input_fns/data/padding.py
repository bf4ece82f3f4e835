"""What padded_batch is told: to which sizes each component is filled up, and with what."""

from __future__ import annotations

from typing import Any

from input_fns.data.structure import Structure, flatten_up_to, shapes_by_component
from model_fns.graph.constant import as_array
from model_fns.graph.dtypes import DType, as_dtype, string
from model_fns.graph.shapes import Dimension, TensorShape
from model_fns.graph.tensor import Tensor

Sizes = tuple[int | None, ...]


def padded_shapes_of(structure: Structure, shapes: Any) -> tuple[Sizes, ...]:
    """The sizes for each component, None for the largest in a batch. ValueError if they do not fit the component."""
    found = []
    for shape, spec in zip(shapes_by_component(structure.nest, shapes), structure.specs, strict=True):
        sizes = _sizes(shape)
        static = TensorShape(spec.dims)
        fits = static.dims is None or (
            len(static) == len(sizes)
            and all(None in (a, b.value) or b.value <= a for a, b in zip(sizes, static, strict=True))  # type: ignore[operator]  # None is seen to
        )
        if not fits:
            raise ValueError(
                f"The padded shape {TensorShape(sizes)} is not compatible with the corresponding input component "
                f"shape {static}."
            )
        found.append(sizes)
    return tuple(found)


def _sizes(shape: Any) -> Sizes:
    if isinstance(shape, TensorShape):
        return tuple(shape.as_list())
    items = [shape] if isinstance(shape, int) else list(shape)
    numbers = [item.value if isinstance(item, Dimension) else item for item in items]
    return tuple(None if number is None or number == -1 else int(number) for number in numbers)


def padding_of(structure: Structure, values: Any) -> tuple[Any, ...]:
    """What each component is filled up with. TypeError for a value of another element type."""
    types = [spec.dtype for spec in structure.specs]
    if values is None:
        return tuple(map(_natural, types))
    given = flatten_up_to(structure.nest, values)
    return tuple(_checked(value, dtype) for value, dtype in zip(given, types, strict=True))


def _natural(dtype: DType) -> Any:
    return b"" if dtype == string else dtype.as_numpy_dtype(0)


def _checked(value: Any, dtype: DType) -> Any:
    array = value if isinstance(value, Tensor) else as_array(value, None)
    if as_dtype(array.dtype) != dtype:
        raise TypeError(f"Padding value tensor ({value}) does not match output type: {dtype!s}")
    return array if isinstance(array, Tensor) else array[()]
