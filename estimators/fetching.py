"""Fetches: what `run` is asked for - tensors, operations, variables or names, in nested lists, tuples and dicts.

A structure may also hold sparse tensors, slices, objects of attrs classes, and what was registered (run_conversions).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, final

from estimators.run_conversions import conversion_of
from model_fns.graph.graph import Graph
from model_fns.graph.indexed_slices import IndexedSlices, IndexedSlicesValue
from model_fns.graph.tensor import Operation, Tensor
from model_fns.sparse_tensor import SparseTensor, SparseTensorValue

_PLAIN = (Tensor, Operation, str)  # looked for first: most fetches are one of these


@final
class Fetches:
    """A nested structure of fetches: its `elements` in order, and the way back from their values."""

    def __init__(self, graph: Graph, structure: Any) -> None:
        self._graph, self._structure = graph, structure
        self._made: list[tuple[int, Callable[[list[Any]], Any]]] = []  # how many values make each registered object
        self.elements: list[Tensor | Operation] = list(self._flat(structure))

    def _flat(self, item: Any) -> Iterator[Any]:
        if isinstance(item, _PLAIN):
            yield self._element(item)
        elif item is None:
            raise TypeError("Fetch argument None has invalid type <class 'NoneType'>")
        elif isinstance(item, Mapping):
            for value in item.values():
                yield from self._flat(value)
        elif isinstance(item, list | tuple):
            for value in item:
                yield from self._flat(value)
        elif isinstance(item, SparseTensor):
            yield from (item.indices, item.values, item.dense_shape)
        elif isinstance(item, IndexedSlices):
            yield from item.parts
        elif hasattr(type(item), "__attrs_attrs__"):
            for field in item.__attrs_attrs__:
                yield from self._flat(getattr(item, field.name))
        elif (conversion := conversion_of(item)) is not None:
            parts, made = conversion.fetch(item)
            self._made.append((len(parts), made))
            yield from map(self._element, parts)
        else:
            yield self._element(item)

    def _element(self, item: Any) -> Any:
        try:
            found = self._graph.as_graph_element(item)
        except TypeError:
            raise TypeError(
                f"Fetch argument {item!r} has invalid type {type(item)}, must be a string or Tensor. "
                f"(Can not convert a {type(item).__name__} into a Tensor or Operation.)"
            ) from None
        except (KeyError, ValueError) as error:
            raise ValueError(f"Fetch argument {item!r} cannot be interpreted as a Tensor. ({error.args[0]})") from None
        if not self._graph.is_fetchable(found):
            operation = found.op if isinstance(found, Tensor) else found
            raise ValueError(f"Operation {operation.name!r} has been marked as not fetchable.")
        return found

    def packed(self, values: list[Any]) -> Any:
        """`values`, one for each element, in the shape of the structure."""
        return self._pack(self._structure, iter(values), iter(self._made))

    def _pack(self, item: Any, values: Iterator[Any], made: Iterator[Any]) -> Any:
        if isinstance(item, _PLAIN):
            return next(values)
        if isinstance(item, Mapping):
            packed = [(key, self._pack(value, values, made)) for key, value in item.items()]
            if type(item) is dict:
                return dict(packed)
            if isinstance(item, defaultdict):
                return type(item)(item.default_factory, packed)
            return type(item)(packed)  # type: ignore[call-arg]  # a mapping of another kind is made like a dict
        if isinstance(item, tuple) and hasattr(item, "_fields"):
            return type(item)(*(self._pack(value, values, made) for value in item))
        if isinstance(item, list | tuple):
            return type(item)([self._pack(value, values, made) for value in item])
        if isinstance(item, SparseTensor):
            return SparseTensorValue(next(values), next(values), next(values))
        if isinstance(item, IndexedSlices):
            rows, indices = next(values), next(values)
            return IndexedSlicesValue(rows, indices, None if item.dense_shape is None else next(values))
        if hasattr(type(item), "__attrs_attrs__"):
            fields = (getattr(item, field.name) for field in item.__attrs_attrs__)
            return type(item)(*(self._pack(value, values, made) for value in fields))
        if conversion_of(item) is not None:
            count, function = next(made)
            return function([next(values) for _ in range(count)])
        return next(values)
