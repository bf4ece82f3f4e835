"""Arrays in few words, as TensorFlow 1 prints them in tf.Print and failed assertions."""

from __future__ import annotations

from typing import Any

import numpy as np

_DIGITS = {"float16": (6, 6), "float32": (6, 9), "float64": (15, 17)}  # few, and enough to tell every number


def summarized(value: Any, most: int) -> str:
    """The first `most` elements (all, if it is negative) of an array: `1 2 3...`, `[1 2][3...]...` for a matrix."""
    array = np.asarray(value)
    flat = array.ravel()[: array.size if most < 0 else most]
    words = [_word(item, str(array.dtype)) for item in flat.tolist()]
    left = "..." if len(words) < array.size else ""
    if array.ndim < 2:
        return " ".join(words) + left
    return _nested(words, list(array.shape)) + left


def _nested(words: list[str], sizes: list[int]) -> str:
    """`words`, taken from the front of the list, in brackets that show the axes; a row cut short ends in dots."""
    if len(sizes) == 1:
        shown = words[: sizes[0]]
        del words[: sizes[0]]
        return " ".join(shown) + ("..." if len(shown) < sizes[0] else "")
    parts = []
    for _ in range(sizes[0]):
        if words:
            parts.append(f"[{_nested(words, sizes[1:])}]")
    return "".join(parts)


def _word(item: Any, dtype: str) -> str:
    if isinstance(item, bytes):
        return item.decode("utf-8", "replace")
    if isinstance(item, float):
        few, many = _DIGITS[dtype]
        short = f"{item:.{few}g}"
        kind = np.dtype(dtype).type
        return short if kind(short) == kind(item) or item != item else f"{item:.{many}g}"
    return str(int(item)) if isinstance(item, bool) else str(item)
