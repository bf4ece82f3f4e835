"""Strings: from numbers and to buckets. They are bytes, as in TensorFlow; text is taken as UTF-8.

Strings never enter machine code: these ops run their NumPy kernels on the host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.fingerprint import fingerprint64
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, int64, string
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply


@final
@dataclass(frozen=True)
class AsString(Op):
    """Numbers and truth values as strings: -3, 1.500000, true; `form` is what stands between % and the letter in C"""

    form: str = ""
    notation: str = "f"  # of floats: f, e or g
    row_wise: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return string

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        array = np.asarray(inputs[0])
        if array.dtype.kind == "b":
            texts = (b"true" if value else b"false" for value in array.ravel().tolist())
        else:
            pattern = f"%{self.form}{'d' if array.dtype.kind in 'iu' else self.notation}".encode()
            texts = (pattern % value for value in array.ravel().tolist())
        return object_array(texts, np.shape(array))


@final
@dataclass(frozen=True)
class StringToHashBucketFast(Op):
    """The fingerprint of each string modulo the number of buckets"""

    num_buckets: int
    row_wise: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        if inputs[0] != string:
            raise TypeError(f"the input must be of strings, but it is {inputs[0].name}: see tf.as_string")
        return int64

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        array = np.asarray(inputs[0], object)
        buckets = (fingerprint64(text) % self.num_buckets for text in each_as_bytes(array))
        return np.fromiter(buckets, np.int64, array.size).reshape(array.shape)


def each_as_bytes(array: np.ndarray[Any, Any]) -> Iterator[bytes]:
    """The elements as strings: text in UTF-8, bytes as they are, integers in decimal. TypeError for anything else."""
    for value in array.ravel().tolist():
        if isinstance(value, bytes):
            yield value
        elif isinstance(value, str):
            yield value.encode()
        elif isinstance(value, int):
            yield b"%d" % value
        else:
            raise TypeError(
                f"A tensor of strings holds {value!r} of type {type(value).__name__}. Make the array one of text "
                "(astype(str)), or one of numbers (astype(float))."
            )


def object_array(values: Iterator[Any], shape: Any) -> np.ndarray[Any, Any]:
    """An array of objects, whatever they are: NumPy would turn bytes into fixed-width ones."""
    items = list(values)
    array = np.empty(len(items), object)
    array[:] = items
    return array.reshape(shape)


def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Tensor:
    """Numbers and truth values as strings: -3, 1.500000, true.

    Floats get `precision` digits (6) after the point, in `scientific` notation or the `shortest`; numbers at least
    `width` characters, with `fill` (one of 0, +, -, # and space, as in C) before. InvalidArgumentError otherwise.
    """
    tensor = convert_to_tensor(input)
    if tensor.dtype == string:
        raise TypeError(f"Value passed to parameter 'input' has DataType string, which is one already: {tensor}")
    if not tensor.dtype.is_floating and (scientific or shortest or precision > -1):
        raise InvalidArgumentError(message=f"precision, scientific and shortest are of floats, not {tensor.dtype.name}")
    if scientific and shortest:
        raise InvalidArgumentError(message="Cannot select both scientific and shortest notation")
    if len(fill) > 1 or fill not in "0+-# ":
        raise InvalidArgumentError(message=f"Fill string must be one of 0, +, -, # and space, not {fill!r}")
    form = (f"{fill}{width}" if width > -1 else "") + (f".{precision}" if precision > -1 else "")
    return apply(AsString(form, "e" if scientific else "g" if shortest else "f"), name, input=tensor)


def string_to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Tensor:
    """The bucket, int64 in [0, num_buckets), that each string falls into: its fingerprint modulo `num_buckets`.

    Strong against chance, not against malice. Raises TypeError for numbers, ValueError for less than one bucket.
    """
    if num_buckets < 1:
        raise ValueError(f"Value for attr 'num_buckets' of {num_buckets} must be at least minimum 1")
    return apply(StringToHashBucketFast(int(num_buckets)), name, input=convert_to_tensor(input))
