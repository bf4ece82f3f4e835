"""Datasets that a Python generator makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from input_fns.data.node import Node
from input_fns.data.opening import Element, Opening, Stream
from input_fns.data.structure import Structure, flatten_up_to
from model_fns.errors import InvalidArgumentError, OpError, ResourceExhaustedError, UnimplementedError, UnknownError
from model_fns.graph.dtypes import string
from model_fns.graph.op import TensorSpec
from model_fns.graph.shapes import TensorShape
from model_fns.ops.strings import each_as_bytes, object_array

_KINDS: dict[type[BaseException], type[OpError]] = {
    ValueError: InvalidArgumentError,
    TypeError: InvalidArgumentError,
    MemoryError: ResourceExhaustedError,
    NotImplementedError: UnimplementedError,
}


@final
@dataclass(frozen=True, eq=False)
class Generated(Node):
    """What `generator(*given)` yields, a new generator for each pass."""

    generator: Callable[..., Any]
    of: Structure
    given: tuple[Any, ...] = ()

    @property
    def structure(self) -> Structure:
        return self.of

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.given

    def open(self, opening: Opening) -> Stream:
        return Stream(self._elements([np.asarray(opening.value(item))[()] for item in self.given]))

    def _elements(self, given: list[Any]) -> Iterator[Element]:
        try:
            values = iter(self.generator(*given))
        except Exception as error:
            raise _failure(error) from error
        while True:
            try:
                value = next(values)
            except StopIteration:
                return
            except Exception as error:
                raise _failure(error) from error
            yield self._element(value)

    def _element(self, value: Any) -> Element:
        try:
            components = flatten_up_to(self.of.nest, value)
        except (TypeError, ValueError):
            raise _refused(
                TypeError,
                "did not match the expected structure. "
                f"The expected structure was {_shown(self.of.types)}, but the yielded element was {value}.",
            ) from None
        return tuple(_converted(item, spec) for item, spec in zip(components, self.of.specs, strict=True))


def _converted(value: Any, spec: TensorSpec) -> Any:
    try:
        if spec.dtype == string:
            array = np.asarray(value, object)
            array = object_array(each_as_bytes(array), array.shape)
        else:
            array = np.asarray(value).astype(spec.dtype.as_numpy_dtype)
    except (TypeError, ValueError):
        raise _refused(
            TypeError,
            "could not be converted to the expected type. "
            f"The expected type was {spec.dtype.name}, but the yielded element was {value}.",
        ) from None
    shape = TensorShape(spec.dims)
    if not shape.is_compatible_with(array.shape):
        problem = f"of shape {array.shape} where an element of shape {shape} was expected."
        raise InvalidArgumentError(message=f"ValueError: `generator` yielded an element {problem}")
    return array


def _shown(types: Any) -> str:
    return str(types) if isinstance(types, tuple | dict) else repr(types)


def _refused(kind: type[Exception], problem: str) -> InvalidArgumentError:
    return InvalidArgumentError(message=f"{kind.__name__}: `generator` yielded an element that {problem}")


def _failure(error: Exception) -> OpError:
    """What the generator raised, as TensorFlow reports it."""
    kind = next((found for known, found in _KINDS.items() if isinstance(error, known)), UnknownError)
    return kind(message=f"{type(error).__name__}: {error}")
