"""What the gradient of a body needs of the body's values: to be kept while the loop runs, or to be computed anew."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from model_fns.control_flow.subgraph import Subgraph
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import SIZE_FUNCTIONS, Symbol
from model_fns.graph.op import Op
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.shaping import Fill, FillLike, Shape, Size

_NAME = re.compile(r"[A-Za-z_]\w*")


def values_to_keep(body: Subgraph, backward: Subgraph, constant: Collection[Tensor]) -> list[Tensor]:
    """Tensors of `body` from which `backward`, the graph of its gradient, can be computed without computing it again.

    `constant` are those that are given to both. A tensor whose size follows from no given one, so that it may change
    from one time to the next, is not among them: it is computed anew.
    """
    forward, known, given = set(body.operations), set(constant), set(body.given)
    sizes = {atom for tensor in body.given for size in tensor.dims or () for atom in _atoms(size)}
    kept: dict[Tensor, None] = {}
    seen: set[Operation] = set()
    stack = list(reversed(backward.outputs))
    upstream = set(backward.given) - given
    while stack:
        tensor = stack.pop()
        if tensor in known or tensor in upstream or tensor in kept:
            continue
        worth_keeping = tensor.op in forward and _worth_keeping(tensor.op.definition, tensor) and _steady(tensor, sizes)
        if worth_keeping or tensor in given:
            kept[tensor] = None
        elif tensor.op not in seen:
            seen.add(tensor.op)
            stack += reversed(tensor.op.inputs)
    return list(kept)


def _worth_keeping(definition: Op, tensor: Tensor) -> bool:
    """Whether a value costs more to make than to read: not a constant, a size or another form of the same memory."""
    return not (isinstance(definition, Constant | Shape | Size | Fill | FillLike) or definition.is_view) and (
        tensor.known_value is None
    )


def _steady(tensor: Tensor, sizes: Collection[str]) -> bool:
    return tensor.dims is not None and all(atom in sizes for size in tensor.dims for atom in _atoms(size))


def _atoms(size: object) -> Iterable[str]:
    """The names of unknown sizes in a size."""
    return set(_NAME.findall(str(size))) - SIZE_FUNCTIONS.keys() if isinstance(size, Symbol) else ()
