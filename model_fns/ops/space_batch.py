"""Blocks of space moved into the batch and back: what dilated convolutions are made of elsewhere."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Symbol
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.joining import transpose
from model_fns.ops.shaping import reshape
from model_fns.ops.sizes import known_rank, product_of, sizes_of
from model_fns.ops.slicing import StridedSlice, pad


class PaddingsAndCrops(NamedTuple):
    """What to pad before space_to_batch, and to crop after batch_to_space."""

    paddings: Any
    crops: Any


def space_to_batch_nd(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Tensor:
    """[batch, *space, ...] padded and cut into blocks of `block_shape`, whose places become the outer batch.

    `paddings` is [len(block_shape), 2]. The result is [prod(block_shape) * batch, *(padded space / block), ...].
    """
    x = convert_to_tensor(input)
    blocks, around = _numbers(block_shape, "block_shape", 1), _numbers(paddings, "paddings", 2)
    _verify(x, blocks, around, "paddings")
    count = len(blocks)
    with x.graph.as_default(), x.graph.name_scope(name or "SpaceToBatchND"):
        beside = [[0, 0]] * (known_rank(x) - 1 - count)
        padded = pad(x, [[0, 0], *around.tolist(), *beside]) if around.any() else x
        sizes = sizes_of(padded)
        for axis, (size, block) in enumerate(zip(sizes[1:], blocks, strict=False), 1):
            if isinstance(size, int) and size % block:
                raise ValueError(f"padded_shape[{axis - 1}]={size} is not divisible by block_shape[{axis - 1}]={block}")
        cut = [[size // int(block), int(block)] for size, block in zip(sizes[1 : 1 + count], blocks, strict=True)]
        split = reshape(padded, [sizes[0], *(part for pair in cut for part in pair), *sizes[1 + count :]])
        places = [2 + 2 * i for i in range(count)]
        rest = [1 + 2 * i for i in range(count)] + list(range(1 + 2 * count, known_rank(split)))
        moved = transpose(split, [*places, 0, *rest])
        batch = sizes[0] * int(np.prod(blocks))
        return reshape(moved, [batch, *(pair[0] for pair in cut), *sizes[1 + count :]])


def batch_to_space_nd(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """The inverse of `space_to_batch_nd`: blocks out of the batch back into space, then `crops` [n, 2] cut off."""
    x = convert_to_tensor(input)
    blocks, cropped = _numbers(block_shape, "block_shape", 1), _numbers(crops, "crops", 2)
    _verify(x, blocks, cropped, "crops")
    count = len(blocks)
    with x.graph.as_default(), x.graph.name_scope(name or "BatchToSpaceND"):
        sizes, total = sizes_of(x), int(np.prod(blocks))
        if isinstance(sizes[0], int) and sizes[0] % total:
            raise ValueError(f"Dimension size must be evenly divisible by {total} but is {sizes[0]}")
        batch = sizes[0] // total
        split = reshape(x, [*map(int, blocks), batch, *sizes[1:]])
        pairs = [axis for i in range(count) for axis in (count + 1 + i, i)]
        moved = transpose(split, [count, *pairs, *range(2 * count + 1, known_rank(split))])
        space = [product_of([size, int(block)]) for size, block in zip(sizes[1 : 1 + count], blocks, strict=True)]
        whole = reshape(moved, [batch, *space, *sizes[1 + count :]])
        for axis, (size, (before, after)) in enumerate(zip(space, cropped, strict=True)):
            if isinstance(size, int) and before + after > size:
                raise ValueError(f"Cannot crop {before} and {after} off axis {axis + 1} of {size} elements")
        ends = tuple((int(before), -int(after) or None, 1) for before, after in cropped)
        return apply(StridedSlice(((None, None, 1), *ends)), x=whole) if cropped.any() else whole


def space_to_batch(
    input: Any, paddings: Any, block_size: Any = None, name: str | None = None, block_shape: Any = None
) -> Tensor:
    """`space_to_batch_nd` of [batch, height, width, channels] with square blocks."""
    size = block_size if block_shape is None else block_shape
    return space_to_batch_nd(input, [size, size], paddings, name or "SpaceToBatch")


def batch_to_space(input: Any, crops: Any, block_size: Any, name: str | None = None, block_shape: Any = None) -> Tensor:
    """`batch_to_space_nd` of [batch, height, width, channels] with square blocks."""
    size = block_size if block_shape is None else block_shape
    return batch_to_space_nd(input, [size, size], crops, name or "BatchToSpace")


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> PaddingsAndCrops:
    """At least `base_paddings` [n, 2], so that blocks of `block_shape` fill `input_shape`; and what to crop after."""
    sizes, blocks = _numbers(input_shape, "input_shape", 1), _numbers(block_shape, "block_shape", 1)
    base = np.zeros((len(blocks), 2), int) if base_paddings is None else _numbers(base_paddings, "base_paddings", 2)
    extra = -(sizes + base.sum(1)) % blocks
    paddings = np.stack([base[:, 0], base[:, 1] + extra], 1).astype(np.int32)
    crops = np.stack([np.zeros_like(extra), extra], 1).astype(np.int32)
    return PaddingsAndCrops(convert_to_tensor(paddings, name="paddings"), convert_to_tensor(crops, name="crops"))


def _numbers(given: Any, what: str, rank: int) -> np.ndarray:
    """What must be known when the graph is built, as an array of `rank` axes."""
    known = given.known_value if isinstance(given, Tensor) else np.asarray(given)
    if known is None or any(isinstance(item, Symbol) for item in np.ravel(known).tolist()):
        raise ValueError(f"{what} must be known when the graph is built, got {given}")
    if np.ndim(known) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {np.ndim(known)}: {what} is {np.asarray(known)}")
    return np.asarray(known).astype(int)


def _verify(x: Tensor, blocks: np.ndarray, around: np.ndarray, what: str) -> None:
    if known_rank(x) < len(blocks) + 1:
        raise ValueError(f"input rank should be >= {len(blocks) + 1} instead of {known_rank(x)}")
    if around.shape != (len(blocks), 2):
        raise ValueError(f"{what} should have shape [{len(blocks)}, 2] instead of {list(around.shape)}")
    if (blocks < 1).any():
        raise ValueError(f"block_shape must be positive, but is {blocks.tolist()}")
    if (around < 0).any():
        raise ValueError(f"{what} cannot be negative, but are {around.tolist()}")
