"""Printing while a graph runs: tf.Print."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.summarized import summarized

_SHOWN = 3


@final
@dataclass(frozen=True)
class Print(Op):
    """x; prints `message` and the other inputs on the standard error, the first `first_n` times"""

    message: str = ""
    first_n: int = -1
    summarize: int = _SHOWN
    times: Iterator[int] = field(default_factory=itertools.count, compare=False, repr=False)
    stateful: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return position > 0

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream, *[None] * (len(inputs) - 1))

    def kernel(self, *inputs: Any) -> Any:
        if self.first_n < 0 or next(self.times) < self.first_n:
            told = "".join(f"[{summarized(item, self.summarize)}]" for item in inputs[1:])
            print(self.message + told, file=sys.stderr, flush=True)
        return inputs[0]


def print_(
    input_: Any,
    data: Any,
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """`input_`, which prints `data` whenever it is computed.

    Args:
      data: tensors, or what can be made tensors.
      message: goes before them.
      first_n: how often it prints; always by default.
      summarize: how many elements of each; 3 by default, -1 for all.
    """
    shown = {f"data_{number}": convert_to_tensor(item) for number, item in enumerate(data)}
    kind = Print(
        message or "", -1 if first_n is None else int(first_n), _SHOWN if summarize is None else int(summarize)
    )
    return apply(kind, name, None, input_=convert_to_tensor(input_), **shown)
