"""Features: the tensors that columns are made of, by key, and what was made of them already."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import string
from model_fns.graph.tensor import Tensor
from model_fns.ops.shaping import expand_dims
from model_fns.ops.sparse import sparse_tensor_to_dense
from model_fns.sparse_tensor import SparseTensor

_Made = TypeVar("_Made")


@final
class Features:
    """The features of a batch; what several columns need of them is made once.

    A SparseTensor becomes a tensor with what stands for nothing where it has no value: '', -1 or 0.0.
    """

    def __init__(self, features: Mapping[str, Any]) -> None:
        self._features = dict(features)
        self._made: dict[Hashable, Any] = {}

    def raw(self, key: str) -> Tensor:
        """The feature as it came, [batch] or more. ValueError if it is not there, or is a single value."""
        if key not in self._features:
            raise ValueError(f"Feature {key} is not in features dictionary.")
        return self.once(("raw", key), lambda: self._converted(key))

    def is_sparse(self, key: str) -> bool:
        """Whether the feature came as a SparseTensor."""
        return isinstance(self._features.get(key), SparseTensor)

    def _converted(self, key: str) -> Tensor:
        feature = self._features[key]
        if isinstance(feature, SparseTensor):
            nothing = "" if feature.dtype == string else -1 if feature.dtype.is_integer else 0.0
            feature = sparse_tensor_to_dense(feature, nothing)
        tensor = convert_to_tensor(feature)
        if tensor.dims is None:
            raise ValueError(f"Feature (key: {key}) must have a known rank. Given: {tensor}. See Tensor.set_shape.")
        if not tensor.dims:
            raise ValueError(f"Feature (key: {key}) cannot have rank 0. Given: {tensor}")
        return tensor

    def matrix(self, key: str) -> Tensor:
        """The feature with at least two axes: [batch] as [batch, 1]."""
        tensor = self.raw(key)
        return tensor if len(tensor.shape) > 1 else self.once(("matrix", key), lambda: expand_dims(tensor, -1))

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` makes, made the first time that it is asked for under this key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]
