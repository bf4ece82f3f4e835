"""Pictures made of characters: plain ASCII, so that every terminal, pipe and log can hold them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

import numpy as np

_SHADES = np.array(list(" .:-=+*#%@"))
# A character is about twice as high as wide, so this is a square.
_ROWS, _COLUMNS, _GAP = 7, 14, 2
_LEAST_SIZE = 8


def images_among(features: Any, image_shape: tuple[int, int] | None = None) -> np.ndarray[Any, Any] | None:
    """The first of the features that are images, float [n, height, width]; None if none are.

    Images have the shape [n, height, width] or [n, height, width, 1], or are flat and `image_shape` tells their sizes.
    """
    for array in features.values() if isinstance(features, dict) else [features]:
        shape = np.shape(array)
        if image_shape is not None and len(shape) == 2 and shape[1] == image_shape[0] * image_shape[1]:
            return np.reshape(np.asarray(array, float), (-1, *image_shape))
        is_image = len(shape) == 3 or (len(shape) == 4 and shape[3] == 1)
        if is_image and min(shape[1:3]) >= _LEAST_SIZE and np.asarray(array).dtype.kind in "fiub":
            return np.reshape(np.asarray(array, float), shape[:3])
    return None


def pictures(images: np.ndarray[Any, Any], captions: Sequence[str]) -> str:
    """The images side by side, as many to a row as the terminal is wide, each with its caption below."""
    width = shutil.get_terminal_size((80, 24)).columns
    abreast = max(1, (width + _GAP) // (_COLUMNS + _GAP))
    drawn = [[*picture(image), caption.center(_COLUMNS)] for image, caption in zip(images, captions, strict=True)]
    rows = [drawn[first : first + abreast] for first in range(0, len(drawn), abreast)]
    lines = ["\n".join((" " * _GAP).join(line).rstrip() for line in zip(*row, strict=True)) for row in rows]
    return "\n\n".join(lines)


def picture(image: np.ndarray[Any, Any]) -> list[str]:
    """One image as lines of characters, the lightest for its least value, the darkest for its greatest."""
    small = _resized(_resized(image, _ROWS).T, _COLUMNS).T
    span = small.max() - small.min()
    shade = np.sqrt((small - small.min()) / span) if span else np.zeros_like(small)
    return ["".join(line) for line in _SHADES[np.rint(shade * (len(_SHADES) - 1)).astype(int)]]


def _resized(image: np.ndarray[Any, Any], rows: int) -> np.ndarray[Any, Any]:
    """`image` with so many rows, each the mean of what it covers."""
    return np.repeat(image, rows, axis=0).reshape(rows, len(image), -1).mean(axis=1)
