"""The processor that code is compiled for, and what of it decides the shape of the register tile. Knows no numba."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from llvmlite import binding


def processor() -> str:
    """LLVM's name of the processor: $NUMBA_CPU_NAME, as numba has it, or this machine's."""
    return os.environ.get("NUMBA_CPU_NAME") or str(binding.get_host_cpu_name())


def features() -> str:
    """The processor's features, such as `+avx2,+fma`: $NUMBA_CPU_FEATURES, as numba has it, or this machine's."""
    wish = os.environ.get("NUMBA_CPU_FEATURES")
    try:
        return str(binding.get_host_cpu_features().flatten()) if wish is None else wish
    except RuntimeError:  # LLVM does not know them on this system
        return ""


@dataclass(frozen=True)
class Host:
    """What the machine offers: bytes of a vector, rows of a tile, masked and half-wide vectors, fused multiply-add."""

    vector_bytes: int
    rows: int
    masks: bool
    halves: bool
    fused: bool

    def lanes(self, item_bytes: int) -> int:
        return self.vector_bytes // item_bytes

    def shapes(self, item_bytes: int) -> list[tuple[int, int]]:
        """The column shapes of a tile, each (full vectors, lanes of the last vector), by increasing width."""
        lanes = self.lanes(item_bytes)
        if self.halves:
            return [(0, lanes // 2), (0, lanes), (1, lanes // 2), (1, lanes)]
        # Without masks a tail is walked one column at a time.
        return [(0, lanes), (1, lanes)] if self.masks else [(0, 1), (0, lanes), (1, lanes)]


@cache
def host() -> Host:
    """The machine that kernels are compiled for.

    Tiles are two vectors wide and as high as the registers allow: rows * 2 sums, 2 vectors of B, 1 of A.
    """
    known = set(features().split(","))
    if {"+avx512f", "+avx512vl"} <= known:
        return Host(vector_bytes=64, rows=14, masks=True, halves=True, fused=True)
    if {"+avx2", "+fma"} <= known:
        return Host(vector_bytes=32, rows=6, masks=True, halves=False, fused=True)
    if "+neon" in known:
        return Host(vector_bytes=16, rows=14, masks=False, halves=False, fused=True)
    return Host(vector_bytes=16, rows=6, masks=False, halves=False, fused="+fma" in known)
