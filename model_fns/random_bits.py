"""Random numbers from a counter: the i-th number of a key is a function of the key and i, and of nothing else.

So results depend neither on the order nor on the number of workers that ask, and an interrupted training goes on where
it stopped by knowing seed and step. The generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
number generators", OOPSLA 2014): its finaliser, applied to key + (i + 1) * golden ratio modulo 2**64.

`estimators/kernels/random.py` is the same in machine code, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

GOLDEN_GAMMA = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio, made odd
_MASK = (1 << 64) - 1
_BLOCK = 16384
PARTS, PARTS_MOST = 8, 128  # so many random numbers of one, for bounds of at most so much: 2**56 possibilities


def _mix(z: Any) -> Any:
    """SplitMix64's finaliser of an array of uint64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _bits_at(key: int | np.uint64, indices: Any) -> Any:
    return _mix(np.uint64(int(key) & _MASK) + (indices.astype(np.uint64) + np.uint64(1)) * np.uint64(GOLDEN_GAMMA))


def random_bits(key: int | np.uint64, count: int) -> Any:
    """The first `count` numbers of a key: uint64 [count]."""
    return _bits_at(key, np.arange(count, dtype=np.uint64))


def made_of_bits(key: int | np.uint64, count: int, make: Callable[[Any], Any], dtype: Any) -> Any:
    """make(random_bits(key, count)) as an array of `dtype`, made in blocks that stay in the processor's cache."""
    made = np.empty(count, dtype)
    for start in range(0, count, _BLOCK):
        stop = min(start + _BLOCK, count)
        made[start:stop] = make(_bits_at(key, np.arange(start, stop, dtype=np.uint64)))
    return made


def random_key(seed: int, stream: int, step: int) -> np.uint64:
    """A key for each seed, stream (say, the number of an op) and step: each picks one number of the key before."""
    key = np.uint64(0)
    for number in (seed, stream, step):
        key = _bits_at(key, np.array([int(number) & _MASK], np.uint64))[0]
    return key


def uniform(bits: Any, dtype: Any) -> Any:
    """Numbers in [0, 1), evenly spaced: float32 from the top 24 of the bits, float64 from the top 53."""
    if np.dtype(dtype) == np.float32:
        return (bits >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _multiply_high(a: Any, b: Any) -> Any:
    """The upper 64 of the 128 bits of a product, from the four products of halves."""
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    middle = (a >> half) * (b & low) + ((a & low) * (b & low) >> half)
    other = (a & low) * (b >> half) + (middle & low)
    return (a >> half) * (b >> half) + (middle >> half) + (other >> half)


def random_below(key: int | np.uint64, indices: Any, stride: int, bounds: Any) -> Any:
    """For each index a number in 0..bound-1 without bias: uint64, shaped like `indices`.

    Lemire, "Fast random integer generation in an interval", 2019: the upper half of bits * bound, refused where the
    lower half falls below 2**64 modulo bound. Attempt a of index i takes number i + a * stride of the key, so that no
    index disturbs another.
    """
    result = np.empty(len(indices), np.uint64)
    open_positions = np.arange(len(indices))
    indices = indices.astype(np.uint64)
    while len(open_positions):
        bits, bound = _bits_at(key, indices[open_positions]), bounds[open_positions]
        result[open_positions] = _multiply_high(bits, bound)
        refused = bits * bound < (~bound + np.uint64(1)) % bound
        open_positions = open_positions[refused]
        indices[open_positions] += np.uint64(stride)
    return result


def random_parts(key: int | np.uint64, index: int, stride: int) -> list[int]:
    """Eight numbers, below index + 1, index + 2, ... index + 8, of one number of the key, without bias.

    Brackett-Rozinsky, Lemire, "Batched ranged random integer generation", 2024: each takes the upper half of its
    product with what the one before left, the lower half. Refused, as in `random_below`, for the product of all bounds.
    """
    bounds = range(index + 1, index + PARTS + 1)
    while True:
        rest = int(_bits_at(key, np.array([index], np.uint64))[0])
        parts = []
        for bound in bounds:
            part, rest = divmod(rest * bound, 1 << 64)
            parts.append(part)
        if rest >= (1 << 64) % math.prod(bounds):
            return parts
        index += stride


def shuffle_order(count: int, key: int | np.uint64) -> Any:
    """A random permutation of 0..count-1 (int64 [count]), every one equally likely.

    Fisher and Yates', from the inside: element i takes the place of a partner among 0..i, who moves to place i.
    """
    partners: list[int] = []
    while len(partners) + PARTS <= min(count, PARTS_MOST):
        partners += random_parts(key, len(partners), count)
    rest = np.arange(len(partners), count, dtype=np.uint64)
    partners += random_below(key, rest, count, rest + np.uint64(1)).tolist()
    order = list(range(count))
    for position, partner in enumerate(partners):
        order[position] = order[partner]
        order[partner] = position
    return np.array(order, np.int64)
