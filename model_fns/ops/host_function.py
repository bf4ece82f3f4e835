"""py_func: a Python function of NumPy arrays as an operation."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import (
    InvalidArgumentError,
    OpError,
    OutOfRangeError,
    ResourceExhaustedError,
    UnimplementedError,
    UnknownError,
)
from model_fns.graph.constant import as_bytes, convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype, string
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import operation

# What an exception of the function becomes, as in TensorFlow.
_ERRORS: tuple[tuple[type[BaseException], type[OpError]], ...] = (
    (StopIteration, OutOfRangeError),
    (MemoryError, ResourceExhaustedError),
    (NotImplementedError, UnimplementedError),
    (ValueError, InvalidArgumentError),
    (TypeError, InvalidArgumentError),
)


@final
@dataclass(frozen=True)
class PyFunc(Op):
    """What the Python function `function` returns for the inputs: an array for each of `types`"""

    function: Callable[..., Any]
    types: tuple[DType, ...]
    # The op's own outputs: what a program tells of them with set_shape() is all that is known of their shapes.
    made: list[Tensor] = field(default_factory=list, compare=False, repr=False)
    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        told = [tensor.dims for tensor in self.made] or [None] * len(self.types)
        return tuple(TensorSpec(dtype, dims) for dtype, dims in zip(self.types, told, strict=True))

    def gradient(self, upstream: Any, output: Any, *inputs: Any) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> tuple[Any, ...]:
        given = [
            np.array(item) if isinstance(item, np.ndarray) else item for item in inputs
        ]  # it may keep or change them
        try:
            returned = self.function(*given)
        except OpError:
            raise
        except Exception as error:
            kind = next((made for caught, made in _ERRORS if isinstance(error, caught)), UnknownError)
            told = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
            raise kind(message=told) from error
        return tuple(self._outputs(returned))

    def _outputs(self, returned: Any) -> Iterator[Any]:
        name = getattr(self.function, "__name__", "the function")
        values = [] if returned is None else list(returned) if isinstance(returned, list | tuple) else [returned]
        if len(values) != len(self.types) and not (returned is not None and not self.types):
            raise InvalidArgumentError(
                message=f"{name} returns {len(values)} values, but expects to see {len(self.types)} values."
            )
        for number, (value, dtype) in enumerate(zip(values, self.types, strict=False)):
            array = np.asarray(value)
            if dtype == string and array.dtype.kind in "SUO":
                array = as_bytes(array)
            elif array.dtype != dtype.as_numpy_dtype:
                raise InvalidArgumentError(
                    message=f"{number}-th value returned by {name} is {_name(array)}, but expects {_type_name(dtype)}. "
                    f"Return np.asarray(result, np.{dtype.name}), or change Tout."
                )
            self._check(number, array, name)
            yield array

    def _check(self, number: int, array: Any, name: str) -> None:
        if self.made and not self.made[number].shape.is_compatible_with(array.shape):
            raise InvalidArgumentError(
                message=f"{number}-th value returned by {name} has shape {array.shape}, but set_shape() said "
                f"{self.made[number].shape} of {self.made[number].name}."
            )


_TYPE_NAMES = {"float64": "double", "float32": "float", "float16": "half"}


def _type_name(dtype: DType) -> str:
    return _TYPE_NAMES.get(dtype.name, dtype.name)


def _name(array: Any) -> str:
    return _TYPE_NAMES.get(str(array.dtype), str(array.dtype))


def py_func(func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None) -> Any:
    """func(*inp), computed by Python on NumPy arrays whenever the graph runs; no gradient flows through it.

    Args:
      inp: tensors, or what can be made tensors.
      Tout: element type of the result, or a list of them if `func` returns several arrays.
      stateful: accepted; the function is always called once for each run that needs it.
    Returns a tensor, a list of them if Tout is a list, or the operation if that is empty. Their shapes are unknown:
    give them with set_shape(). A run raises InvalidArgumentError if `func` returns something else than Tout says, and
    an OpError for an exception of `func`. Raises ValueError if `func` cannot be called.
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable, got func of type {type(func)}")
    several = isinstance(Tout, list | tuple)
    types = tuple(as_dtype(item) for item in (Tout if several else [Tout]))
    given = {f"input_{number}": convert_to_tensor(item) for number, item in enumerate(inp)}
    kind = PyFunc(func, types)
    made = operation(kind, name or "PyFunc", None, **given)
    kind.made.extend(made.outputs)
    return made if not types else list(made.outputs) if several else made.outputs[0]


def numpy_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """py_func."""
    return py_func(func, inp, Tout, True, name)
