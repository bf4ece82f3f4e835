"""FeedableCursor: the place of an iterator that stands for others, which is that of the one it stands for in a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

import numpy as np

from estimators.compiler.reference import evaluate
from estimators.host_stage import HostStage
from estimators.iterator_cursor import IteratorCursor
from estimators.state import State
from input_fns.data.iterator import IteratorSource, iterator_of
from model_fns.errors import InvalidArgumentError
from model_fns.graph.tensor import Tensor


@final
class FeedableCursor:
    """Where a session has got to in the iterator whose handle is given.

    Args:
      source: the iterator that stands for others.
      state: the session's, for what the handle may depend on.
      cursor_of: the session's place in one of those.
    """

    endless = False  # each run may choose another

    def __init__(
        self, source: IteratorSource, state: State, cursor_of: Callable[[IteratorSource], IteratorCursor]
    ) -> None:
        assert source.handle is not None
        self.source, self._handle, self._state, self._cursor_of = source, source.handle, state, cursor_of
        self._chosen: IteratorCursor | None = None

    def choose(self, given: Mapping[Tensor, Any]) -> None:
        """Stands for the iterator whose handle is among `given` values, or follows from them.

        Raises InvalidArgumentError for a handle of none, and for one with elements of another kind.
        """
        state = self._state
        (handle,) = evaluate([self._handle], given, state.arrays, state.seed, state.draws)
        source = iterator_of(self._handle.graph, np.asarray(handle).item())
        own, other = self.source.structure, source.structure
        if [spec.dtype for spec in own.specs] != [spec.dtype for spec in other.specs]:
            raise InvalidArgumentError(
                message=f"Expected an iterator with output types {own.types!r}, but the handle is of one with "
                f"{other.types!r}."
            )
        self._chosen = self._cursor_of(source)

    def can_gather(self, tensors: Sequence[Tensor], ahead: HostStage | None) -> bool:
        return False

    def gather(self, ahead: int = 0) -> tuple[np.ndarray[Any, Any], ...]:
        """The next element of the iterator chosen, or one further `ahead`."""
        if self._chosen is None:
            self.choose({})
        assert self._chosen is not None
        return self._chosen.gather(ahead)

    def alike(self) -> int:
        """How many of the next elements are known to be of one size."""
        return 1

    def advance(self, elements: int) -> None:
        """Moves on in the iterator chosen; the next run chooses anew."""
        assert self._chosen is not None
        self._chosen.advance(elements)

    def place(self, until: int | None) -> None:
        """Nothing to save: as in TensorFlow, a dataset is read from its beginning by every training."""
