"""Numbers out of strings: decode_csv, decode_raw, string_to_number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.dimensions import Dims, unknown
from model_fns.graph.dtypes import DType, as_dtype, float32, float64, int32, int64, string
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, operation
from model_fns.ops.csv_record import fields
from model_fns.ops.numerals import reader
from model_fns.ops.strings import each_as_bytes, object_array

_NUMBERS = (float32, float64, int32, int64)
_CSV = (*_NUMBERS[:2], int32, int64, string)
_RAW = ("float16", "float32", "float64", "int32", "uint16", "uint8", "int16", "int8", "int64", "bool")


@final
@dataclass(frozen=True)
class DecodeCSV(Op):
    """The columns of comma-separated records: an output of the records' shape for each default

    The first input are the records, the others the defaults: one value for a field that is empty, or none, and then the
    field is required.
    """

    field_delim: str = ","
    use_quote_delim: bool = True
    na_value: str = ""
    select_cols: tuple[int, ...] = ()

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        for spec in specs[1:]:
            if spec.dims is not None and (len(spec.dims) > 1 or spec.dims not in ((), (0,), (1,))):
                raise ValueError("Shape of a default must be a length-0 or length-1 vector, or a scalar.")
        return tuple(TensorSpec(spec.dtype, specs[0].dims) for spec in specs[1:])

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        records, defaults = np.asarray(inputs[0], object), [np.ravel(value) for value in inputs[1:]]
        if len(self.field_delim) != 1:
            raise InvalidArgumentError(message="field_delim should be only 1 char")
        delimiter, missing = self.field_delim.encode(), (b"", self.na_value.encode())
        rows = []
        for number, record in enumerate(each_as_bytes(records)):
            row = fields(record, delimiter, self.use_quote_delim)
            if self.select_cols:
                row = [row[column] for column in self.select_cols if column < len(row)]
            if len(row) != len(defaults):
                raise InvalidArgumentError(
                    message=f"Expect {len(defaults)} fields but have {len(row)} in record {number}"
                )
            rows.append(row)
        return tuple(
            _column([row[at] for row in rows], at, default, missing).reshape(records.shape)
            for at, default in enumerate(defaults)
        )


def _column(texts: list[bytes], field: int, default: np.ndarray[Any, Any], missing: tuple[bytes, bytes]) -> Any:
    """One field of all records. `default`: a vector of one value, or of none if the field is required."""
    of_text = default.dtype.kind in "SUO"
    dtype = string if of_text else as_dtype(default.dtype)
    fallback = default[0] if len(default) else None
    read = (lambda text: text) if of_text else reader(dtype)
    values: list[Any] = []
    for number, text in enumerate(texts):
        if text in missing:
            if fallback is None:
                raise InvalidArgumentError(message=f"Field {field} is required but missing in record {number}!")
            values.append(fallback)
            continue
        value = read(text)
        if value is None:
            kind = {"float32": "float", "float64": "double"}.get(dtype.name, dtype.name)
            shown = text.decode("utf-8", "replace")
            raise InvalidArgumentError(message=f"Field {field} in record {number} is not a valid {kind}: {shown}")
        values.append(value)
    if of_text:
        return object_array(each_as_bytes(object_array(iter(values), -1)), -1)
    with np.errstate(over="ignore"):
        return np.array(values, dtype.as_numpy_dtype)


@final
@dataclass(frozen=True)
class DecodeRaw(Op):
    """The bytes of each string as numbers: one more axis, as long as the strings are"""

    out_type: DType
    little_endian: bool = True

    def output_dtype(self, *inputs: DType) -> DType:
        return self.out_type

    def output_shape(self, *inputs: Dims) -> Dims:
        return (*inputs[0], unknown())

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        array = np.asarray(inputs[0], object)
        contents = list(each_as_bytes(array))
        length = len(contents[0]) if contents else 0
        for number, content in enumerate(contents):
            if len(content) != length:
                raise InvalidArgumentError(
                    message="DecodeRaw requires input strings to all be the same size, but element "
                    f"{number} has size {len(content)} != {length}"
                )
        dtype = np.dtype(self.out_type.as_numpy_dtype)
        if length % dtype.itemsize:
            raise InvalidArgumentError(
                message=f"Input to DecodeRaw has length {length} that is not a multiple of {dtype.itemsize}, the size "
                f"of {self.out_type.name}"
            )
        numbers = np.frombuffer(b"".join(contents), dtype.newbyteorder("<" if self.little_endian else ">"))
        return numbers.astype(dtype).reshape(*array.shape, length // dtype.itemsize)


@final
@dataclass(frozen=True)
class StringToNumber(Op):
    """The number that each string says"""

    out_type: DType

    def output_dtype(self, *inputs: DType) -> DType:
        return self.out_type

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        array, read = np.asarray(inputs[0], object), reader(self.out_type)
        numbers = []
        for text in each_as_bytes(array):
            number = read(text)
            if number is None:
                shown = text.decode("utf-8", "replace")
                raise InvalidArgumentError(message=f"StringToNumberOp could not correctly convert string: {shown}")
            numbers.append(number)
        with np.errstate(over="ignore"):
            return np.array(numbers, self.out_type.as_numpy_dtype).reshape(array.shape)


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
) -> list[Tensor]:
    """The columns of comma-separated records (RFC 4180): a tensor shaped like `records` for each.

    Args:
      records: strings, each one record.
      record_defaults: for each column [value] or value, which is its type (float32, float64, int32, int64, string) and
        what an empty field stands for; an empty vector for a field that must not be empty.
      field_delim: between fields.
      use_quote_delim: whether "..." is one field whatever is in it, "" in there being a quote.
      na_value: another text for an empty field.
      select_cols: the numbers of the columns to read, in order; all by default.
    """
    if select_cols is not None:
        if any(a >= b for a, b in pairwise(select_cols)):
            raise ValueError("select_cols is not strictly increasing.")
        if select_cols and select_cols[0] < 0:
            raise ValueError("select_cols contains negative values.")
        if len(select_cols) != len(record_defaults):
            raise ValueError("Length of select_cols and record_defaults do not match.")
    definition = DecodeCSV(field_delim, use_quote_delim, na_value, tuple(select_cols or ()))
    defaults = [_default(value) for value in record_defaults]
    inputs = {f"record_defaults_{number}": value for number, value in enumerate(defaults)}
    made = operation(definition, name, None, records=_strings(records), **inputs)
    return list(made.outputs)


def _default(value: Any) -> Any:
    if isinstance(value, DType | type):
        raise TypeError(
            "Tensors in list passed to 'record_defaults' of 'DecodeCSV' Op have types [<NOT CONVERTIBLE TO TENSOR>] "
            f"that are invalid. Tensors: [{value!r}]. For a field that is required, give np.zeros(0, dtype)."
        )
    tensor = constant(value) if not isinstance(value, Tensor) else value
    if tensor.dtype not in _CSV:
        raise TypeError(
            f"Value passed to parameter 'record_defaults' has DataType {tensor.dtype.name} not in list of allowed "
            "values: float32, float64, int32, int64, string"
        )
    return tensor


def _strings(value: Any) -> Tensor:
    tensor = convert_to_tensor(value)
    if tensor.dtype != string:
        raise TypeError(f"Expected a tensor of strings, got {tensor}")
    return tensor


def decode_raw(
    input_bytes: Any = None,
    out_type: Any = None,
    little_endian: bool = True,
    name: str | None = None,
    bytes: Any = None,
) -> Tensor:
    """The bytes of each string as numbers of `out_type`: the shape of the input and one axis more."""
    given = input_bytes if input_bytes is not None else bytes
    if given is None or out_type is None:
        raise TypeError("decode_raw() missing 2 required positional arguments: 'input_bytes' and 'out_type'")
    dtype = as_dtype(out_type)
    if dtype.name not in _RAW:
        raise TypeError(
            f"Value passed to parameter 'out_type' has DataType {dtype.name} not in list of allowed values: "
            + ", ".join(_RAW)
        )
    return apply(DecodeRaw(dtype, little_endian), name, bytes=_strings(given))


def string_to_number(
    string_tensor: Any = None, out_type: Any = float32, name: str | None = None, input: Any = None
) -> Tensor:
    """The number that each string says, as `out_type`: float32, float64, int32 or int64."""
    given, dtype = string_tensor if string_tensor is not None else input, as_dtype(out_type)
    if dtype not in _NUMBERS:
        raise TypeError(
            f"Value passed to parameter 'out_type' has DataType {dtype.name} not in list of allowed values: "
            "float32, float64, int32, int64"
        )
    return apply(StringToNumber(dtype), name, string_tensor=_strings(given))
