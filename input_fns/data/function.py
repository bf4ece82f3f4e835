"""Function: what was handed to `map` and its like, traced once into a graph of its own and run for every element.

Tensors from outside that it uses stand in that graph as placeholders; their values are those they had when the iterator
was started.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, final

from input_fns.data.node import Node
from input_fns.data.opening import Element, Opening
from input_fns.data.structure import Structure, flatten, pack
from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.op import TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import Placeholder


@final
@dataclass(frozen=True, eq=False)
class Function:
    """A traced function.

    Args:
      given: the placeholders of the components of its argument.
      captured, stand_ins: tensors of the outer graph, and the placeholders in their place.
      outputs: the components of its result; `nest`: their form.
      node: the dataset that it returns, if that is what it does; `outputs` are then the tensors that one depends on.
    """

    given: tuple[Tensor, ...]
    captured: tuple[Tensor, ...]
    stand_ins: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    nest: Any = None
    node: Node | None = None

    @property
    def structure(self) -> Structure:
        return Structure(self.nest, tuple(TensorSpec(tensor.dtype, tensor.dims) for tensor in self.outputs))

    @property
    def from_outside(self) -> tuple[Tensor, ...]:
        """All tensors of outer graphs that must have values."""
        own = self.outputs if self.node is not None else ()
        inner = () if self.node is None else (tensor for tensor in self.node.tensors() if tensor not in own)
        return (*self.captured, *inner)

    def runner(self, opening: Opening) -> Callable[[Element], list[Any]]:
        """The function, to be called with the values of one element after the other."""
        if self not in opening.memory:
            seed = int(opening.key(None, 0, 0))
            given = (*self.given, *self.stand_ins)
            opening.memory[self] = opening.evaluator(self.outputs, given, seed), itertools.count()
        run, steps = opening.memory[self]
        outside = tuple(opening.value(tensor) for tensor in self.captured)
        if outside:
            return lambda element: run((*element, *outside), next(steps))
        return lambda element: run(element, next(steps))

    def dataset(self, opening: Opening) -> Callable[[Element], Iterator[Element]]:
        """The elements of the dataset that the function returns for an element."""
        node, run = self.node, self.runner(opening)
        assert node is not None

        def elements(element: Element) -> Iterator[Element]:
            values = dict(zip(self.outputs, run(element), strict=True))
            return node.open(opening.inside(values)).elements()

        return elements


def trace(function: Callable[..., Any], structure: Structure, purpose: str) -> Function:
    """Calls `function` once, with placeholders in place of an element of `structure`.

    A tuple is handed over as several arguments. `purpose` is the method's name in messages. Raises ValueError for what
    cannot be called, TypeError for a result that is neither a structure of tensors nor a dataset.
    """
    if not callable(function):
        raise ValueError("Argument must be callable")
    graph, captured = Graph(), dict[Tensor, Tensor]()
    graph.seed = get_default_graph().seed

    def capture(outer: Tensor) -> Tensor:
        if outer not in captured:
            if isinstance(outer.op.definition, Constant):
                return graph.create(outer.op.definition, (), outer.op.name).outputs[0]
            captured[outer] = graph.create(Placeholder(outer.dtype, outer.dims), (), "captured").outputs[0]
            captured[outer].known_value = outer.known_value
        return captured[outer]

    graph.capture = capture
    with graph.as_default():
        given = tuple(
            graph.create(Placeholder(spec.dtype, spec.dims), (), f"args_{number}").outputs[0]
            for number, spec in enumerate(structure.specs)
        )
        argument = pack(structure.nest, given)
        result = function(*argument) if type(argument) is tuple else function(argument)
        node = getattr(result, "node", None)
        if isinstance(node, Node):
            outputs = tuple(dict.fromkeys(tensor for tensor in node.tensors() if tensor.graph is graph))
            return Function(given, tuple(captured), tuple(captured.values()), outputs, node=node)
        result = tuple(result) if isinstance(result, list) else result
        outputs = tuple(_output(item, graph, purpose) for item in flatten(result))
    nest = pack(result, [None] * len(outputs))
    return Function(given, tuple(captured), tuple(captured.values()), outputs, nest)


def _output(item: Any, graph: Graph, purpose: str) -> Tensor:
    refusal = f"Unsupported return value from function passed to {purpose}: {item}."
    if item is None:
        raise TypeError(refusal)
    try:
        tensor = convert_to_tensor(item)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{refusal} {error}") from None
    return tensor if tensor.graph is graph else graph.capture(tensor)  # type: ignore[misc]  # `trace` has set it
