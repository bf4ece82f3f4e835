"""Categories as numbers: which values are absent, which are allowed, and what several of them make together.

The values of a feature are [batch] or [batch, n]; an example with fewer than n is filled up with what stands for
nothing, the empty string or -1, as in TensorFlow's dense inputs. Behind these ops nothing is `ABSENT`, because -1
stands for a value outside the vocabulary, which is not the same in a cross.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.fingerprint import fingerprint64, fingerprint_cat64
from model_fns.graph.dimensions import Dim, Dims, product
from model_fns.graph.dtypes import DType, int64, string
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.strings import each_as_bytes

ABSENT = -(1 << 62)
_WORD = 1 << 64


@final
class AbsentWhere(Op):
    """The numbers y, but ABSENT where the value x, a string or an integer, is the empty string or -1"""

    row_wise: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return int64

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None

    def kernel(self, *inputs: Any) -> Any:
        values, ids = np.asarray(inputs[0]), inputs[1]
        is_absent = (values == "") | (values == b"") if values.dtype == object else values == -1
        return np.where(is_absent.astype(bool), np.int64(ABSENT), np.asarray(ids, np.int64))


@final
@dataclass(frozen=True)
class InRange(Op):
    """x itself, if all its numbers are from `first` to `last`; an InvalidArgumentError in these words otherwise"""

    type_name: ClassVar[str] = "Assert"
    first: float
    last: float
    below: str
    above: str
    row_wise: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream,)

    def kernel(self, *inputs: Any) -> Any:
        array = np.asarray(inputs[0])
        sides = (
            (self.above, array > self.last, "most", self.last),
            (self.below, array < self.first, "least", self.first),
        )
        for message, is_wrong, which, bound in sides:
            if np.any(is_wrong):
                at = np.argwhere(is_wrong)[0].tolist()
                raise InvalidArgumentError(
                    message=f"assertion failed: [{message}] element {at} is {array[tuple(at)]}, "
                    f"the {which} it can be is {bound:g}"
                )
        return np.array(array)


@final
@dataclass(frozen=True)
class SparseCross(Op):
    """The bucket of each combination of values, one of every input, by the fingerprints of the values in order

    Inputs are strings or integers, [batch] or [batch, n]; the output is [batch, product of the n], the last input's
    values varying fastest. A combination with an absent integer is absent, and so is one with an empty string or -1 of
    the inputs `gaps`.
    """

    num_buckets: int
    hash_key: int
    gaps: tuple[int, ...] = ()
    row_wise: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        for kind in inputs:
            if kind != string and not kind.is_integer:
                raise TypeError(f"values must be strings or integers, but they are {kind.name}")
        return int64

    def output_shape(self, *inputs: Dims) -> Dims:
        if any(not 1 <= len(dims) <= 2 for dims in inputs):
            raise ValueError(f"inputs must be [batch] or [batch, n], but have the ranks {[len(d) for d in inputs]}")
        widths: list[Dim] = [dims[1] if len(dims) > 1 else 1 for dims in inputs]
        return (inputs[0][0], product(tuple(widths)))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        columns = [_prints(np.asarray(values), number in self.gaps) for number, values in enumerate(inputs)]
        width = int(np.prod([np.shape(values)[1] if np.ndim(values) > 1 else 1 for values in inputs]))
        rows = zip(*columns, strict=True)
        crossed = (self._bucket(prints) for row in rows for prints in itertools.product(*row))
        return np.fromiter(crossed, np.int64, len(inputs[0]) * width).reshape(len(inputs[0]), width)

    def _bucket(self, prints: tuple[int | None, ...]) -> int:
        total = self.hash_key
        for one in prints:
            if one is None:
                return ABSENT
            total = fingerprint_cat64(total, one)
        return total % self.num_buckets


def _prints(values: np.ndarray[Any, Any], has_gaps: bool) -> list[list[int | None]]:
    """A row for each example: strings' fingerprints, integers as they are, None for nothing."""
    found: list[int | None]
    if values.dtype == object:
        found = [None if has_gaps and not text else fingerprint64(text) for text in each_as_bytes(values)]
    else:
        absent = (ABSENT, -1) if has_gaps else (ABSENT,)
        found = [None if value in absent else value % _WORD for value in values.ravel().tolist()]
    width = values.shape[1] if values.ndim > 1 else 1
    return [found[row * width : (row + 1) * width] for row in range(len(values))]
