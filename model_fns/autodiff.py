"""Reverse-mode differentiation (Linnainmaa 1970; Griewank, Walther 2008): gradients of a graph as more of the graph.

Walking the operations from the last to the first, each op's rule turns the gradient by its outputs into gradients by
its inputs. Gradients that meet are added; broadcasting is undone here, once, for every elementwise op.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from model_fns.gradient_options import verify_aggregation, wants_zeros
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.op import Elementwise
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.row_gradients import sum_of_gradients
from model_fns.ops.shaping import ones_like, sum_to, zeros_like
from model_fns.registered_gradients import overriding_gradient


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = None,
) -> list[Any]:
    """The derivatives of the sum of `ys` by each of `xs` (tensors or variables): a tensor each, None if unconnected.

    By a table of which rows were looked up, and nothing else, it is IndexedSlices of those rows, as often as they were.
    `grad_ys` are the weights of the ys (default: ones); no gradient flows beyond `stop_gradients`.
    Raises LookupError for an operation on the way that has no gradient.
    """
    verify_aggregation(aggregation_method)
    zeros = wants_zeros(unconnected_gradients)
    targets = [convert_to_tensor(y) for y in _as_list(ys)]
    sources = [convert_to_tensor(getattr(x, "graph_element", x)) for x in _as_list(xs)]
    weights = _as_list(grad_ys) if grad_ys is not None else [None] * len(targets)
    graph = targets[0].graph
    with graph.as_default(), graph.name_scope(name):
        total: dict[Tensor, list[Any]] = {}
        for y, weight in zip(targets, weights, strict=True):
            total.setdefault(y, []).append(
                ones_like(y, name="grad_ys") if weight is None else convert_to_tensor(weight, y.dtype)
            )
        stops = set(sources) | {convert_to_tensor(item) for item in _as_list(stop_gradients or [])}
        for operation in reversed(_between(sources, targets, stops)):
            _backward(operation, total)
        found = [_summed(total, x) for x in sources]
        return [zeros_like(x) if g is None and zeros else g for x, g in zip(sources, found, strict=True)]


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _between(sources: Iterable[Tensor], targets: Iterable[Tensor], stops: set[Tensor]) -> list[Operation]:
    """The operations on a path from `sources` to `targets`, inputs before outputs, those that make a stop left out."""
    reached: dict[Operation, bool] = {}  # whether a source lies behind it
    behind = {tensor.op for tensor in sources}
    stack = [tensor.op for tensor in targets]
    while stack:
        operation = stack[-1]
        if operation in reached:
            stack.pop()
            continue
        waiting = [tensor.op for tensor in _differentiable(operation) if tensor.op not in reached]
        if waiting:
            stack.extend(waiting)
            continue
        reached[operation] = operation in behind or any(reached[tensor.op] for tensor in _differentiable(operation))
        stack.pop()
    stopped = {tensor.op for tensor in stops}
    inside = [operation for operation, connected in reached.items() if connected and operation not in stopped]
    return sorted(inside, key=lambda operation: operation.index)


def _differentiable(operation: Operation) -> list[Tensor]:
    return [tensor for tensor in operation.inputs if tensor.dtype.is_floating]


def _backward(operation: Operation, total: dict[Tensor, list[Any]]) -> None:
    """Takes the gradient by the operation's outputs on to its inputs."""
    outputs, definition = operation.outputs, operation.definition
    upstream: Any = [_summed(total, output) for output in outputs]
    if all(item is None for item in upstream):
        return
    if not definition.takes_slices:
        upstream = [convert_to_tensor(item) if isinstance(item, IndexedSlices) else item for item in upstream]
    given: Any = list(outputs)
    if len(outputs) == 1:
        upstream, given = upstream[0], outputs[0]
    elif not definition.takes_missing_gradients:
        upstream = [
            zeros_like(output) if item is None else item for item, output in zip(upstream, outputs, strict=True)
        ]
    with operation.graph.name_scope(f"{operation.name.replace('/', '_')}_grad"):
        other = operation.graph.gradient_names.get(operation)
        if other is None:
            by_inputs: Any = definition.gradient(upstream, given, *operation.inputs)
        else:
            by_inputs = overriding_gradient(other, operation, upstream)
        for tensor, gradient in zip(operation.inputs, by_inputs, strict=True):
            if gradient is not None and tensor.dtype.is_floating:
                if isinstance(definition, Elementwise) and not isinstance(gradient, IndexedSlices):
                    gradient = sum_to(gradient, tensor)
                if isinstance(gradient, Tensor) and gradient.dims is None:
                    gradient.set_shape(tensor.shape)
                total.setdefault(tensor, []).append(gradient)


def _summed(total: dict[Tensor, list[Any]], tensor: Tensor) -> Any:
    """The whole gradient by `tensor`, added up once."""
    parts = total.get(tensor)
    if not parts:
        return None
    if len(parts) > 1:
        total[tensor] = [sum_of_gradients(parts)]
    return total[tensor][0]
