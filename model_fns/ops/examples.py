"""parse_example and parse_single_example: serialized Example messages as tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, unknown
from model_fns.graph.dtypes import DType, int64, string
from model_fns.graph.graph import get_default_graph
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.example_features import Wanted, wanted_features
from model_fns.ops.example_reading import read_example, values_of
from model_fns.ops.strings import each_as_bytes, object_array
from model_fns.protos.wire import DecodeError
from model_fns.sparse_tensor import SparseTensor

_KIND_NAMES = {"float32": "float", "int64": "int64", "string": "string"}


@dataclass(frozen=True)
class _Parsing(Op):
    """The features of serialized examples; three outputs for a sparse one, else one"""

    features: tuple[Wanted, ...]

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        rank, given = self.rank, specs[0].dims
        if given is not None and len(given) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(given)}")
        rows: Dims = given if given is not None else (unknown(),) * rank
        made = []
        for wanted in self.features:
            if wanted.kind == "sparse":
                count = unknown()
                made += [TensorSpec(int64, (count, rank + 1)), TensorSpec(wanted.dtype, (count,))]
                made.append(TensorSpec(int64, (rank + 1,)))
            else:
                steps = (unknown(),) if wanted.kind == "sequence" else ()
                made.append(TensorSpec(wanted.dtype, (*rows, *steps, *wanted.shape)))
        return tuple(made)

    @property
    def rank(self) -> int:
        raise NotImplementedError

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)


@final
class ParseExample(_Parsing):
    """The features of a vector of serialized examples"""

    @property
    def rank(self) -> int:
        return 1

    def kernel(self, *inputs: Any) -> Any:
        names = [name.decode() for name in each_as_bytes(np.asarray(inputs[1], object))]
        examples = []
        for number, serialized in enumerate(each_as_bytes(np.asarray(inputs[0], object))):
            context = f"Name: {names[number] if names else '<unknown>'}, ", f", Index: {number}. "
            examples.append(_found(read_example(serialized), self.features, context))
        made: list[Any] = []
        for at, wanted in enumerate(self.features):
            made += _together([example[at] for example in examples], wanted)
        return tuple(made)


@final
class ParseSingleExample(_Parsing):
    """The features of one serialized example"""

    @property
    def rank(self) -> int:
        return 0

    def kernel(self, *inputs: Any) -> Any:
        serialized = next(each_as_bytes(np.asarray(inputs[0], object)))
        made: list[Any] = []
        for value, wanted in zip(
            _found(read_example(serialized), self.features, ("", ". ")), self.features, strict=True
        ):
            if wanted.kind == "sparse":
                places = np.arange(len(value), dtype=np.int64)[:, None]
                made += [places, value, np.array([len(value)], np.int64)]
            else:
                made.append(value)
        return tuple(made)


def _found(
    example: Mapping[str, tuple[DType, bytes]], features: Sequence[Wanted], context: tuple[str, str]
) -> list[Any]:
    """The values of one example. `context`: what messages say before and after a feature's name."""
    before, after = context
    values = []
    for wanted in features:
        if wanted.key not in example:
            values.append(_missing(wanted, before))
            continue
        dtype, content = example[wanted.key]
        if dtype != wanted.dtype:
            raise InvalidArgumentError(
                message=f"{before}Key: {wanted.key}{after} Data types don't match. "
                f"Data type: {_KIND_NAMES[dtype.name]} but expected type: {_KIND_NAMES[wanted.dtype.name]}"
            )
        try:
            array = _array(values_of(dtype, content), dtype)
        except DecodeError:
            message = f"{before}Key: {wanted.key}{after} Can't parse serialized Example."
            raise InvalidArgumentError(message=message) from None
        if wanted.kind == "sparse":
            values.append(array)
            continue
        shape = (-1, *wanted.shape) if wanted.kind == "sequence" else wanted.shape
        expected = int(np.prod(wanted.shape))
        fits = array.size == expected if wanted.kind == "fixed" else expected > 0 and array.size % expected == 0
        if not fits:
            raise InvalidArgumentError(
                message=f"{before}Key: {wanted.key}{after} Number of {_KIND_NAMES[dtype.name]} values != expected.  "
                f"Values size: {array.size} but output shape: {list(wanted.shape)}"
            )
        values.append(array.reshape(shape))
    return values


def _missing(wanted: Wanted, before: str) -> Any:
    if wanted.kind != "fixed":
        return np.zeros((0, *wanted.shape), wanted.dtype.as_numpy_dtype)
    if wanted.fill is None:
        kind = _KIND_NAMES[wanted.dtype.name]
        raise InvalidArgumentError(
            message=f"{before}Feature: {wanted.key} (data type: {kind}) is required but could not be found."
        )
    return wanted.fill.array


def _array(values: Any, dtype: DType) -> Any:
    return object_array(iter(values), -1) if dtype == string else np.asarray(values, dtype.as_numpy_dtype)


def _together(values: list[Any], wanted: Wanted) -> Iterator[Any]:
    """The values of one feature in all examples, as outputs."""
    dtype = wanted.dtype.as_numpy_dtype
    lengths = [len(value) if wanted.kind != "fixed" else 0 for value in values]
    longest = max(lengths, default=0)
    if wanted.kind == "sparse":
        rows = np.repeat(np.arange(len(values), dtype=np.int64), lengths)
        places = np.concatenate([np.empty(0, np.int64), *map(np.arange, lengths)]).astype(np.int64)
        yield np.stack([rows, places], 1)
        yield np.concatenate([np.empty(0, dtype), *values])
        yield np.array([len(values), longest], np.int64)
        return
    steps = (longest,) if wanted.kind == "sequence" else ()
    result = np.empty((len(values), *steps, *wanted.shape), dtype)
    if wanted.kind == "sequence" and wanted.fill is not None:
        result[...] = wanted.fill.array
    for row, value in enumerate(values):
        if wanted.kind == "sequence":
            result[row, : len(value)] = value
        else:
            result[row] = value
    yield result


def _by_key(features: Sequence[Wanted], outputs: Sequence[Tensor]) -> dict[str, Any]:
    rest = iter(outputs)
    return {
        wanted.key: SparseTensor(next(rest), next(rest), next(rest)) if wanted.kind == "sparse" else next(rest)
        for wanted in features
    }


def parse_example(
    serialized: Any, features: Mapping[str, Any], name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """The features of serialized Example messages, strings [n]: by name, tensors [n, ...] or SparseTensors.

    Args:
      features: FixedLenFeature, FixedLenSequenceFeature or VarLenFeature by name.
      example_names: strings [n] that messages about an example name it by.
    """
    wanted = wanted_features(features)
    graph = get_default_graph()
    with graph.name_scope(name or "ParseExample"):
        names = convert_to_tensor(example_names if example_names is not None else np.empty(0, object), string, "names")
        given = convert_to_tensor(serialized, string, "serialized")
        made = graph.create(ParseExample(wanted), (given, names), "ParseExample")
    return _by_key(wanted, made.outputs)


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """The features of one serialized Example message, a string: by name, tensors or SparseTensors."""
    wanted = wanted_features(features)
    graph = get_default_graph()
    with graph.name_scope(name or "ParseSingleExample"):
        given = convert_to_tensor(serialized, string, "serialized")
        made = graph.create(ParseSingleExample(wanted), (given,), "ParseSingleExample")
    return _by_key(wanted, made.outputs)
