"""Op: what one kind of operation means - shape and dtype rule, gradient, reference kernel - in one frozen dataclass.

Static attributes are the dataclass fields, so equality, hash and repr come free; inputs are tensors. Three kinds:

* `Op` - anything: `output_shape`, `output_dtype`, `gradient`, and `kernel`, plain NumPy.
* `Elementwise` - its meaning is one line of mathematics over `x`, `y`, `z` and its fields; the reference interpreter
  evaluates the line with NumPy, the compiler pastes it into a fused loop.
* an op may have no compiled form: the compiled step then calls back its reference kernel.
"""

from __future__ import annotations

import functools
import math
from abc import ABC
from dataclasses import dataclass
from types import CodeType
from typing import Any, ClassVar

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.dimensions import Dims, broadcast, is_known, unknown
from model_fns.graph.dtypes import DType
from model_fns.graph.scalar_functions import NUMPY_FUNCTIONS
from model_fns.graph.syntax import parsed


@dataclass(frozen=True)
class TensorSpec:
    """Element type and sizes of a tensor; `dims` is None while the rank is unknown."""

    dtype: DType
    dims: Dims | None


@dataclass(frozen=True)
class Op(ABC):
    """A kind of operation with its static attributes. Subclasses are final."""

    type_name: ClassVar[str] = ""  # TensorFlow's name of the kind; the class name if empty
    value_inputs: ClassVar[
        tuple[int, ...]
    ] = ()  # inputs whose VALUE the shape rule needs: it gets a tuple of sizes there
    handles_sizes: ClassVar[bool] = False  # the kernel also works on object arrays holding symbolic sizes
    writes: ClassVar[bool] = False  # the first input is a variable, which the result replaces
    shape_inputs: ClassVar[tuple[int, ...]] = ()  # inputs of which nothing but the shape matters
    is_view: ClassVar[bool] = False  # the output is the first input's memory under another shape
    takes_missing_gradients: ClassVar[bool] = False  # with several outputs: `upstream` may hold None
    takes_slices: ClassVar[bool] = False  # `upstream` may be IndexedSlices
    draws: ClassVar[bool] = False  # random: the kernel takes a last argument, the uint64 key of this run
    stateful: ClassVar[bool] = False  # never merged with a twin, never computed in advance
    row_wise: ClassVar[bool] = False  # a row of the output follows from the same row of the inputs alone

    @property
    def type(self) -> str:
        return self.type_name or type(self).__name__

    def output_dtype(self, *inputs: DType) -> DType | tuple[DType, ...]:
        """Element type(s) of the output(s); by default the one type that all inputs share."""
        return common_dtype(inputs)

    def output_shape(self, *inputs: Any) -> Any:
        """Sizes of the output, a tuple, or a list of tuples for several. ValueError for sizes that do not fit."""
        raise NotImplementedError(f"{self.type} has no shape rule")

    def gradient(self, upstream: Any, output: Any, *inputs: Any) -> tuple[Any, ...]:
        """The gradient by each input, as graph expressions (None where there is none), given that by the output.

        `upstream` and `output` are lists if the op has several outputs. Broadcasting is undone by the caller.
        """
        raise LookupError(f"No gradient defined for operation type {self.type}.")

    def kernel(self, *inputs: Any) -> Any:
        """The value, in plain NumPy: one array, or a tuple of them. The oracle of every other way to compute it."""
        raise NotImplementedError(f"{self.type} has no reference kernel")

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        """Specs of the outputs, given those of the inputs and the sizes known to be inside them (None: not known)."""
        types = self.output_dtype(*(spec.dtype for spec in specs))
        types = types if isinstance(types, tuple) else (types,)
        rule_inputs: list[Any] = []
        for position, (spec, value) in enumerate(zip(specs, values, strict=True)):
            needs_value = position in self.value_inputs
            rule_inputs.append(_sizes_inside(spec, value) if needs_value else spec.dims)
            if rule_inputs[-1] is None and not self.copes_without(position):
                return tuple(TensorSpec(dtype, None) for dtype in types)
        shapes = self.output_shape(*rule_inputs)
        shapes = shapes if isinstance(shapes, list) else [shapes]
        return tuple(TensorSpec(dtype, dims) for dtype, dims in zip(types, shapes, strict=True))

    def copes_without(self, position: int) -> bool:
        """True if, at this position, the shape rule takes None for an unknown rank (or value, if it needs that)."""
        return False

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        """The output's value as an array of sizes if it can be told before anything runs, else None."""
        if not self.handles_sizes or any(value is None for value in values):
            return None
        return np.asarray(self.kernel(*values))


class Elementwise(Op):
    """A scalar function applied to every element of its broadcast inputs."""

    expression: ClassVar[str] = ""

    def output_shape(self, *inputs: Dims) -> Dims:
        return functools.reduce(broadcast, inputs)

    def kernel(self, *inputs: Any) -> Any:
        names = dict(zip("xyz", inputs, strict=False)) | self.constants()
        with np.errstate(all="ignore"):
            value = eval(compiled_expression(self.expression), NUMPY_FUNCTIONS, names)
        if any(np.asarray(item).dtype == object for item in inputs):
            return value  # sizes, some of them symbols
        dtype = self.output_dtype(*(dtypes.as_dtype(np.asarray(item).dtype) for item in inputs))
        return np.asarray(value, dtype.as_numpy_dtype)  # type: ignore[union-attr]  # elementwise: one output

    def constants(self) -> dict[str, Any]:
        """The fields that the expression may name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Comparison(Elementwise):
    """An elementwise function whose result is a truth value."""

    def output_dtype(self, *inputs: DType) -> DType:
        common_dtype(inputs)
        return dtypes.bool_

    def gradient(self, upstream: Any, output: Any, *inputs: Any) -> tuple[Any, ...]:
        return (None,) * len(inputs)


@functools.cache
def compiled_expression(expression: str) -> CodeType:
    return compile(parsed(expression, "eval"), f"<{expression}>", "eval")


def common_dtype(inputs: tuple[DType, ...]) -> DType:
    """The element type all inputs share; TypeError if they do not."""
    for other in inputs[1:]:
        if other != inputs[0]:
            raise TypeError(f"all inputs must have one element type, but they have {', '.join(d.name for d in inputs)}")
    return inputs[0]


def _sizes_inside(spec: TensorSpec, value: Any) -> tuple[Any, ...] | None:
    """What a shape rule that needs the sizes in a vector is given: unknown ones if only their number is known."""
    if value is None and spec.dims and all(map(is_known, spec.dims)):
        return tuple(unknown() for _ in range(math.prod(spec.dims)))  # type: ignore[arg-type]  # they are known
    return as_sizes(value)


def as_sizes(value: Any) -> tuple[Any, ...] | None:
    """A known value as the tuple of its elements (int or Symbol)."""
    if value is None:
        return None
    return tuple(item if not isinstance(item, np.integer | int) else int(item) for item in np.ravel(value).tolist())
