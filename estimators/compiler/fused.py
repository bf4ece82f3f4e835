"""Operations that no graph holds: the compiler puts one in the place of several, to pass over memory once."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from model_fns.graph.dimensions import Dims
from model_fns.graph.op import Op
from model_fns.ops.pooling import MaxPool, MaxPoolGrad

_WINDOW: Any = ((2, 2), (2, 2), "VALID")


@final
class BiasReluMaxPool(Op):
    """max_pool(relu(x + y)) over whole windows of 2 x 2 that do not overlap, y being one number for each channel"""

    def output_shape(self, *inputs: Dims) -> Dims:
        examples, height, width, channels = inputs[0]
        return examples, height // 2, width // 2, channels

    def kernel(self, *inputs: Any) -> Any:
        x, bias = inputs
        return MaxPool(*_WINDOW).kernel(np.maximum(x + bias, 0))


@final
class BiasReluMaxPoolGrad(Op):
    """The gradient of the same by x + y, given x, y, the pooled result and the gradient by it"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def kernel(self, *inputs: Any) -> Any:
        x, bias, pooled, upstream = inputs
        active = np.maximum(x + bias, 0)
        return np.where(active > 0, MaxPoolGrad(*_WINDOW).kernel(active, pooled, upstream), 0).astype(x.dtype)
