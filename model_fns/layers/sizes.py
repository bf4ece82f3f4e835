"""Window sizes, strides, padding and data formats as a program may write them."""

from __future__ import annotations

import operator
from typing import Any


def size_tuple(value: Any, rank: int, argument: str) -> tuple[int, ...]:
    """`value` as `rank` integers: one number is repeated. ValueError for anything else."""
    refusal = f"The `{argument}` argument must be a tuple of {rank} integers. Received: {value}"
    if hasattr(value, "__index__"):
        return (operator.index(value),) * rank
    try:
        sizes = tuple(operator.index(size) for size in value)
    except TypeError:
        raise ValueError(refusal) from None
    if len(sizes) != rank:
        raise ValueError(refusal)
    return sizes


def checked_padding(value: Any) -> str:
    """`valid`, `same` or `causal` in any case. ValueError for anything else."""
    padding = str(value).lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError(
            'The `padding` argument must be a list/tuple or one of "valid", "same" (or "causal", only for `Conv1D). '
            f"Received: {value}"
        )
    return padding


def checked_data_format(value: Any) -> str:
    """`channels_first` or `channels_last` in any case. ValueError for anything else."""
    data_format = str(value).lower()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f'The `data_format` argument must be one of "channels_first", "channels_last". Received: {value}'
        )
    return data_format
