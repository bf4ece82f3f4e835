"""Restoring one value as an operation: what a variable begins with may come from a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from estimators.checkpoint.reader import load_variable
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor


@final
@dataclass(frozen=True)
class Restore(Op):
    """The value called `key` in the checkpoint `path`, read when the graph runs"""

    type_name: ClassVar[str] = "RestoreV2"
    stateful: ClassVar[bool] = True
    path: str
    key: str
    dtype: DType
    dims: tuple[int, ...]

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(self.dtype, self.dims),)

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(load_variable(self.path, self.key), self.dtype.as_numpy_dtype)
