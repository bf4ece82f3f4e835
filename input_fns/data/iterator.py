"""Iterators: a place in a dataset, and the operations that put what comes next into a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from input_fns.data.node import Node
from input_fns.data.structure import Structure, pack, structure_of
from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol, named
from model_fns.graph.dtypes import string
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.op import TensorSpec
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.input import iterator_get_next, make_iterator

_HANDLES = "iterator_handles"  # the key under which a graph keeps its iterators by their handles


@final
@dataclass(frozen=True, eq=False)
class IteratorSource:
    """An iterator as its graph knows it. It holds no place: the session that reads it does.

    Args:
      structure: of the elements.
      node: the dataset of one that starts by itself; None if a MakeIterator operation has to run first.
      handle: of one that stands for others, which of them: the value of that one's `string_handle`.
    """

    structure: Structure
    node: Node | None = None
    handle: Tensor | None = None


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

    @staticmethod
    def from_string_handle(
        string_handle: Any, output_types: Any, output_shapes: Any = None, output_classes: Any = None
    ) -> Iterator:
        """An iterator that stands for the one whose handle `string_handle`, a string, is in a run."""
        handle = convert_to_tensor(string_handle, string)
        return Iterator(IteratorSource(structure_of(output_types, output_shapes), handle=handle))

    def string_handle(self, name: str | None = None) -> Tensor:
        """What to feed for the handle of an iterator made by `from_string_handle`, to let it stand for this one."""
        known = get_default_graph().by_key.setdefault(_HANDLES, {})
        for handle, source in known.items():
            if source is self._source:
                return constant(handle, name=name or "IteratorToStringHandle")
        handle = f"iterator_{len(known)}".encode()
        known[handle] = self._source
        return constant(handle, name=name or "IteratorToStringHandle")

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


def iterator_of(graph: Graph, handle: Any) -> IteratorSource:
    """The iterator with that handle. InvalidArgumentError if there is none."""
    found = graph.by_key.get(_HANDLES, {}).get(handle)
    if found is None:
        raise InvalidArgumentError(
            message=f"There is no iterator with the handle {handle!r}: feed what a run of its string_handle() gave."
        )
    return found


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
