"""IteratorCursor: a place in a dataset."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, final

import numpy as np

from estimators.compiler.reference import evaluate
from estimators.host_stage import HostStage
from estimators.state import State
from input_fns.data.iterator import IteratorSource
from input_fns.data.node import Node
from input_fns.data.opening import Element, Opening
from model_fns.errors import FailedPreconditionError, InvalidArgumentError, OutOfRangeError
from model_fns.graph.dimensions import Dims, Symbol
from model_fns.graph.op import TensorSpec
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.host_program import HostProgram

_NOT_STARTED = (
    "GetNext() failed because the iterator has not been initialized. Ensure that you have run the initializer "
    "operation for this iterator before getting the next element."
)


@final
class IteratorCursor:
    """Where a session has got to in an iterator's dataset. Elements are fed: machine code cannot gather them.

    Args:
      source: the iterator.
      state: the session's, for the seed, and the variables that the dataset depends on.
    """

    def __init__(self, source: IteratorSource, state: State) -> None:
        self.source, self._state = source, state
        self._node = source.node
        self._elements: Iterator[Element] | None = None
        self._ahead: deque[tuple[np.ndarray[Any, Any], ...]] = deque()
        self._starts = 0

    def can_gather(self, tensors: Sequence[Tensor], ahead: HostStage | None) -> bool:
        return False

    @property
    def endless(self) -> bool:
        """Whether it is certain that the elements never end."""
        return self._node is not None and self._node.endless

    def start(self, node: Node, feeds: Mapping[Tensor, Any] | None = None) -> None:
        """Begins at the first element of `node`, with what is fed for the tensors that it depends on."""
        state, tensors = self._state, list(dict.fromkeys(node.tensors()))
        values = evaluate(tensors, feeds, state.arrays, state.seed, state.draws) if tensors else []
        opening = Opening(dict(zip(tensors, values, strict=True)), HostProgram, state.seed, state.draws + self._starts)
        self._node, self._elements = node, node.open(opening).elements()
        self._starts += 1
        self._ahead.clear()

    def gather(self, ahead: int = 0) -> tuple[np.ndarray[Any, Any], ...]:
        """The next element, or one further `ahead`, without moving on. OutOfRangeError if there is none."""
        while len(self._ahead) <= ahead:
            if self._elements is None:
                if self._node is None:
                    raise FailedPreconditionError(message=_NOT_STARTED)
                self.start(self._node)
            assert self._elements is not None
            element = next(self._elements, None)
            if element is None:
                raise OutOfRangeError(message="End of sequence")
            self._ahead.append(_arrays(element, self.source.structure.specs))
        return self._ahead[ahead]

    def alike(self) -> int:
        """How many of the next elements are known to be of one size: 1, or 0 at the end."""
        try:
            self.gather()
        except OutOfRangeError:
            return 0
        return 1

    def advance(self, elements: int) -> None:
        for _ in range(elements):
            self._ahead.popleft()

    def place(self, until: int | None) -> None:
        """Nothing to save: as in TensorFlow, a dataset is read from its beginning by every training."""


def _arrays(element: Element, specs: Sequence[TensorSpec]) -> tuple[np.ndarray[Any, Any], ...]:
    arrays = []
    for value, spec in zip(element, specs, strict=True):
        array = np.asarray(value, spec.dtype.as_numpy_dtype)
        if not _fits(array.shape, spec.dims):
            raise InvalidArgumentError(
                message=f"An element of shape {array.shape} came where the dataset has shape {TensorShape(spec.dims)}."
            )
        arrays.append(array)
    return tuple(arrays)


def _fits(shape: tuple[int, ...], dims: Dims | None) -> bool:
    if dims is None:
        return True
    return len(shape) == len(dims) and all(
        size == dim or isinstance(dim, Symbol) for size, dim in zip(shape, dims, strict=True)
    )
