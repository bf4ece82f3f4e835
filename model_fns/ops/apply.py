"""How every public function of this package turns its arguments into an operation, with TensorFlow's naming."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.op import Op
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.allowed_types import verify_types


def graph_of(*values: Any) -> Graph:
    """The graph of the first tensor or variable among `values`, else the default graph.

    In a function's graph everything belongs to that graph: it brings in what comes from outside.
    """
    if get_default_graph().capture is not None:
        return get_default_graph()
    for value in values:
        if hasattr(value, "graph"):
            return value.graph
    return get_default_graph()


def dtype_of(*values: Any) -> DType | None:
    """The element type of the first tensor or variable among `values`."""
    for value in values:
        if isinstance(value, Tensor | IndexedSlices) or hasattr(value, "graph_element"):
            return value.dtype
    return None


def operation(definition: Op, name: str | None = None, dtype: Any = None, /, **inputs: Any) -> Operation:
    """Adds `definition` applied to `inputs`.

    Inputs that are not tensors yet are converted to `dtype`, by default to the type of the tensors among them, and
    named after their argument inside the operation's name scope (`mul/y`), as TensorFlow does.
    """
    values = list(inputs.values())
    graph = graph_of(*values)
    shared = dtype if dtype is not None else dtype_of(*values)
    with graph.as_default(), graph.name_scope(definition.type if name is None else name) as scope:
        tensors = [_converted(value, shared, key) for key, value in inputs.items()]
        verify_types(definition, tensors)
        return graph.create(definition, tensors, scope)


def _converted(value: Any, dtype: Any, name: str) -> Tensor:
    if isinstance(value, Tensor) or hasattr(value, "graph_element"):
        return convert_to_tensor(value)
    return convert_to_tensor(value, dtype, name)


def apply(definition: Op, name: str | None = None, dtype: Any = None, /, **inputs: Any) -> Tensor:
    """The one output of `operation`."""
    return operation(definition, name, dtype, **inputs).outputs[0]
