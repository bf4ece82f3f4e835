"""Files inside a graph: read_file, write_file, matching_files."""

from __future__ import annotations

import glob
import os
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import NotFoundError, OpError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, unknown
from model_fns.graph.dtypes import DType, string
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.apply import apply, operation
from model_fns.ops.state import Update
from model_fns.ops.strings import each_as_bytes, object_array


class _FileOp(Op):
    stateful: ClassVar[bool] = True  # the file may change

    def output_dtype(self, *inputs: DType) -> DType:
        if any(dtype != string for dtype in inputs):
            raise TypeError("file names and contents must be strings")
        return string

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)


@final
class ReadFile(_FileOp):
    """The whole contents of a file"""

    def output_shape(self, *inputs: Dims) -> Dims:
        if inputs[0] != ():
            raise ValueError(f"Shape must be rank 0 but is rank {len(inputs[0])}")
        return ()

    def kernel(self, *inputs: Any) -> Any:
        path = _texts(inputs[0])[0]
        try:
            with open(path, "rb") as file:
                return object_array(iter([file.read()]), ())
        except FileNotFoundError as error:
            raise NotFoundError(message=f"{path}; {error.strerror}") from None
        except OSError as error:
            raise OpError(message=f"{path}; {error.strerror}") from None


@final
class WriteFile(_FileOp):
    """Makes a file with these contents, and the directories above it"""

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        path, content = _texts(inputs[0])[0], next(each_as_bytes(np.asarray(inputs[1], object)))
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return ()


@final
class MatchingFiles(_FileOp):
    """The names of the files that match one of the patterns, sorted"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return (unknown(),)

    def kernel(self, *inputs: Any) -> Any:
        found = {path for pattern in _texts(inputs[0]) for path in glob.glob(pattern)}
        return object_array((os.fsencode(path) for path in sorted(found)), -1)


@final
class AssignNames(Update):
    """x := y, x being a variable of as many names as were found"""

    type_name: ClassVar[str] = "Assign"

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def kernel(self, *inputs: Any) -> Any:
        return np.array(inputs[1])


def _texts(names: Any) -> list[str]:
    return [name.decode() for name in each_as_bytes(np.asarray(names, object))]


def read_file(filename: Any, name: str | None = None) -> Tensor:
    """The whole contents of a file as a string."""
    return apply(ReadFile(), name, filename=convert_to_tensor(filename))


def write_file(filename: Any, contents: Any, name: str | None = None) -> Operation:
    """An operation that makes a file with these contents, and the directories above it."""
    return operation(
        WriteFile(), name, None, filename=convert_to_tensor(filename), contents=convert_to_tensor(contents)
    )


def matching_files(pattern: Any, name: str | None = None) -> Tensor:
    """The names of the files that match a pattern or several, sorted: strings [n]."""
    return apply(MatchingFiles(), name, pattern=convert_to_tensor(pattern))
