"""Numbers written as text, as TensorFlow reads them: spaces around are ignored, nothing else is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from model_fns.graph.dtypes import DType

_INTEGER = re.compile(rb"-?[0-9]+")
_FLOAT = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?(?:inf|nan)", re.IGNORECASE)
_HEXADECIMAL = re.compile(rb"0x[0-9a-f]+", re.IGNORECASE)


def reader(dtype: DType) -> Callable[[bytes], Any]:
    """A function from text to a Python number that `dtype` can hold; None for text that is no such number."""
    if dtype.is_floating:
        return _float
    lowest, highest = np.iinfo(dtype.as_numpy_dtype).min, np.iinfo(dtype.as_numpy_dtype).max

    def integer(text: bytes) -> int | None:
        text = text.strip()
        number = int(text) if _INTEGER.fullmatch(text) else None
        return number if number is not None and lowest <= number <= highest else None

    return integer


def _float(text: bytes) -> float | None:
    text = text.strip()
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(int(text, 16)) if _HEXADECIMAL.fullmatch(text) else None
