"""Functions that come with a gradient of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import Any, ClassVar, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of, operation


@final
@dataclass(frozen=True)
class WithGradient(Op):
    """The first `count` inputs as they are, with the gradient that `function` gives, by the others

    A saved graph does without the function: it computes the same, and has no gradient there.
    """

    count: int
    function: InitVar[Callable[..., Any] | None] = None
    stateful: ClassVar[bool] = True  # two functions are never the same
    type_name: ClassVar[str] = "IdentityN"

    def __post_init__(self, function: Callable[..., Any] | None) -> None:
        object.__setattr__(self, "_function", function)  # no field: it is not data that could be compared or saved

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[: self.count]

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        return list(inputs[: self.count])

    def copes_without(self, position: int) -> bool:
        return position >= self.count

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        weights = upstream if isinstance(upstream, list | tuple) else [upstream]
        function: Callable[..., Any] | None = vars(self)["_function"]
        if function is None:
            raise LookupError("A custom gradient is not saved with a graph: there is no gradient here.")
        made = function(*weights)
        slopes = list(made) if isinstance(made, list | tuple) else [made]
        expected = len(inputs) - self.count
        if len(slopes) != expected:
            raise ValueError(f"The gradient function must return {expected} gradients, one for each argument.")
        return (*[None] * self.count, *slopes)

    def kernel(self, *inputs: Any) -> Any:
        return tuple(inputs[: self.count])


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, which returns its result and a function from gradients by the result to gradients by the arguments.

        @tf.custom_gradient
        def log1pexp(x):
            e = tf.exp(x)
            return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    The arguments are tensors; `f` makes no variables.
    """

    @functools.wraps(f)
    def decorated(*arguments: Any, **options: Any) -> Any:
        graph = graph_of(*arguments)
        with graph.as_default():
            given = [convert_to_tensor(argument) for argument in arguments]
            result, function = f(*given, **options)
            several = isinstance(result, list | tuple)
            results = [convert_to_tensor(item) for item in (result if several else [result])]
            inputs = {f"input_{number}": tensor for number, tensor in enumerate([*results, *given])}
            outputs = operation(WithGradient(len(results), function), None, None, **inputs).outputs
            return list(outputs) if several else outputs[0]

    return decorated
