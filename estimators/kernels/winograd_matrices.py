"""The matrices of fast convolution by minimal filtering, and how to multiply by them with few operations.

A tile of m x m outputs of a convolution with an r x r kernel w depends on n x n inputs x, n = m + r - 1. Along one axis
it is a product of polynomials modulo one of degree n, which is fixed by its values at n points; there a product costs
one multiplication (Toom and Cook; Winograd, "Arithmetic Complexity of Computations", 1980; for convolutional networks
Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015):

    y = A^T [(G w G^T) o (B^T x B)] A,    n * n multiplications instead of m * m * r * r.

Reading the same trilinear form towards its other two arguments gives both gradients with the same three matrices:

    dx = B [(G w G^T) o (A dy A^T)] B^T         dw = G^T [(B^T x B) o (A dy A^T)] G

All matrices follow from the points. Pure Python: knows neither numba nor LLVM.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any, Protocol

Matrix = tuple[tuple[Fraction, ...], ...]

# Zero and pairs of opposite sign, which share half their operations, by the number of points; where that is even, the
# last point is infinity. Of small fractions whose powers are exact in binary, these lose about the fewest digits, found
# by trial. What a direct sum of products in float32 loses, they lose 2 (6), 4 (7), 7 (8) and 20 (9) times.
PAIRS = {4: ("1",), 6: ("1/2", "3/2"), 7: ("1", "1/2", "4"), 8: ("1", "1/2", "2"), 9: ("1", "1/2", "3/2", "4")}


@dataclass(frozen=True)
class Filtering:
    """F(m x m, r x r): `outputs` m and `taps` r along each axis; m + r - 1 is a key of PAIRS."""

    outputs: int
    taps: int

    @property
    def inputs(self) -> int:
        """n, the pixels that a tile reads along each axis."""
        return self.outputs + self.taps - 1

    @property
    def points(self) -> tuple[Fraction, ...]:
        """The finite points."""
        return (Fraction(0), *(sign * Fraction(point) for point in PAIRS[self.inputs] for sign in (1, -1)))

    @property
    def infinite(self) -> bool:
        """Whether infinity is a point too: it counts the highest power alone."""
        return len(self.points) < self.inputs

    @cached_property
    def sampling(self) -> Matrix:
        """A [n, m]: the values at the points of the polynomial whose coefficients are one tile of outputs."""
        return self._powers(self.outputs)

    @cached_property
    def weighting(self) -> Matrix:
        """G [n, r]: the values of the kernel's polynomial, each divided by what B^T leaves out."""
        scales = [prod(point - other for other in self.points if other != point) for point in self.points]
        return tuple(
            tuple(value / scale for value in row)
            for row, scale in zip(self._powers(self.taps), [*scales, Fraction(1)], strict=False)
        )

    @cached_property
    def reading(self) -> Matrix:
        """B^T [n, n]: row j holds the coefficients of the polynomial that is zero at all points but the j-th."""
        others = [[other for other in self.points if other != point] for point in self.points]
        rows = [_polynomial(zeros) for zeros in (*others, *([list(self.points)] if self.infinite else []))]
        return tuple((*row, *[Fraction(0)] * (self.inputs - len(row))) for row in rows)

    def _powers(self, count: int) -> Matrix:
        """The first `count` powers of each point."""
        last = tuple(Fraction(int(power == count - 1)) for power in range(count))
        powers = [tuple(point**power for power in range(count)) for point in self.points]
        return (*powers, last) if self.infinite else tuple(powers)


def _polynomial(zeros: list[Fraction]) -> tuple[Fraction, ...]:
    """The coefficients, lowest first, of the product of (x - zero)."""
    coefficients, nothing = [Fraction(1)], Fraction(0)
    for zero in zeros:
        shifted = zip([nothing, *coefficients], [*coefficients, nothing], strict=True)
        coefficients = [higher - zero * same for higher, same in shifted]
    return tuple(coefficients)


def transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


class Arithmetic(Protocol):
    """What `multiply` asks for: on numbers, on vectors of numbers, or just counted."""

    def zero(self) -> Any: ...

    def add(self, a: Any, b: Any) -> Any: ...

    def subtract(self, a: Any, b: Any) -> Any: ...

    def scale(self, factor: Fraction, a: Any) -> Any: ...

    def multiply_add(self, factor: Fraction, a: Any, b: Any) -> Any:
        """factor * a + b"""


def multiply(matrix: Matrix, values: list[Any], arithmetic: Arithmetic) -> list[Any]:
    """matrix @ values. Columns, and then rows, that differ in signs alone share what they have in common."""
    matrix, values = _join_columns(matrix, values, arithmetic)
    results: list[Any] = [None] * len(matrix)
    for i, row in enumerate(matrix):
        if results[i] is not None:
            continue
        twin = next((k for k in range(i + 1, len(matrix)) if _twins(row, matrix[k])), None)
        if twin is None:
            results[i] = _sum(list(row), values, arithmetic)
            continue
        even = [a if a == b else Fraction(0) for a, b in zip(row, matrix[twin], strict=True)]
        odd = [a if a != b else Fraction(0) for a, b in zip(row, matrix[twin], strict=True)]
        factor, rest = _normalised(odd)
        same, other = _sum(even, values, arithmetic), _sum(rest, values, arithmetic)
        results[i], results[twin] = (_multiply_add(sign * factor, other, same, arithmetic) for sign in (1, -1))
    return results


def _twins(a: tuple[Fraction, ...], b: tuple[Fraction, ...]) -> bool:
    """Whether two rows or columns agree up to signs, some the same and some not."""
    alike = all(abs(x) == abs(y) for x, y in zip(a, b, strict=True))
    return alike and any(x == y != 0 for x, y in zip(a, b, strict=True)) and a != b


def _join_columns(matrix: Matrix, values: list[Any], arithmetic: Arithmetic) -> tuple[Matrix, list[Any]]:
    """The same product with sum and difference in place of two values whose columns are twins."""
    columns, values = list(transposed(matrix)), list(values)
    free = set(range(len(columns)))
    for j in range(len(columns)):
        for k in range(j + 1, len(columns)):
            if {j, k} <= free and _twins(columns[j], columns[k]):
                free -= {j, k}
                pairs = list(zip(columns[j], columns[k], strict=True))
                columns[j] = tuple(a if a == b else Fraction(0) for a, b in pairs)
                columns[k] = tuple(a if a != b else Fraction(0) for a, b in pairs)
                a, b = values[j], values[k]
                values[j], values[k] = arithmetic.add(a, b), arithmetic.subtract(a, b)
    return transposed(tuple(columns)), values


def _normalised(coefficients: list[Fraction]) -> tuple[Fraction, list[Fraction]]:
    """A factor, and the coefficients divided by it, one of which is then 1."""
    factor = next((c for c in coefficients if c != 0), Fraction(1))
    return factor, [c / factor for c in coefficients]


def _sum(coefficients: list[Fraction], values: list[Any], arithmetic: Arithmetic) -> Any:
    """sum of coefficient * value, beginning with a term that needs no multiplication if there is one."""
    terms = sorted(((c, v) for c, v in zip(coefficients, values, strict=True) if c != 0), key=lambda t: t[0] != 1)
    if not terms:
        return arithmetic.zero()
    (first, total), *others = terms
    if first != 1:
        total = arithmetic.scale(first, total)
    for coefficient, value in others:
        total = _multiply_add(coefficient, value, total, arithmetic)
    return total


def _multiply_add(factor: Fraction, a: Any, b: Any, arithmetic: Arithmetic) -> Any:
    if factor == 1:
        return arithmetic.add(b, a)
    if factor == -1:
        return arithmetic.subtract(b, a)
    return arithmetic.multiply_add(factor, a, b)
