"""Operations about order and identity, not numbers: identity, stop_gradient, no_op, group, tuple, placeholders."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, final

from model_fns.errors import InvalidArgumentError
from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import as_operation, get_default_graph
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.shapes import to_dims
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.apply import apply, graph_of


class Same(Op):
    """An op whose output is its input"""

    handles_sizes: ClassVar[bool] = True
    takes_slices: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream,)

    def kernel(self, *inputs: Any) -> Any:
        return inputs[0]


@final
class Identity(Same):
    """x itself"""


@final
class StopGradient(Same):
    """x itself, as a constant in the eyes of differentiation"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)


@final
@dataclass(frozen=True)
class PreventGradient(Same):
    """x itself; asking for its gradient is an error"""

    message: str = ""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError(f"Gradient explicitly disabled. Reason: {self.message}")


@final
class NoOp(Op):
    """Nothing but its control dependencies"""

    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        return ()


@final
@dataclass(frozen=True)
class Placeholder(Op):
    """A value that must be fed"""

    dtype: DType
    stateful: ClassVar[bool] = True
    dims: Dims | None = None

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(self.dtype, self.dims),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        raise InvalidArgumentError(message=f"You must feed a value for placeholder tensor with dtype {self.dtype.name}")

    def unfed(self, operation: Operation) -> InvalidArgumentError:
        """The error for `operation`, of this definition, which was not fed."""
        kind = {"float32": "float", "float64": "double", "float16": "half"}.get(self.dtype.name, self.dtype.name)
        sizes = ",".join(str(size) if isinstance(size, int) else "?" for size in operation.outputs[0].dims or ())
        told = f"You must feed a value for placeholder tensor '{operation.name}' with dtype {kind}"
        return InvalidArgumentError(None, operation, f"{told} and shape [{sizes}]" if sizes else told)


@final
@dataclass(frozen=True)
class PlaceholderWithDefault(Op):
    """A value that may be fed"""

    dims: Dims | None = None
    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(specs[0].dtype, self.dims),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream,)

    def kernel(self, *inputs: Any) -> Any:
        return inputs[0]


def identity(input: Any, name: str | None = None) -> Tensor:
    """`input` as a tensor of its own, which control dependencies can hold back."""
    return apply(Identity(), name, input=convert_to_tensor(input))


def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """`input`, through which no gradient flows."""
    return apply(StopGradient(), name, input=convert_to_tensor(input))


def no_op(name: str | None = None) -> Operation:
    """An operation that does nothing."""
    return get_default_graph().create(NoOp(), (), name)


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor whose value is given in `feed_dict`; sizes in `shape` may be None."""
    return get_default_graph().create(Placeholder(dtypes.as_dtype(dtype), to_dims(shape)), (), name).outputs[0]


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """A tensor that is `input` unless another value is given in `feed_dict`."""
    return apply(PlaceholderWithDefault(to_dims(shape)), name, input=convert_to_tensor(input))


def control_dependencies(control_inputs: Iterable[Any] | None) -> AbstractContextManager[None]:
    """Operations made inside run after `control_inputs`."""
    return get_default_graph().control_dependencies(control_inputs)


def group(*inputs: Any, **kwargs: Any) -> Operation:
    """An operation that is done when all `inputs` (operations, tensors, or nested lists of them) are."""
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError("Unknown keyword arguments: " + ", ".join(kwargs))
    flat = list(_flattened(inputs))
    graph = graph_of(*flat)
    with graph.as_default(), graph.control_dependencies(flat):
        return graph.create(NoOp(), (), name or "group_deps")


def _flattened(items: Any) -> Iterable[Any]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _flattened(item)
        elif isinstance(item, IndexedSlices):
            yield from item.parts
        elif item is not None:
            yield item


def tuple_(tensors: Any, name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """The tensors, none of which is handed out before all are computed."""
    graph = graph_of(*tensors)
    with graph.as_default(), graph.name_scope(name or "tuple"):
        gate = [as_operation(item) for item in _flattened([*tensors, *(control_inputs or [])])]
        if not gate:
            raise ValueError("Must have at least one Tensor or Operation")
        done = group(*gate)
        return [None if tensor is None else with_dependencies([done], tensor) for tensor in tensors]


def with_dependencies(dependencies: Iterable[Any], output_tensor: Any, name: str | None = None) -> Any:
    """`output_tensor` (of IndexedSlices, the rows), handed out after `dependencies`."""
    if isinstance(output_tensor, IndexedSlices):
        return output_tensor.with_values(with_dependencies(dependencies, output_tensor.values, name))
    graph = graph_of(output_tensor)
    with graph.as_default(), graph.control_dependencies(dependencies):
        return identity(output_tensor, name or "control_dependency")
