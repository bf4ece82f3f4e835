"""Choosing among boxes that overlap: the best, and what does not lie too much over a better one."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal, unknown
from model_fns.graph.dtypes import DType, float32, int32
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, graph_of


@final
class NonMaxSuppressionV3(Op):
    """The places of the chosen boxes, for boxes, scores, the most there may be, and the two thresholds"""

    def output_dtype(self, *inputs: DType) -> DType:
        return int32

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        boxes, scores, *scalars = inputs
        for dims, rank in ((boxes, 2), (scores, 1), *((dims, 0) for dims in scalars)):
            if dims is not None and len(dims) != rank:
                raise ValueError(f"Shape must be rank {rank} but is rank {len(dims)}")
        if boxes is not None and not may_equal(boxes[1], 4):
            raise ValueError(f"Dimension must be 4 but is {boxes[1]}")
        if boxes is not None and scores is not None and not may_equal(boxes[0], scores[0]):
            raise ValueError(f"Dimensions must be equal, but are {boxes[0]} and {scores[0]}")
        return (unknown(),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * 5

    def kernel(self, *inputs: Any) -> Any:
        boxes, scores, most, overlap, least = inputs
        if not 0 <= overlap <= 1:
            raise InvalidArgumentError(message="iou_threshold must be in [0, 1]")
        limit = len(boxes) if most < 0 else min(int(most), len(boxes))
        chosen: list[int] = []
        for place in _by_score(scores, least):
            if len(chosen) == limit:
                break
            if not chosen or not (_overlaps(boxes[place], boxes[chosen]) >= overlap).any():
                chosen.append(place)
        return np.array(chosen, np.int32)


def _by_score(scores: Any, least: Any) -> list[int]:
    """The places of scores above `least`, from the highest down; equal ones in the order of a binary heap.

    That is how TensorFlow comes to its order, which shows where scores are equal.
    """
    heap: list[int] = []
    values = np.asarray(scores).tolist()
    for place, score in enumerate(values):
        if score > float(least):
            heap.append(place)
            _rise(heap, len(heap) - 1, values)
    order = []
    while heap:
        order.append(heap[0])
        last = heap.pop()
        if heap:
            hole = 0
            while 2 * hole + 1 < len(heap):
                child = min(2 * hole + 2, len(heap) - 1)
                if values[heap[child]] < values[heap[2 * hole + 1]]:
                    child = 2 * hole + 1
                heap[hole] = heap[child]
                hole = child
            heap[hole] = last
            _rise(heap, hole, values)
    return order


def _rise(heap: list[int], position: int, values: list[float]) -> None:
    """Moves an item up until none above it has a lower value."""
    item = heap[position]
    while position and values[heap[(position - 1) // 2]] < values[item]:
        heap[position] = heap[(position - 1) // 2]
        position = (position - 1) // 2
    heap[position] = item


def _overlaps(box: Any, others: Any) -> Any:
    """The area that a box shares with each of `others` as a share of what both cover, 0 where one has no area.

    Boxes are (y, x) of two corners that lie across from each other.
    """
    low, high = np.minimum(box[:2], box[2:]), np.maximum(box[:2], box[2:])
    lows, highs = np.minimum(others[:, :2], others[:, 2:]), np.maximum(others[:, :2], others[:, 2:])
    area, areas = np.prod(high - low), np.prod(highs - lows, axis=1)
    shared = np.prod(np.maximum(np.minimum(high, highs) - np.maximum(low, lows), 0), axis=1)
    covered = area + areas - shared
    return np.where((area > 0) & (areas > 0), shared / np.where(covered > 0, covered, 1), 0).astype(others.dtype)


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """The places of the boxes to keep, the one of the highest score first.

    A box is left out if it covers so much of a chosen one that the share of what both have in what either has is at
    least `iou_threshold`, or if its score is not above `score_threshold`.

    Args:
      boxes: float32 [n, 4], (y1, x1, y2, x2) of two corners that lie across from each other.
      scores: float32 [n].
      max_output_size: int32 scalar, how many there may be at most.
    Returns int32 [at most max_output_size]. InvalidArgumentError for an iou_threshold outside of 0 to 1.
    """
    graph = graph_of(boxes, scores, max_output_size)
    with graph.as_default(), graph.name_scope(name or "non_max_suppression"):
        given = {"boxes": boxes, "scores": scores, "iou_threshold": iou_threshold, "score_threshold": score_threshold}
        tensors = {
            key: convert_to_tensor(item, None if isinstance(item, Tensor) else float32, key)
            for key, item in given.items()
        }
        return apply(
            NonMaxSuppressionV3(),
            boxes=tensors["boxes"],
            scores=tensors["scores"],
            max_output_size=convert_to_tensor(max_output_size, None, "max_output_size"),
            iou_threshold=tensors["iou_threshold"],
            score_threshold=tensors["score_threshold"],
        )
