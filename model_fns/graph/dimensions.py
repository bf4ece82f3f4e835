"""Sizes of tensor axes that are not known when the graph is built.

A dimension is an `int` or a `Symbol`: a product such as `28 * batch`, written so that equal sizes compare equal.
Shape rules do ordinary arithmetic on either. When a program runs, each atom (`batch`) gets its number.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Union, final

Dim = Union[int, "Symbol"]
Dims = tuple[Dim, ...]

_fresh = itertools.count()
_UNKNOWN = "unknown_"  # begins the name of every size that `unknown` makes


@final
@dataclass(frozen=True)
class Symbol:
    """`coefficient` times the product of `atoms`, each atom a Python expression over the names of unknown sizes."""

    atoms: tuple[str, ...]
    coefficient: int = 1

    @property
    def is_unknown(self) -> bool:
        """Whether it has to do with a size about which nothing is known (see `unknown`)."""
        return any(_UNKNOWN in atom for atom in self.atoms)

    @property
    def unknown_names(self) -> set[str]:
        """The names of the sizes about which nothing is known that it is made of (see `unknown`)."""
        return {name for atom in self.atoms for name in re.findall(rf"{_UNKNOWN}\d+", atom)}

    def __str__(self) -> str:
        factors = ([] if self.coefficient == 1 else [str(self.coefficient)]) + list(self.atoms)
        return " * ".join(factors)

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, Symbol):
            return Symbol(tuple(sorted(self.atoms + other.atoms)), self.coefficient * other.coefficient)
        return Symbol(self.atoms, self.coefficient * other) if other else 0

    __rmul__ = __mul__

    def __add__(self, other: Dim) -> Dim:
        if isinstance(other, Symbol):
            if other.atoms == self.atoms:
                total = self.coefficient + other.coefficient
                return Symbol(self.atoms, total) if total else 0
        elif other == 0:
            return self
        elif other < 0:
            return Symbol((f"({self} - {-other})",))
        return Symbol((f"({' + '.join(sorted((str(self), str(other))))})",))

    __radd__ = __add__

    def __sub__(self, other: Dim) -> Dim:
        if isinstance(other, Symbol):
            if other.atoms == self.atoms:
                return self + Symbol(other.atoms, -other.coefficient)
            return Symbol((f"({self} - {other})",))
        return self + -other

    def __rsub__(self, other: int) -> Dim:
        return Symbol((f"({other} - {self})",))

    def __floordiv__(self, other: Dim) -> Dim:
        if other == 1:
            return self
        divisor = other if isinstance(other, Symbol) else Symbol((), other)
        if self.coefficient % divisor.coefficient == 0:
            left = list(self.atoms)
            for atom in divisor.atoms:
                if atom not in left:
                    break
                left.remove(atom)
            else:
                coefficient = self.coefficient // divisor.coefficient
                return Symbol(tuple(left), coefficient) if left else coefficient
        return Symbol((f"(({self}) // ({other}))",))

    def __rfloordiv__(self, other: int) -> Dim:
        return Symbol((f"({other} // ({self}))",))

    def __neg__(self) -> Dim:
        return Symbol(self.atoms, -self.coefficient)


def unknown() -> Symbol:
    """A size about which nothing is known, not even that it equals another."""
    return Symbol((f"{_UNKNOWN}{next(_fresh)}",))


def unknown_under(name: str) -> Symbol:
    """A size about which nothing is known but its name: two of one name are the same size."""
    return Symbol((f"{_UNKNOWN}{name}",))


def named(name: str) -> Symbol:
    """The size called `name`; two of one name are the same size."""
    return Symbol((name,))


def is_known(dim: Dim) -> bool:
    return not isinstance(dim, Symbol)


def same(left: Dims, right: Dims) -> bool:
    """True if both shapes are certainly equal."""
    return len(left) == len(right) and all(a == b for a, b in zip(left, right, strict=True))


def may_equal(a: Dim, b: Dim) -> bool:
    """False only if both sizes are known and differ."""
    return isinstance(a, Symbol) or isinstance(b, Symbol) or a == b


def product(dims: Dims) -> Dim:
    total: Dim = 1
    for dim in dims:
        total = total * dim
    return total


def merged(a: Dim, b: Dim) -> Dim:
    """The better known of two sizes that must be equal."""
    return b if isinstance(a, Symbol) and not isinstance(b, Symbol) else a


SIZE_FUNCTIONS = {"max": max, "min": min}  # what an atom may call


def larger(a: Dim, b: Dim) -> Dim:
    """The larger of two sizes."""
    if b == 0 and isinstance(a, Symbol) and a.coefficient > 0 and all(atom.isidentifier() for atom in a.atoms):
        return a  # a product of sizes is never negative
    return _chosen("max", a, b)


def smaller(a: Dim, b: Dim) -> Dim:
    """The smaller of two sizes."""
    return _chosen("min", a, b)


def _chosen(name: str, a: Dim, b: Dim) -> Dim:
    if isinstance(a, Symbol) or isinstance(b, Symbol):
        return Symbol((f"{name}({', '.join(sorted((str(a), str(b))))})",))
    return SIZE_FUNCTIONS[name](a, b)


def broadcast(left: Dims, right: Dims) -> Dims:
    """NumPy's broadcasting. An unknown size against a known one above 1 becomes the known one, as in TensorFlow."""
    rank = max(len(left), len(right))
    padded = ((1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right)
    result: list[Dim] = []
    for a, b in zip(*padded, strict=True):
        if a == b or b == 1:
            result.append(a)
        elif a == 1:
            result.append(b)
        elif isinstance(a, Symbol) and isinstance(b, Symbol):
            whole = next((x for x, y in ((a, b), (b, a)) if _covers(x, y)), None)
            result.append(whole or larger(a, b) * smaller(1, smaller(a, b)))  # 1 against 0 is 0
        elif isinstance(a, Symbol) or isinstance(b, Symbol):
            result.append(merged(a, b))
        else:
            raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    return tuple(result)


def _covers(whole: Symbol, part: Symbol) -> bool:
    """Whether `whole` is what broadcasting `part` against another size made: then it stays, and does not grow."""
    for atom in whole.atoms:
        sizes = atom.removeprefix("max(").removesuffix(")")
        made = whole.coefficient == 1 and sorted(whole.atoms) == sorted((f"max({sizes})", f"min(1, min({sizes}))"))
        if made and (sizes.startswith(f"{part}, ") or sizes.endswith(f", {part}")):
            return True
    return False


def text(dims: Dims | None) -> str:
    """As TensorFlow prints a shape inside its messages: `[?,28,28,1]`."""
    if dims is None:
        return "<unknown>"
    return "[" + ",".join("?" if isinstance(dim, Symbol) else str(dim) for dim in dims) + "]"
