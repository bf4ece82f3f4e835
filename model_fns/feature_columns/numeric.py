"""numeric_column: numbers as they are, or normalized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from model_fns.example_features import FixedLenFeature
from model_fns.feature_columns.column import DenseColumn, VariableOptions, check_key
from model_fns.feature_columns.features import Features
from model_fns.graph.dtypes import DType, as_dtype, float32
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast


@final
@dataclass(frozen=True)
class NumericColumn(DenseColumn):
    """The numbers of one feature, [batch, *shape]."""

    key: str
    shape: tuple[int, ...]
    default_value: Any
    dtype: DType
    normalizer_fn: Callable[[Tensor], Any] | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape(self.shape)

    def dense_tensor(self, features: Features, options: VariableOptions) -> Tensor:
        if features.is_sparse(self.key):
            raise ValueError(
                "The corresponding Tensor of numerical column must be a Tensor. SparseTensor is not supported. "
                f"key: {self.key}"
            )
        return features.once(self, lambda: self._numbers(features.matrix(self.key)))

    def _numbers(self, tensor: Tensor) -> Tensor:
        if self.normalizer_fn is not None:
            tensor = self.normalizer_fn(tensor)
        if tensor.dtype.name == "string":
            raise ValueError(
                f"Feature {self.key} of a numeric_column holds strings: {tensor}. "
                "Use a categorical_column_with_vocabulary_list or categorical_column_with_hash_bucket."
            )
        return cast(tensor, float32)


def numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: Any = None,
    dtype: Any = float32,
    normalizer_fn: Callable[[Tensor], Any] | None = None,
) -> NumericColumn:
    """The numbers of the feature `key`, cast to float32.

    Args:
      shape: the sizes of one example's numbers.
      default_value: what an Example without the feature has: a number, or numbers in that shape.
      dtype: how an Example holds them.
      normalizer_fn: a function of the feature's tensor that returns the tensor to use.
    Raises ValueError or TypeError for arguments that cannot be meant.
    """
    sizes = _checked_shape(shape, key)
    dtype = as_dtype(dtype)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, key: {key}")
    default_value = _checked_default(sizes, default_value, dtype, key)
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    check_key(key)
    return NumericColumn(key, sizes, default_value, dtype, normalizer_fn)


def _checked_shape(shape: Any, key: Any) -> tuple[int, ...]:
    sizes = tuple(shape) if isinstance(shape, list | tuple | TensorShape) else (shape,)
    sizes = tuple(getattr(size, "value", size) for size in sizes)
    for size in sizes:
        if not isinstance(size, int):
            raise TypeError(f"shape dimensions must be integer. shape: {sizes}, key: {key}")
        if size < 1:
            raise ValueError(f"shape dimensions must be greater than 0. shape: {sizes}, key: {key}")
    return sizes


def _checked_default(shape: tuple[int, ...], value: Any, dtype: DType, key: Any) -> Any:
    """The default value as nested tuples of that shape, or None."""
    if value is None:
        return None
    if isinstance(value, int) or (isinstance(value, float) and dtype.is_floating):
        return _filled(shape, value)
    value = value.tolist() if callable(getattr(value, "tolist", None)) else value
    if isinstance(value, list | tuple):
        if not _has_shape(value, shape):
            raise ValueError(
                "The shape of default_value must be equal to given shape. "
                f"default_value: {value}, shape: {shape}, key: {key}"
            )
        numbers = list(_leaves(value))
        floats = any(isinstance(number, float) for number in numbers) and dtype.is_floating
        if floats or all(isinstance(number, int) for number in numbers):
            return _as_tuples(value)
    raise TypeError(f"default_value must be compatible with dtype. default_value: {value}, dtype: {dtype}, key: {key}")


def _filled(shape: tuple[int, ...], value: Any) -> Any:
    return tuple(_filled(shape[1:], value) for _ in range(shape[0])) if shape else value


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list | tuple) else value


def _leaves(value: Any) -> Any:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _has_shape(value: Any, shape: tuple[int, ...]) -> bool:
    if not isinstance(value, list | tuple):
        return not shape
    return bool(shape) and len(value) == shape[0] and all(_has_shape(item, shape[1:]) for item in value)
