"""Vocabularies: from strings or integers to their numbers, and from numbers to strings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, final

import numpy as np

from model_fns.fingerprint import fingerprint64
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, int64, string
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.strings import each_as_bytes, object_array

Vocabulary = tuple[bytes, ...]


@final
@dataclass(frozen=True)
class VocabularyIds(Op):
    """The place of each value in the vocabulary, values being integers or strings

    A value that is not there gets the number of one of `oov_buckets` after the last, by its fingerprint, or `default`
    if there are no such buckets. Integers are in the vocabulary by their decimal form.
    """

    type_name: ClassVar[str] = "LookupTableFindV2"
    vocabulary: Vocabulary
    default: int = -1
    oov_buckets: int = 0
    row_wise: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        if inputs[0] != string and not inputs[0].is_integer:
            raise TypeError(f"values must be strings or integers, but they are {inputs[0].name}")
        return int64

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        array, places = np.asarray(inputs[0]), self._places
        found = (places[value] if value in places else self._other(value) for value in each_as_bytes(array))
        return np.fromiter(found, np.int64, array.size).reshape(array.shape)

    @cached_property
    def _places(self) -> dict[bytes, int]:
        return {value: place for place, value in enumerate(self.vocabulary)}

    def _other(self, value: bytes) -> int:
        if not self.oov_buckets:
            return self.default
        return len(self.vocabulary) + fingerprint64(value) % self.oov_buckets


@final
@dataclass(frozen=True)
class VocabularyStrings(Op):
    """The string at each place of the vocabulary, `default` for a place that it does not have"""

    type_name: ClassVar[str] = "LookupTableFindV2"
    vocabulary: Vocabulary
    default: bytes = b"UNK"
    row_wise: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return string

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        array, known = np.asarray(inputs[0]), range(len(self.vocabulary))
        found = (self.vocabulary[i] if i in known else self.default for i in array.ravel().tolist())
        return object_array(found, array.shape)


def as_vocabulary(values: Any) -> Vocabulary:
    """Strings or integers as the vocabulary of an op."""
    return tuple(each_as_bytes(object_array(iter(values), -1)))


def vocabulary_ids(
    values: Any, vocabulary: Any, default: int = -1, oov_buckets: int = 0, name: str | None = None
) -> Tensor:
    """The place of each of `values` in the vocabulary, a sequence of strings or integers: int64. See VocabularyIds."""
    definition = VocabularyIds(as_vocabulary(vocabulary), default, oov_buckets)
    return apply(definition, name, values=convert_to_tensor(values))


def vocabulary_strings(ids: Any, vocabulary: Any, name: str | None = None) -> Tensor:
    """The string at each place of the vocabulary; `UNK` for a number that is no place."""
    return apply(VocabularyStrings(as_vocabulary(vocabulary)), name, ids=convert_to_tensor(ids))
