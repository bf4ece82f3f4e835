"""Nested structures of an element: tuples, named tuples and dicts; anything else is a component.

A list is a component too: it becomes one tensor. Dicts are in the order of their sorted keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from model_fns.graph.dimensions import Dims, Symbol, unknown
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.op import TensorSpec
from model_fns.graph.shapes import TensorShape, to_dims
from model_fns.graph.tensor import Tensor
from model_fns.nest import leaves, packed


def flatten(nest: Any) -> list[Any]:
    """The components of a nested structure, in order."""
    return list(leaves(nest, lists=False))


def pack(nest: Any, components: Sequence[Any]) -> Any:
    """`components` in the form of `nest`."""
    return packed(nest, iter(components), lists=False)


def flatten_up_to(shallow: Any, nest: Any) -> list[Any]:
    """What `nest` has where `shallow` has its components. TypeError or ValueError if their forms differ."""
    if isinstance(shallow, Mapping):
        if not isinstance(nest, Mapping) or set(nest) != set(shallow):
            raise TypeError(f"expected a dict with the keys {sorted(shallow)}, got {nest!r}")
        return [found for key in sorted(shallow) for found in flatten_up_to(shallow[key], nest[key])]
    if isinstance(shallow, tuple):
        if not isinstance(nest, tuple | list):
            raise TypeError(f"expected a tuple of {len(shallow)}, got {nest!r}")
        if len(nest) != len(shallow):
            raise ValueError(f"expected a tuple of {len(shallow)}, got one of {len(nest)}: {nest!r}")
        return [found for a, b in zip(shallow, nest, strict=True) for found in flatten_up_to(a, b)]
    return [nest]


def same_form(a: Any, b: Any) -> bool:
    """Whether two structures have their components at the same places."""
    if isinstance(a, Mapping) or isinstance(b, Mapping):
        alike = isinstance(a, Mapping) and isinstance(b, Mapping) and set(a) == set(b)
        return alike and all(same_form(a[key], b[key]) for key in a)
    if isinstance(a, tuple) or isinstance(b, tuple):
        alike = isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b)
        return alike and all(map(same_form, a, b))
    return True


@final
@dataclass(frozen=True, eq=False)
class Structure:
    """What the elements of a dataset look like: the form `nest`, and element type and sizes of each component."""

    nest: Any
    specs: tuple[TensorSpec, ...]

    @property
    def types(self) -> Any:
        return pack(self.nest, [spec.dtype for spec in self.specs])

    @property
    def shapes(self) -> Any:
        return pack(self.nest, [TensorShape(spec.dims) for spec in self.specs])

    @property
    def classes(self) -> Any:
        return pack(self.nest, [Tensor for _ in self.specs])

    def with_specs(self, change: Callable[[TensorSpec], TensorSpec]) -> Structure:
        return Structure(self.nest, tuple(change(spec) for spec in self.specs))

    def has_form_of(self, other: Structure) -> bool:
        """Whether the elements have the same form and element types; sizes may differ."""
        return same_form(self.nest, other.nest) and [s.dtype for s in self.specs] == [s.dtype for s in other.specs]


def structure_of(types: Any, shapes: Any = None) -> Structure:
    """The structure with these element types and shapes; None, as a whole or for a component, for unknown shapes."""
    dtypes: list[DType] = [as_dtype(item) for item in flatten(types)]
    given = [None] * len(dtypes) if shapes is None else shapes_by_component(types, shapes)
    specs = (TensorSpec(dtype, to_dims(shape)) for dtype, shape in zip(dtypes, given, strict=True))
    return Structure(types, tuple(specs))


def shapes_by_component(types: Any, shapes: Any) -> list[Any]:
    """The shapes by component. A tuple of sizes is a shape where `types` has a component."""
    if isinstance(types, Mapping | tuple):
        items = flatten_up_to(_one_level(types), shapes)
        inner = [types[key] for key in sorted(types)] if isinstance(types, Mapping) else list(types)
        return [shape for kind, item in zip(inner, items, strict=True) for shape in shapes_by_component(kind, item)]
    return [shapes]


def _one_level(nest: Any) -> Any:
    return dict.fromkeys(nest) if isinstance(nest, Mapping) else (None,) * len(nest)


def one_element_of(sizes: Dims | None) -> Dims | None:
    """The sizes of a row, given those of all rows."""
    return None if sizes is None else sizes[1:]


def most_specific(a: Dims | None, b: Dims | None) -> Dims | None:
    """The sizes that hold for both: unknown where they differ."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(x if x == y and not isinstance(x, Symbol) else unknown() for x, y in zip(a, b, strict=True))
