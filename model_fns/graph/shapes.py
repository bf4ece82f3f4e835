"""TensorShape and Dimension: what a program sees of a static shape, as TensorFlow 1 shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, final

from model_fns.graph.dimensions import Dims, Symbol, text, unknown


@final
class Dimension:
    """The size of one axis; `value` is None while it is not known."""

    def __init__(self, value: Any) -> None:
        if isinstance(value, Dimension):
            value = value.value
        self._value = None if value is None or isinstance(value, Symbol) else int(value)
        if isinstance(value, float) and self._value != value:
            raise ValueError(f"Ambiguous dimension: {value}")
        if self._value is not None and self._value < 0:
            raise ValueError(f"Dimension {self._value} must be >= 0")

    @property
    def value(self) -> int | None:
        return self._value

    def __eq__(self, other: object) -> Any:
        other = Dimension(other) if other is None or isinstance(other, int) else other
        if not isinstance(other, Dimension):
            return NotImplemented
        if self._value is None or other._value is None:
            return None
        return self._value == other._value

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is None or equal is NotImplemented else not equal

    def __hash__(self) -> int:
        return hash(self._value)

    def __int__(self) -> int:
        return self._value  # type: ignore[return-value]  # int(Dimension(None)) raises TypeError, as in TensorFlow

    def __index__(self) -> int:
        return self._value  # type: ignore[return-value]

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)

    def __repr__(self) -> str:
        return f"Dimension({self._value})"

    def is_compatible_with(self, other: Any) -> bool:
        other = Dimension(other)
        return self._value is None or other.value is None or self._value == other.value

    def assert_is_compatible_with(self, other: Any) -> None:
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {other} are not compatible")

    def merge_with(self, other: Any) -> Dimension:
        other = Dimension(other)
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {other} are not compatible")
        return other if self._value is None else self

    def __add__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a // b)

    def __rfloordiv__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: b // a)

    def __truediv__(self, other: Any) -> Any:
        kinds = f"'Dimension' and '{type(other).__name__}'"
        raise TypeError(f"unsupported operand type(s) for /: {kinds}, please use // instead")

    def __rtruediv__(self, other: Any) -> Any:
        kinds = f"'{type(other).__name__}' and 'Dimension'"
        raise TypeError(f"unsupported operand type(s) for /: {kinds}, please use // instead")

    def __mod__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: a % b)

    def __rmod__(self, other: Any) -> Dimension:
        return self._combine(other, lambda a, b: b % a)

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a >= b)

    def _combine(self, other: Any, rule: Any) -> Dimension:
        other = Dimension(other)
        return Dimension(None if self._value is None or other.value is None else rule(self._value, other.value))

    def _compare(self, other: Any, rule: Any) -> Any:
        other = Dimension(other)
        return None if self._value is None or other.value is None else rule(self._value, other.value)


@final
class TensorShape:
    """A static shape: a list of sizes, some unknown, or of unknown rank altogether (`TensorShape(None)`)."""

    def __init__(self, dims: Any) -> None:
        if isinstance(dims, TensorShape):
            self._dims: list[Dimension] | None = dims.dims
        elif dims is None:
            self._dims = None
        elif isinstance(dims, int | Dimension):
            self._dims = [Dimension(dims)]
        elif isinstance(dims, str | bytes):
            raise TypeError(f"A string has ambiguous TensorShape, please wrap in a list or convert to an int: {dims!s}")
        elif hasattr(dims, "unknown_rank"):  # a message, of which -1 is an unknown size
            sizes = [None if dim.size == -1 else dim.size for dim in dims.dim]
            self._dims = None if dims.unknown_rank else [Dimension(size) for size in sizes]
        else:
            self._dims = [Dimension(dim) for dim in dims]

    @property
    def dims(self) -> list[Dimension] | None:
        return self._dims

    @property
    def ndims(self) -> int | None:
        return None if self._dims is None else len(self._dims)

    rank = ndims

    def as_list(self) -> list[int | None]:
        """Sizes as a list with None for unknown ones. ValueError if even the rank is unknown."""
        if self._dims is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return [dim.value for dim in self._dims]

    def as_proto(self) -> Any:
        """The shape as a TensorShapeProto."""
        from model_fns.protos.tensor import shape_proto  # here: messages are made of what is in this package

        return shape_proto(None if self._dims is None else self.as_list())

    def num_elements(self) -> int | None:
        if not self.is_fully_defined():
            return None
        total = 1
        for size in self.as_list():
            total *= size or 0
        return total

    def is_fully_defined(self) -> bool:
        return self._dims is not None and all(dim.value is not None for dim in self._dims)

    def assert_is_fully_defined(self) -> None:
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def assert_has_rank(self, rank: int) -> None:
        if self.ndims not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def with_rank(self, rank: int) -> TensorShape:
        self.assert_has_rank(rank)
        return TensorShape([None] * rank) if self._dims is None else self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        if self._dims is not None and len(self._dims) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def assert_same_rank(self, other: Any) -> None:
        other = TensorShape(other)
        if self.ndims is not None and other.ndims is not None and self.ndims != other.ndims:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The sizes that both have; the others, or the rank if that differs, are unknown."""
        other = TensorShape(other)
        if self._dims is None or other.dims is None or self.ndims != other.ndims:
            return TensorShape(None)
        pairs = zip(self.as_list(), other.as_list(), strict=True)
        return TensorShape([one if one == another else None for one, another in pairs])

    def is_compatible_with(self, other: Any) -> bool:
        other = TensorShape(other)
        if self._dims is None or other.dims is None:
            return True
        return len(self._dims) == len(other.dims) and all(
            a.is_compatible_with(b) for a, b in zip(self._dims, other.dims, strict=True)
        )

    def assert_is_compatible_with(self, other: Any) -> None:
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def merge_with(self, other: Any) -> TensorShape:
        other = TensorShape(other)
        if self._dims is None:
            return other
        if other.dims is None:
            return self
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        return TensorShape([a.merge_with(b) for a, b in zip(self._dims, other.dims, strict=True)])

    def concatenate(self, other: Any) -> TensorShape:
        other = TensorShape(other)
        if self._dims is None or other.dims is None:
            return TensorShape(None)
        return TensorShape(self._dims + other.dims)

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def __len__(self) -> int:
        if self._dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._dims)

    def __bool__(self) -> bool:
        return self._dims is not None

    def __iter__(self) -> Iterator[Dimension]:
        if self._dims is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self._dims)

    def __getitem__(self, key: Any) -> Any:
        if self._dims is None:
            return _unknown_slice(key) if isinstance(key, slice) else Dimension(None)
        return TensorShape(self._dims[key]) if isinstance(key, slice) else self._dims[key]

    def __eq__(self, other: object) -> bool:
        try:
            other_shape = TensorShape(other)
        except TypeError:
            return NotImplemented
        if self._dims is None or other_shape.dims is None:
            return self._dims is other_shape.dims
        return self.as_list() == other_shape.as_list()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(None if self._dims is None else tuple(self.as_list()))

    def __str__(self) -> str:
        if self._dims is None:
            return "<unknown>"
        return f"({self._dims[0]},)" if len(self._dims) == 1 else f"({', '.join(map(str, self._dims))})"

    def __repr__(self) -> str:
        return f"TensorShape({None if self._dims is None else self._dims})"


def _unknown_slice(key: slice) -> TensorShape:
    """What a slice of a shape of unknown rank is: unknown, unless it says how long it is."""
    start = key.start or 0
    if key.step is not None:
        raise ValueError("Steps are not yet handled")
    if key.stop is None or start < 0 or key.stop < 0:
        return TensorShape(None)
    return TensorShape([None] * max(0, key.stop - start))


def to_dims(shape: Any) -> Dims | None:
    """The compiler's form of a shape a program gave: a tuple of sizes, unknown ones new symbols; None if unknown."""
    shape = TensorShape(shape)
    if shape.dims is None:
        return None
    return tuple(unknown() if size is None else size for size in shape.as_list())


def check_equal(first: Dims | None, second: Dims | None) -> None:
    """ValueError, in TensorFlow's words, if two shapes cannot be one."""
    if first is None or second is None:
        return
    shapes = f"Shapes are {text(first)} and {text(second)}."
    if len(first) != len(second):
        raise ValueError(f"Shapes must be equal rank, but are {len(first)} and {len(second)}. {shapes}")
    for axis, (one, other) in enumerate(zip(first, second, strict=True)):
        if isinstance(one, int) and isinstance(other, int) and one != other:
            raise ValueError(f"Dimension {axis} in both shapes must be equal, but are {one} and {other}. {shapes}")
