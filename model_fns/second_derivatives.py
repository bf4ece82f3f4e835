"""Second derivatives of sums."""

from __future__ import annotations

from typing import Any

from model_fns.autodiff import gradients
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.joining import stack
from model_fns.ops.shaping import reshape, zeros_like


def hessians(
    ys: Any,
    xs: Any,
    name: str = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
) -> list[Tensor]:
    """The second derivatives of the sum of `ys` by each of `xs`, [*shape of x, *shape of x].

    The shapes of `xs` must be known. LookupError for an operation on the way that cannot be differentiated twice.
    """
    options = (colocate_gradients_with_ops, gate_gradients, aggregation_method)
    made = []
    for x in xs if isinstance(xs, list | tuple) else [xs]:
        source = convert_to_tensor(getattr(x, "graph_element", x))
        with source.graph.as_default(), source.graph.name_scope(name):
            if not source.shape.is_fully_defined():
                raise ValueError(f"The shape of {source} must be known: its derivatives are one row for each element.")
            sizes = source.shape.as_list()
            (slope,) = gradients(ys, source, None, "gradients", *options)
            flat = reshape(zeros_like(source) if slope is None else convert_to_tensor(slope), [-1])
            rows = [gradients(flat[i], source)[0] for i in range(source.shape.num_elements() or 0)]
            filled = [zeros_like(source) if row is None else convert_to_tensor(row) for row in rows]
            made.append(reshape(stack(filled), [*sizes, *sizes]))
    return made
