"""Tables: from keys to values, both of any type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, string
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor

Entry = int | float | bool | bytes | str


@final
@dataclass(frozen=True)
class TableLookup(Op):
    """The value that belongs to each key in x, `default` for a key that is not in the table

    Strings are bytes here; `keys` and `values` go in pairs.
    """

    type_name: ClassVar[str] = "LookupTableFindV2"
    keys: tuple[Entry, ...]
    values: tuple[Entry, ...]
    default: Entry
    value_dtype: DType
    row_wise: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return self.value_dtype

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        asked, table = np.asarray(inputs[0]), self._table
        dtype = object if self.value_dtype == string else self.value_dtype.as_numpy_dtype
        found = np.empty(asked.size, dtype)
        for place, key in enumerate(asked.ravel().tolist()):
            found[place] = table.get(key.encode() if isinstance(key, str) else key, self.default)
        return found.reshape(asked.shape)

    @cached_property
    def _table(self) -> dict[Any, Any]:
        return dict(zip(self.keys, self.values, strict=True))
