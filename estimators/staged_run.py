"""StagedRun: a run in several compiled pieces, with what the host looks at between them.

It stands in for a `Prepared` where the sizes of some tensors follow from values that are computed (see `cut`). What
comes after a look is compiled for the sizes found, or for all sizes if they keep coinciding differently.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any, final

import numpy as np

from estimators import logging
from estimators.compiler.cut import Cut, next_cut
from estimators.explanation import explained
from estimators.state import State
from estimators.step_inputs import StepInputs, fits
from estimators.step_program import StepProgram, step_program
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Dim, Dims, Symbol, is_known, named
from model_fns.graph.tensor import Operation, Tensor
from model_fns.host_program import HostProgram

_MOST_ALIKE = 2  # versions of a piece for sizes that coincide; the next is for any sizes


@final
class _Stage:
    """One compiled piece, and what the host does after it; the last one has no cut.

    Args:
      dims, known, done: what is there before it, see `next_cut`.
      number: how many there are before it.
    """

    def __init__(
        self,
        targets: Sequence[Any],
        dims: Mapping[Tensor, Dims],
        known: Mapping[Tensor, Any],
        done: Collection[Operation],
        title: str,
        number: int = 0,
    ) -> None:
        self.targets, self.dims, self.title, self.number = targets, dims, title, number
        self.cut = cut = next_cut(targets, dims, known, done)
        self.following: list[_Stage] = []
        self.known, self.done = dict(known), frozenset(done)
        wanted = list(targets)
        if cut is not None:
            wanted = [*cut.operations, *cut.looked_at, *cut.passed_on]
            self.known |= {tensor: value.known for tensor, value in cut.passed_on.items() if value.known is not None}
            self.done |= {*cut.once, *cut.border}
            self.made = tuple(tensor for operation in cut.border for tensor in operation.outputs)
            before = {op for op in cut.operations if not isinstance(op.definition, Constant)} | set(done)
            self.host = HostProgram(self.made, cut.looked_at, done=before)
            _tell(cut)
        self.step: StepProgram | None = None
        if cut is None or cut.once or any(tensor not in dims for tensor in cut.looked_at):
            from estimators.compiler.executable import Executable  # here: `import estimators` must not wait for numba

            self.step = step_program(wanted, dims, known=known, done=done)
            self.executable = Executable(self.step.program, title=title)

    def run(
        self, given: dict[Tensor, Any], state: State, workers: int, fetched: Collection[Tensor] | None
    ) -> _Stage | None:
        """Adds to `given` what this piece and the host make; the piece to run next. `fetched`: None for all."""
        found: dict[Tensor, Any] = {}
        if self.step is not None:
            wanted = [tensor for tensor in self.step.values if fetched is None or self.cut or tensor in fetched]
            _, values = self.executable.run(
                state.arrays,
                [given[tensor] for tensor in self.step.fed],
                draws=state.draws,
                seed=state.seed,
                workers=workers,
                fetches=[self.step.values[tensor] for tensor in wanted],
            )
            arrays = map(_as_array, wanted, values)
            found = dict(zip(wanted, arrays, strict=True))
        if self.cut is None:
            given.update(found)
            return None
        made = self.host([found.get(t, given.get(t)) for t in self.cut.looked_at], state.draws, state.seed)
        given.update((tensor, array) for tensor, array in found.items() if tensor in self.cut.passed_on)
        given.update(zip(self.made, map(_as_array, self.made, made), strict=True))
        return self._next(given)

    def _next(self, given: Mapping[Tensor, Any]) -> _Stage:
        for stage in self.following:
            if fits(stage.dims, given):
                return stage
        assert self.cut is not None
        known_sizes = {**self.dims, **{tensor: value.dims for tensor, value in self.cut.passed_on.items()}}
        alike = len(self.following) < _MOST_ALIKE
        dims = {**known_sizes, **_sizes(self.made, given, known_sizes if alike else {}, self.number)}
        self.following.append(_Stage(self.targets, dims, self.known, self.done, self.title, self.number + 1))
        return self.following[-1]

    def described(self) -> list[str]:
        """What each piece from here on is made of."""
        parts = [] if self.step is None else [explained(self.step.trace, self.executable.emitted.names.notes)]
        if self.cut is not None:
            lines = [f"{operation.name}: {operation.definition!r}" for operation in self.cut.border]
            parts.append("\n".join(["== the host, whose results tell the sizes of what follows", *lines]))
        for number, stage in enumerate(self.following):
            if number:
                parts.append("== the same, where other sizes are equal")
            parts += stage.described()
        return parts

    def sources(self) -> list[str]:
        own = [] if self.step is None else [self.executable.source]
        return own + [source for stage in self.following for source in stage.sources()]


@final
class StagedRun:
    """For a set of fetches and feeds, what `Prepared` is for those that one compiled piece computes.

    Args:
      fetches: tensors and operations.
      inputs: what every run is fed with, nothing of it gathered by machine code.
      dims: the sizes of what it is fed with; `known` is what is known of those made of sizes.
      watched: a loss whose NaN ends a run of several steps.
    """

    noted: Mapping[Tensor, Any] = {}  # no notes can be taken: every step returns to Python

    def __init__(
        self,
        fetches: Sequence[Any],
        inputs: StepInputs,
        dims: dict[Tensor, Dims],
        known: Mapping[Tensor, Any] | None = None,
        watched: Tensor | None = None,
        title: str = "",
    ) -> None:
        self.fetches, self.inputs, self.dims, self._watched = tuple(fetches), inputs, dims, watched
        targets = (*fetches, *([watched] if watched is not None else []))
        self._first = _Stage(targets, dims, known or {}, frozenset(), title)
        self._last: tuple[_Stage, dict[Tensor, Any]] | None = None

    @property
    def is_steady(self) -> bool:
        """Whether every run can use it, as it is fed nothing."""
        return not self.inputs.given and self.inputs.stage is None

    def run(
        self, given: Mapping[Tensor, Any], state: State, workers: int, fetch: bool = True
    ) -> tuple[dict[Tensor, Any], bool]:
        """Runs once: the values of the tensors fetched, if they are wanted, and whether the watched loss is NaN."""
        watched = [] if self._watched is None else [self._watched]
        values, stage = dict(given), self._first
        following: _Stage | None = stage
        while following is not None:
            stage = following
            following = stage.run(values, state, workers, None if fetch else watched)
        self._last = stage, values
        return values, any(bool(np.isnan(values[tensor])) for tensor in watched)

    def packed(self, values: Mapping[Tensor, Any]) -> list[Any]:
        """The values of the fetches, None for an operation."""
        return [np.array(values[item])[()] if isinstance(item, Tensor) else None for item in self.fetches]

    def current(self, tensors: Sequence[Tensor]) -> list[Any]:
        """What the tensors were in the last run."""
        assert self._last is not None
        stage, values = self._last
        assert stage.step is not None
        step = stage.step
        rest = stage.executable.current([step.values[tensor] for tensor in tensors if tensor not in values])
        left = iter(rest)
        return [values[tensor] if tensor in values else next(left) for tensor in tensors]

    @property
    def source(self) -> str:
        """The Python source of all pieces compiled so far."""
        return "\n\n".join(self._first.sources())

    def explanation(self) -> str:
        """The pieces compiled so far, and what the host does between them."""
        return "\n\n".join(self._first.described())


def _as_array(tensor: Tensor, value: Any) -> np.ndarray[Any, Any]:
    return np.asarray(value, tensor.dtype.as_numpy_dtype)


def _sizes(
    made: Sequence[Tensor], arrays: Mapping[Tensor, Any], known: Mapping[Tensor, Dims], number: int
) -> dict[Tensor, Dims]:
    """Sizes for what the host made: symbols, where the graph does not know them, new ones or those of equal sizes.

    Sizes of one axis are taken to be the same if they are equal, those in `known` included; with `known` empty, none.
    """
    fresh = (named(f"m{number}_{place}") for place in itertools.count())
    symbols: dict[tuple[int, int], Symbol] = {}
    for tensor, dims in known.items():
        for axis, dim in enumerate(dims):
            if isinstance(dim, Symbol) and dim == named(str(dim)):
                symbols.setdefault((arrays[tensor].shape[axis], axis), dim)
    result: dict[Tensor, Dims] = {}
    for tensor in made:
        array = arrays[tensor]
        static = tensor.dims if tensor.dims is not None and len(tensor.dims) == array.ndim else (None,) * array.ndim
        sizes: list[Dim] = []
        for axis, (size, told) in enumerate(zip(array.shape, static, strict=True)):
            if told is not None and is_known(told) and told == size:
                sizes.append(size)
                continue
            if (size, axis) not in symbols or not known:
                symbols[size, axis] = next(fresh)
            sizes.append(symbols[size, axis])
        result[tensor] = tuple(sizes)
    return result


def _tell(cut: Cut) -> None:
    border = ", ".join(f"{operation.name} ({operation.type})" for operation in cut.border)
    logging.debug("The sizes that %s makes follow from computed values: the run is cut there.", border)
