"""Look-up tables: `StaticHashTable(KeyValueTensorInitializer(keys, values), default).lookup(tensor)`.

A table is filled when it is made, so there is nothing to initialize; `initializer` is there, and does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from model_fns.errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype, int64, string
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.control import no_op
from model_fns.ops.table_lookup import TableLookup
from model_fns.sparse_tensor import SparseTensor


class TextFileIndex:
    """What a column number may be instead, in TextFileInitializer."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


@final
class KeyValueTensorInitializer:
    """The keys and the values of a table: arrays or constants of one shape. ValueError if they are anything else."""

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None
    ) -> None:
        self.key_dtype, self.keys = _known(keys, key_dtype)
        self.value_dtype, self.values = _known(values, value_dtype)
        if len(self.keys) != len(self.values):
            raise ValueError(f"There must be a value for each key, but {len(self.keys)} keys have {len(self.values)}.")


@final
class TextFileInitializer:
    """The keys and the values of a table, from the lines of a text file.

    Args:
      key_index, value_index: the column, from 0, or TextFileIndex.WHOLE_LINE or LINE_NUMBER.
      vocab_size: how many lines to read; all by default.
    Raises NotFoundError if there is no such file, InvalidArgumentError for a line with too few columns, or if there
    are fewer lines.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
    ) -> None:
        self.key_dtype, self.value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        lines = _lines(filename, vocab_size)
        parts = [line.split(delimiter.encode()) for line in lines]
        numbered = list(enumerate(zip(lines, parts, strict=True)))
        self.keys, self.values = (
            tuple(_cell(column, dtype, number, line, cells) for number, (line, cells) in numbered)
            for column, dtype in ((key_index, self.key_dtype), (value_index, self.value_dtype))
        )


class LookupTable:
    """A table from keys to values.

    Args:
      initializer: a KeyValueTensorInitializer or TextFileInitializer.
      default_value: what belongs to a key that is not there.
    Raises FailedPreconditionError if a key has two values.
    """

    def __init__(self, initializer: Any, default_value: Any, name: str | None = None) -> None:
        self.key_dtype: DType = initializer.key_dtype
        self.value_dtype: DType = initializer.value_dtype
        self._keys, self._values = _consistent(initializer.keys, initializer.values)
        self.default_value = _known(default_value, self.value_dtype)[1][0]
        self.name = name or "hash_table"
        self.initializer = no_op(f"{self.name}/table_init")
        get_default_graph().add_to_collection(GraphKeys.TABLE_INITIALIZERS, self.initializer)

    @property
    def init(self) -> Any:
        """`initializer`, as it was called first."""
        return self.initializer

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values for a tensor of keys, or for those of a SparseTensor. TypeError for keys of another type."""
        if isinstance(keys, SparseTensor):
            return SparseTensor(keys.indices, self.lookup(keys.values, name), keys.dense_shape)
        keys = convert_to_tensor(keys)
        if keys.dtype != self.key_dtype:
            raise TypeError(f"Signature mismatch. Keys must be dtype {self.key_dtype}, got {keys.dtype}.")
        return self._looked_up(keys, name or f"{self.name}_Lookup/LookupTableFindV2")

    def size(self, name: str | None = None) -> Tensor:
        """How many keys there are, int64."""
        return convert_to_tensor(np.int64(len(self._keys)), int64, name or f"{self.name}_Size")

    def _looked_up(self, keys: Tensor, name: str) -> Tensor:
        return apply(TableLookup(self._keys, self._values, self.default_value, self.value_dtype), name, x=keys)


@final
class StaticHashTable(LookupTable):
    """`tf.lookup.StaticHashTable`."""


@final
class HashTable(LookupTable):
    """`tf.contrib.lookup.HashTable`: the same, with a name to share it by, which is of no effect."""

    def __init__(
        self, initializer: Any, default_value: Any, shared_name: str | None = None, name: str | None = None
    ) -> None:
        super().__init__(initializer, default_value, name)


def _known(item: Any, dtype: Any) -> tuple[DType, tuple[Any, ...]]:
    """The type and the elements of an array or a constant, strings as bytes."""
    definition = convert_to_tensor(item, dtype).op.definition
    if not isinstance(definition, Constant):
        raise ValueError("The keys and values of a table must be constants; they cannot be computed here.")
    array = definition.value.array
    elements = (value.encode() if isinstance(value, str) else value for value in array.ravel().tolist())
    return as_dtype(array.dtype), tuple(elements)


def _consistent(keys: Sequence[Any], values: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    table: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        if table.setdefault(key, value) != value:
            raise FailedPreconditionError(
                message="HashTable has different value for same key. "
                f"Key {_shown(key)} has {_shown(table[key])} and trying to add value {_shown(value)}"
            )
    return tuple(table), tuple(table.values())


def _lines(filename: Any, most: int | None) -> list[bytes]:
    try:
        with open(filename, "rb") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        raise NotFoundError(message=f"{filename}; No such file or directory") from None
    if most and len(lines) < most:
        raise InvalidArgumentError(message=f"Invalid vocab_size in {filename}: expected {most} but got {len(lines)}")
    return lines[:most] if most else lines


def _cell(column: int, dtype: DType, number: int, line: bytes, cells: list[bytes]) -> Any:
    if column == TextFileIndex.LINE_NUMBER:
        return number
    if column >= len(cells):
        raise InvalidArgumentError(message=f"Invalid number of columns in line {number} ({_shown(line)})")
    value = line if column == TextFileIndex.WHOLE_LINE else cells[column]
    return value if dtype == string else dtype.as_numpy_dtype(value).item()


def _shown(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
