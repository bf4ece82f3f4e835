"""A table of flowers, made up: sizes in centimetres and a colour, of three kinds that overlap a little."""

from __future__ import annotations

import numpy as np

KINDS = ["campion", "crocus", "poppy"]
COLORS = ["pink", "purple", "yellow", "red"]
_USUAL = {"campion": ("pink", "red"), "crocus": ("purple", "yellow"), "poppy": ("red", "yellow")}


def flowers(count: int, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Features by name and the kinds, as numbers."""
    generator = np.random.default_rng(seed)
    kinds = generator.integers(0, 3, count)
    length = 3.0 + kinds + generator.normal(0, 0.6, count)
    width = 2.0 - 0.5 * kinds + generator.normal(0, 0.4, count)
    colors = np.array([_USUAL[KINDS[kind]][generator.integers(0, 2)] for kind in kinds], object)
    return {"petal_length": length, "petal_width": width, "color": colors}, kinds
