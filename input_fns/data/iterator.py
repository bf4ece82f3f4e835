"""Iterators: a place in a dataset, and the operations that put what comes next into a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from input_fns.data.node import Node
from input_fns.data.structure import Structure, pack, structure_of
from model_fns.graph.dimensions import Dims, Symbol, named
from model_fns.graph.graph import get_default_graph
from model_fns.graph.op import TensorSpec
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation
from model_fns.ops.input import iterator_get_next, make_iterator


@final
@dataclass(frozen=True, eq=False)
class IteratorSource:
    """An iterator as its graph knows it. It holds no place: the session that reads it does.

    `node` is the dataset of one that starts by itself; None if a MakeIterator operation has to run first.
    """

    structure: Structure
    node: Node | None = None


@final
class Iterator:
    """A place in a dataset, to be made by one of the functions of this module or a dataset's method.

    Args:
      source: what the graph knows of it.
      initializer: the operation that starts it; None if it starts by itself, or on a dataset given later.
    """

    def __init__(self, source: IteratorSource, initializer: Operation | None = None) -> None:
        self._source, self._initializer = source, initializer

    @staticmethod
    def from_structure(
        output_types: Any, output_shapes: Any = None, shared_name: str | None = None, output_classes: Any = None
    ) -> Iterator:
        """An iterator over any dataset whose elements look like this; `make_initializer` says which."""
        return Iterator(IteratorSource(structure_of(output_types, output_shapes)))

    @property
    def initializer(self) -> Operation:
        """The operation that starts the iterator. ValueError if it has none."""
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset: Any, name: str | None = None) -> Operation:
        """An operation that starts the iterator on `dataset`. TypeError for other element types or shapes."""
        own, other = self._source.structure, dataset.node.structure
        if not own.has_form_of(other):
            raise TypeError(f"Expected output types {_types(own)} but got dataset with output types {_types(other)}.")
        for a, b in zip(own.specs, other.specs, strict=True):
            if not TensorShape(a.dims).is_compatible_with(TensorShape(b.dims)):
                raise TypeError(
                    f"Expected output shapes compatible with {own.shapes!r} but got dataset with output shapes "
                    f"{other.shapes!r}."
                )
        return make_iterator(self._source, dataset.node, name or "make_initializer")

    def get_next(self, name: str | None = None) -> Any:
        """The next element, each time it is run: tensors in the form of the dataset's elements."""
        structure = self._source.structure
        outputs = iterator_get_next(self._source, _components(structure), name or "IteratorGetNext")
        return pack(structure.nest, outputs)

    @property
    def output_types(self) -> Any:
        return self._source.structure.types

    @property
    def output_shapes(self) -> Any:
        return self._source.structure.shapes

    @property
    def output_classes(self) -> Any:
        return self._source.structure.classes

    @property
    def element_spec(self) -> Any:
        return self._source.structure.specs


def one_shot_iterator(node: Node) -> Iterator:
    """An iterator that starts by itself. ValueError if the dataset depends on a placeholder."""
    for tensor in node.tensors():
        if tensor.op.type == "Placeholder":
            raise ValueError(f"Cannot capture a placeholder (name:{tensor.op.name}, type:Placeholder) by value.")
    return Iterator(IteratorSource(node.structure, node))


def initializable_iterator(node: Node) -> Iterator:
    """An iterator that its `initializer` starts, with what tensors the dataset depends on are fed then."""
    source = IteratorSource(node.structure)
    get_default_graph().names.unique("IteratorV2")
    return Iterator(source, make_iterator(source, node, "MakeIterator"))


def _types(structure: Structure) -> str:
    types = structure.types
    return str(types) if isinstance(types, tuple | dict) else repr(types)


def _components(structure: Structure) -> tuple[tuple[Any, Dims | None], ...]:
    """Element types and sizes, unknown sizes renamed by their first use: the same from call to call."""
    names: dict[Symbol, Symbol] = {}

    def renamed(spec: TensorSpec) -> tuple[Any, Dims | None]:
        if spec.dims is None:
            return spec.dtype, None
        sizes = (
            names.setdefault(size, named(f"size_{len(names)}")) if isinstance(size, Symbol) else size
            for size in spec.dims
        )
        return spec.dtype, tuple(sizes)

    return tuple(map(renamed, structure.specs))
