"""Executable: a compiled program with the memory it works in.

Nothing about the batch is compiled in. For each set of sizes there is one Binding; the last few are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from estimators.compiler.binding import Binding, Source, known_value, number_of
from estimators.compiler.emit import Emitted, emit
from estimators.compiler.load import Run, load
from estimators.compiler.names import NAN_LOSS
from estimators.compiler.notes import Notes
from estimators.compiler.program import Program, Value
from estimators.compiler.workers import run_side_by_side
from estimators.fork_safe_lock import ForkSafeLock
from estimators.kernels.prepare import prepare
from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Symbol
from model_fns.graph.op import TensorSpec

_BINDINGS_KEPT = 4
_WORTH_SHARING = 150_000  # operations of each worker between two barriers; fewer cost more than they bring
_WORTH_WAKING = 3_000_000  # operations in a whole run below which it is done before another thread has begun


@final
@dataclass
class Outcome:
    """What a run of steps came to."""

    steps: int
    nan_loss: bool = False
    error: BaseException | None = None  # ended the run before its last step, which left no trace in the variables


@final
class Executable:
    """A program ready to run. Thread-safe: runs of one executable wait for each other."""

    def __init__(
        self,
        program: Program,
        source_feeds: Mapping[Value, int] | None = None,
        watched: Value | None = None,
        title: str = "",
        noted: Sequence[Value] = (),
    ) -> None:
        self.program, self.noted = program, tuple(noted)
        self.source_feeds = dict(source_feeds or {})
        self.emitted: Emitted = emit(program, source_feeds, watched, title, noted)
        prepare([slot.key for slot in self.emitted.names.slots if slot.kind == "kernel"])
        self._run: Run = load(self.emitted.source)
        self.given = [value for value in program.feeds if value not in self.source_feeds]
        self._bindings: OrderedDict[tuple[int, ...], Binding] = OrderedDict()
        self._last: Binding | None = None  # what the last run used, and what it was given
        self._last_batch = -1
        self._last_shapes: list[tuple[int, ...]] = []
        self._lock = ForkSafeLock()

    @property
    def source(self) -> str:
        """The Python source that was compiled."""
        return self.emitted.source

    def run(self, variables: Mapping[str, np.ndarray], feeds: Sequence[np.ndarray] = (), **arguments: Any) -> Any:
        """`attempt`, with its error raised."""
        outcome, values = self.attempt(variables, feeds, **arguments)
        if outcome.error is not None:
            raise outcome.error
        return outcome, values

    def attempt(
        self,
        variables: Mapping[str, np.ndarray],
        feeds: Sequence[np.ndarray] = (),
        steps: int = 1,
        draws: int = 0,
        seed: int = 0,
        workers: int = 1,
        source: Source | None = None,
        position: int = 0,
        batch: int = 0,
        fetches: Sequence[Value] | None = None,
        notes: Notes | None = None,
    ) -> tuple[Outcome, list[Any]]:
        """Runs `steps` times.

        Args:
          variables: every variable of the program by name; changed in place.
          feeds: an array for each feed of the program that does not come from the source, in order.
          draws: how often the graph ran before; random operations draw anew for each.
          source, position, batch: the input's arrays, how many rows were consumed, and rows to a batch.
          fetches: which values to return copies of; by default the program's fetches.
          notes: after which steps to keep what is `noted`; filled in.
        An operation that meets a value it cannot take ends the run; the outcome then holds its error, and variables are
        as before that step if nothing that changes them had to come before what failed.
        """
        with self._lock:
            binding = self._bind(feeds, batch)
            binding.point(variables, feeds, source)
            binding.header(steps, draws, seed, position, notes)
            if workers > 1:
                workers = self._worth_sharing(binding, steps, workers)
            done = run_side_by_side(self._run, binding.table, binding.room_for(workers))
            if notes is not None:
                binding.take(notes)
            error = binding.failure()
            if error is not None:
                return Outcome(done, error=error), []
            values = [binding.copy(value) for value in (self.program.fetches if fetches is None else fetches)]
            return Outcome(done, binding.status() == NAN_LOSS), values

    def _worth_sharing(self, binding: Binding, steps: int, workers: int) -> int:
        """For how many of the workers there is enough to do, between two barriers and in all."""
        if binding.work * steps <= _WORTH_WAKING:
            return 1
        return max(1, min(workers, binding.work // max(1, _WORTH_SHARING * binding.barriers)))

    def current(self, values: Sequence[Value]) -> list[Any]:
        """Copies of what `values` hold since the last run."""
        with self._lock:
            assert self._last is not None
            binding = self._last
            return [binding.copy(value) for value in values]

    def _bind(self, feeds: Sequence[np.ndarray], batch: int) -> Binding:
        shapes = [array.shape for array in feeds]
        if self._last is not None and batch == self._last_batch and shapes == self._last_shapes:
            return self._last
        key = (batch, *(size for shape in shapes for size in shape))
        binding = self._bindings.pop(key, None)
        if binding is None:
            sizes = _sizes(self.given, shapes, self.source_feeds, batch)
            _check(self.program, sizes)
            binding = Binding(self.program, self.emitted, sizes, self.given)
            if len(self._bindings) >= _BINDINGS_KEPT:
                self._bindings.popitem(last=False)
        self._bindings[key] = binding
        self._last, self._last_batch, self._last_shapes = binding, batch, shapes
        return binding


def _sizes(
    given: Sequence[Value], shapes: Sequence[tuple[int, ...]], source_feeds: Mapping[Value, int], batch: int
) -> dict[str, int]:
    """The number for every unknown size, from the shapes of what was fed. ValueError for shapes that contradict."""
    sizes: dict[str, int] = {}
    for value, shape in zip(given, shapes, strict=True):
        if len(shape) != len(value.dims):
            raise ValueError(
                f"Cannot feed value of shape {shape} for Tensor '{value.name}', which has rank {len(value.dims)}"
            )
        for dim, size in zip(value.dims, shape, strict=True):
            known = sizes.setdefault(str(dim), size) if isinstance(dim, Symbol) else dim
            if known != size:
                raise ValueError(
                    f"Cannot feed value of shape {shape} for Tensor '{value.name}', which has shape {value.dims}: "
                    f"{size} is not {known}"
                )
    for value in source_feeds:
        if value.dims and isinstance(value.dims[0], Symbol):
            sizes[str(value.dims[0])] = batch
    return sizes


def _check(program: Program, sizes: Mapping[str, int]) -> None:
    """Infers every shape once more with numbers, so that sizes that do not fit are refused before anything runs."""
    for statement in program.statements:
        specs = tuple(TensorSpec(v.dtype, tuple(number_of(dim, sizes) for dim in v.dims)) for v in statement.inputs)
        knowns = tuple(known_value(value, sizes) for value in statement.inputs)
        try:
            made = statement.op.infer(specs, knowns)
        except ValueError as error:
            shapes = ", ".join(f"{v.name} {spec.dims}" for v, spec in zip(statement.inputs, specs, strict=True))
            raise InvalidArgumentError(
                message=f"{error} for '{statement.name}' (op: '{statement.op.type}') with inputs {shapes}"
            ) from None
        for value, spec in zip(statement.outputs, made, strict=True):
            expected = tuple(number_of(dim, sizes) for dim in value.dims)
            # Bodies of loops know sizes by their names.
            found = None if spec.dims is None else tuple(number_of(dim, sizes) for dim in spec.dims)
            if found != expected:
                raise InvalidArgumentError(
                    message=f"{statement.name} makes {found}, but {value.name} was compiled as {value} = {expected}"
                )
