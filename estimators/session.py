"""Session: a graph with state. `run` compiles each set of fetches and feeds once and then runs machine code."""

from __future__ import annotations

import itertools
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, final

import numpy as np

from estimators.available_threads import available_threads
from estimators.compiler.program import Program, UnknownSizes, Value
from estimators.compiler.reference import evaluate
from estimators.explanation import explained
from estimators.feedable_cursor import FeedableCursor
from estimators.feeding import feeds_of
from estimators.fetching import Fetches
from estimators.host_run import HostRun
from estimators.input_cursor import Cursor, InputCursor
from estimators.iterator_cursor import IteratorCursor
from estimators.queue_cursor import QueueCursor
from estimators.run_metadata import traced
from estimators.session_devices import DeviceAttributes, check_target, devices
from estimators.session_resources import SessionResources
from estimators.staged_run import StagedRun
from estimators.state import State
from estimators.step_inputs import StepInputs, fits, other_sizes, sizes_of, step_inputs
from estimators.step_program import step_program
from input_fns.data.iterator import IteratorSource
from model_fns.errors import FailedPreconditionError
from model_fns.global_step import get_global_step
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import string
from model_fns.graph.graph import Graph, as_operation, default_session, get_default_graph
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.input import iterators_made_by
from model_fns.ops.resource import ResourceRead
from model_fns.ops.state import VariableV2

if TYPE_CHECKING:
    from estimators.compiler.executable import Executable
    from estimators.compiler.notes import Notes


@final
@dataclass(frozen=True, eq=False)
class Prepared:
    """A set of fetches and feeds, compiled: `run_prepared` runs it."""

    executable: Executable
    fetches: tuple[Tensor | Operation, ...]
    values: dict[Tensor, Value]  # of the fetched tensors
    inputs: StepInputs  # what it is fed with
    dims: dict[Tensor, Dims]  # the sizes, symbols where they may vary, of what it is fed with
    fed: tuple[Tensor, ...]  # the tensors fed, in the order the executable wants
    trace: tuple[tuple[str, Program], ...]  # the program after capture and after each pass
    noted: Mapping[Tensor, Value]  # what notes can be taken of

    @cached_property
    def computed(self) -> tuple[Tensor, ...]:
        """The fetched tensors that the program computes; the others are given."""
        return tuple(item for item in self.fetches if isinstance(item, Tensor) and item not in self.dims)

    @cached_property
    def computed_values(self) -> tuple[Value, ...]:
        return tuple(self.values[tensor] for tensor in self.computed)

    @cached_property
    def _places(self) -> tuple[int | None, ...]:
        """Where among the computed values that of each fetch is; None for one that is given and for an operation."""
        places = {tensor: place for place, tensor in enumerate(self.computed)}
        return tuple(places.get(item) if isinstance(item, Tensor) else None for item in self.fetches)

    def packed(self, values: Sequence[Any], given: Mapping[Any, Any]) -> list[Any]:
        """The values of the fetches, None for an operation, from the computed and the given ones."""
        return [
            values[place] if place is not None else np.array(given[item])[()] if item in given else None
            for item, place in zip(self.fetches, self._places, strict=True)
        ]

    @cached_property
    def is_steady(self) -> bool:
        """Whether every run can use it: it is fed nothing, and no sizes of its input can vary."""
        return not self.inputs.given and self.inputs.stage is None

    def explanation(self) -> str:
        """The program after each pass that changed it, and what the step is made of."""
        return explained(self.trace, self.executable.emitted.names.notes)

    @property
    def source(self) -> str:
        """The Python source that was compiled."""
        return self.executable.source

    def current(self, tensors: Sequence[Tensor]) -> list[Any]:
        """What fetched tensors were in the last run."""
        return self.executable.current([self.values[tensor] for tensor in tensors])


Runnable = Prepared | StagedRun | HostRun


@final
class _Staged(threading.local):
    """What the next run of a thread is fed with: another thread's run must not take it away."""

    def __init__(self) -> None:
        self.given: dict[Any, dict[Tensor, Any]] = {}


class Session:
    """Runs operations of a graph.

    Args:
      target: '', as everything runs in this process; the address of a server is accepted.
      graph: the graph; by default the default one.
      config: a ConfigProto; its intra_op_parallelism_threads is the number of workers.
      state: the variables' values; by default a new, empty State.
    """

    def __init__(
        self, target: str = "", graph: Graph | None = None, config: Any = None, state: State | None = None
    ) -> None:
        if not isinstance(graph, Graph | None):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        check_target(target, config)
        self.graph = get_default_graph() if graph is None else graph
        self.config = config
        self.state = State(self.graph.seed) if state is None else state
        self.workers = getattr(config, "intra_op_parallelism_threads", 0) or available_threads()
        self.cursors: dict[Operation, Cursor] = {}
        self.paces: dict[tuple[Any, ...], float] = {}  # seconds that a run took lately, by its targets
        self.until: int | None = None  # the global step at which the present use of the input ends
        self._iterators: dict[IteratorSource, IteratorCursor] = {}
        self._feedables: dict[IteratorSource, FeedableCursor] = {}
        self._inputs: dict[Any, StepInputs] = {}
        self._prepared: dict[Any, list[Runnable]] = {}  # for sizes that coincide differently
        self._staged = _Staged()
        self._resources = SessionResources(self.state)
        self._host_runs = itertools.count()
        self._closed = False
        self._is_entered = False
        self._entered = ExitStack()

    def beside(self, state: State) -> Session:
        """Another session on this graph, with its own state and place in the input, that shares what is compiled."""
        other = Session(graph=self.graph, state=state)
        other.workers, other._prepared, other._inputs = self.workers, self._prepared, self._inputs
        other.paces = self.paces
        return other

    # -- TensorFlow's interface ------------------------------------------------------------------------------------

    def run(
        self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """The values of `fetches` in their nested shape; None for an operation.

        `feed_dict` gives values in place of tensors. Raises RuntimeError if the session is closed, TypeError or
        ValueError for what cannot be fetched or fed, FailedPreconditionError for a variable without a value,
        OutOfRangeError at the end of the input.
        """
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self.graph.operations:
            raise RuntimeError("The Session graph is empty.  Add operations to the graph before calling run().")
        wanted = Fetches(self.graph, fetches)
        feeds = self.converted_feeds(feed_dict)
        if options is run_metadata is None:
            return wanted.packed(self.values_of(wanted.elements, feeds))
        with traced(options, run_metadata):
            return wanted.packed(self.values_of(wanted.elements, feeds))

    def make_callable(self, fetches: Any, feed_list: Any = None, accept_options: bool = False) -> Callable[..., Any]:
        """A function of the values for `feed_list` that runs `fetches`; also of options and run_metadata, if asked.

        TypeError if feed_list is no list or tuple.
        """
        if not isinstance(feed_list, list | tuple | None):
            raise TypeError("`feed_list` must be a list or tuple.")
        keys = [self.graph.as_graph_element(key, allow_operation=False) for key in feed_list or ()]
        Fetches(self.graph, fetches)  # what cannot be fetched is told now

        def run(*values: Any, **kwargs: Any) -> Any:
            if len(values) != len(keys):
                raise ValueError(f"Expected {len(keys)} feed values, got {len(values)}.")
            if kwargs and not (accept_options and kwargs.keys() <= {"options", "run_metadata"}):
                raise TypeError(f"Unexpected arguments: {', '.join(kwargs)}.")
            return self.run(fetches, dict(zip(keys, values, strict=True)), **kwargs)

        return run

    @property
    def graph_def(self) -> Any:
        """The graph as a message."""
        options = getattr(self.config, "graph_options", None)
        return self.graph.as_graph_def(add_shapes=getattr(options, "infer_shapes", False))

    @property
    def sess_str(self) -> bytes:
        """The target."""
        return b""

    def list_devices(self) -> list[DeviceAttributes]:
        """What the graph can run on: the CPU, as often as the ConfigProto's device_count says."""
        return devices(self.config)

    def close(self) -> None:
        """Forgets what was compiled, and cancels what waits for queues. The session can no longer be run."""
        self._closed = True
        self._resources.end()
        self._prepared, self._inputs = {}, {}

    def forget_what_was_taken_back(self) -> None:
        """Forgets what was compiled of operations that the graph no longer has."""
        there = set(self.graph.operations)
        for kept in (self._prepared, self._inputs):
            for key in list(kept):
                if not there.issuperset(map(as_operation, key[0])):
                    del kept[key]

    def as_default(self) -> Any:
        """A context in which `eval()` and `run()` use this session."""
        return default_session(self)

    def __enter__(self) -> Session:
        if self._is_entered:
            raise RuntimeError(
                "Session context managers are not re-entrant. Use `Session.as_default()` if you want to enter a "
                "session multiple times."
            )
        self._is_entered = True
        self._entered.enter_context(self.graph.as_default())
        self._entered.enter_context(self.as_default())
        return self

    def __exit__(self, *exception: Any) -> None:
        self._is_entered = False
        self._entered.close()
        self.close()

    # -- running ----------------------------------------------------------------------------------------------------

    def converted_feeds(self, feed_dict: Mapping[Any, Any] | None) -> dict[Tensor, np.ndarray]:
        """The array that each tensor is fed with."""
        return feeds_of(self.graph, feed_dict)

    def values_of(self, elements: Sequence[Any], feeds: dict[Tensor, np.ndarray]) -> list[Any]:
        """The values of tensors and operations."""
        if not feeds and all(
            isinstance(item, Tensor) and isinstance(item.op.definition, VariableV2) for item in elements
        ):
            return [self.variable(item.op.name) for item in elements]
        inputs = self._inputs_of(elements, feeds)
        if inputs.by_host:
            return self._run_by_host(elements, inputs, feeds)
        if inputs.initializes or not inputs.variables <= self.state.arrays.keys():
            return self._interpreted(elements, feeds, inputs)
        if not inputs.computes(elements):
            given = self._given(inputs, feeds)
            self._passed(inputs, 1)
            return [np.array(given[item])[()] for item in elements]
        prepared = self.prepare(elements, feeds)
        return self.run_prepared(prepared, feeds=feeds)[1]

    def _interpreted(self, elements: Sequence[Any], feeds: dict[Tensor, Any], inputs: StepInputs) -> list[Any]:
        """A run that gives a variable its first value is done once, so interpreting it beats compiling it."""
        self.start_iterators(elements, feeds)
        given = feeds if inputs.gathered else self._given(inputs, feeds)
        if inputs.gathered:
            given = feeds | dict(zip(inputs.sources[0].outputs, self.cursor(inputs.sources[0]).gather(), strict=True))
        values = evaluate(elements, given, self.state.arrays, self.state.seed, self.state.draws)
        self._passed(inputs, 1)
        return values

    def _run_by_host(self, elements: Sequence[Any], inputs: StepInputs, feeds: dict[Tensor, Any]) -> list[Any]:
        """A run of a thread that fills a queue. It is no step, and so not counted as one."""
        given = self._with_resources(elements, self._given(inputs, feeds))
        try:
            return evaluate(elements, given, self.state.arrays, self.state.seed, next(self._host_runs))
        finally:
            self._staged.given.clear()
            for operation in inputs.sources:
                self.cursor(operation).advance(1)

    def variable(self, name: str) -> Any:
        """A copy of a variable's value."""
        if name not in self.state.arrays:
            raise FailedPreconditionError(message=f"Attempting to use uninitialized value {name}")
        return np.array(self.state.arrays[name])[()]

    # -- input ------------------------------------------------------------------------------------------------------

    def cursor(self, operation: Operation) -> Cursor:
        """The place in the input that `operation` yields."""
        if operation not in self.cursors:
            if isinstance(operation.definition, ResourceRead):
                self.cursors.setdefault(operation, QueueCursor(operation, self.state, self._resources))
            else:
                self.read(operation, self.graph.sources[operation])
        return self.cursors[operation]

    def read(self, operation: Operation, source: Any, cursor: InputCursor | None = None) -> None:
        """Lets `operation` yield what `source` has: from `cursor` on, from where an iterator is, or from the start."""
        if isinstance(operation.definition, ResourceRead):
            self._forget_resources()
        elif isinstance(source, IteratorSource):
            self.cursors[operation] = self._iterator(source) if source.handle is None else self._feedable(source)
        else:
            self.cursors[operation] = cursor or InputCursor(source, self.state.seed, operation.index)
        self._staged.given.clear()

    def _feedable(self, source: IteratorSource) -> FeedableCursor:
        return self._feedables.setdefault(source, FeedableCursor(source, self.state, self._iterator))

    def _iterator(self, source: IteratorSource) -> IteratorCursor:
        return self._iterators.setdefault(source, IteratorCursor(source, self.state))

    def _forget_resources(self) -> None:
        """Lets all queues begin empty, and all readers at the beginning."""
        self._resources.end()
        self._resources = SessionResources(self.state)
        for operation in [item for item, cursor in self.cursors.items() if isinstance(cursor, QueueCursor)]:
            del self.cursors[operation]

    def _with_resources(self, elements: Sequence[Any], given: Mapping[Tensor, Any]) -> dict[Tensor, Any]:
        """`given`, and the resources that `elements` need in place of their handles."""
        return {**given, **self._resources.handles(needed_operations(elements, given))}

    def start_iterators(self, elements: Sequence[Any], feeds: Mapping[Tensor, Any] | None = None) -> None:
        """Starts the iterators whose initializers `elements` run."""
        made = iterators_made_by(self.graph)
        for operation in needed_operations(elements, feeds or {}) if made else ():
            if operation in made:
                source, node = made[operation]
                self._iterator(source).start(node, feeds)
                self._staged.given.clear()

    def runs_alike(self, elements: Sequence[Any]) -> int | None:
        """How many runs can go in one piece; 0 if the input has ended, None for no bound."""
        return self.alike(self._inputs_of(elements, {}))

    def alike(self, inputs: StepInputs) -> int | None:
        """`runs_alike` for what is fed with `inputs`."""
        bounds = [self.cursor(operation).alike() for operation in inputs.sources]
        if inputs.stage is not None or (inputs.sources and not inputs.gathered):
            bounds.append(1)  # the host has work to do before each
        known = [bound for bound in bounds if bound is not None]
        return min(known) if known else None

    def _inputs_of(self, targets: Sequence[Any], feeds: Mapping[Tensor, Any]) -> StepInputs:
        key = (tuple(targets), tuple(feeds))
        if key not in self._inputs:
            self._inputs[key] = step_inputs(
                self.graph, *key, lambda source, *what: self.cursor(source).can_gather(*what)
            )
        return self._inputs[key]

    def _given(self, inputs: StepInputs, feeds: Mapping[Tensor, Any]) -> dict[Tensor, Any]:
        """The values of the tensors that the next run is given, found once for it."""
        if inputs.stage is None and (inputs.gathered or not inputs.sources):
            return dict(feeds)
        key = (inputs, *map(id, feeds.values()))
        staged = self._staged.given
        if key not in staged:
            given = dict(feeds)
            if not inputs.gathered:
                for operation, ahead in self._places(inputs):
                    cursor = self.cursor(operation)
                    if isinstance(cursor, FeedableCursor):
                        cursor.choose(given)
                    values = cursor.take(given) if isinstance(cursor, QueueCursor) else cursor.gather(ahead)
                    given.update(zip(operation.outputs, values, strict=True))
                given.update(feeds)
            stage = inputs.stage
            if stage is not None:
                taken = [given[tensor] for tensor in stage.given]
                try:
                    results = stage.program(taken, self.state.draws, self.state.seed)
                except BaseException:
                    self._pass_queues(inputs)
                    raise
                given.update(zip(stage.results, results, strict=True))
            staged[key] = given
        return staged[key]

    def _pass_queues(self, inputs: StepInputs) -> None:
        """What a run has taken from queues is gone, also if the run failed."""
        for operation in inputs.sources:
            cursor = self.cursor(operation)
            if isinstance(cursor, QueueCursor):
                cursor.advance(1)

    def _gathering(self, inputs: StepInputs) -> InputCursor | None:
        """The place from which the machine code gathers its batches."""
        cursor = self.cursor(inputs.sources[0]) if inputs.gathered else None
        return cursor if isinstance(cursor, InputCursor) else None

    def _places(self, inputs: StepInputs) -> list[tuple[Operation, int]]:
        """Each source's operation, with how many others read the same iterator before it in one run."""
        seen: list[Cursor] = []
        places = []
        for operation in inputs.sources:
            cursor = self.cursor(operation)
            places.append((operation, sum(other is cursor for other in seen)))
            seen.append(cursor)
        return places

    def _passed(self, inputs: StepInputs, runs: int) -> None:
        """Keeps the books after so many runs."""
        self._staged.given.clear()
        self.state.ran(runs)
        if not runs:
            self._pass_queues(inputs)
        for operation in inputs.sources if runs else ():
            cursor = self.cursor(operation)
            cursor.advance(runs)
            self.state.resume["input"] = cursor.place(self.until)

    # -- compiling --------------------------------------------------------------------------------------------------

    def prepare(
        self,
        elements: Sequence[Any],
        feeds: Mapping[Tensor, np.ndarray] | None = None,
        watched: Tensor | None = None,
        title: str = "",
        noting: bool = False,
    ) -> Runnable:
        """Compiles what computes `elements`; again only for sizes that coincide differently.

        `noting`: a run of many steps can keep what numbers among them, and global_step, were after some of the steps.

        Looks at the next element of an iterator for its sizes: OutOfRangeError if there is none.
        """
        feeds = feeds or {}
        targets = (*elements, *([watched] if watched is not None else []))
        inputs = self._inputs_of(targets, feeds)
        given = self._given(inputs, feeds)
        known = other_sizes(feeds)
        key = (targets, inputs.fed, watched, noting, *((tensor, value.tobytes()) for tensor, value in known.items()))
        kept = self._prepared.setdefault(key, [])
        for prepared in kept:
            if fits(prepared.dims, given, inputs.drops_ones):
                return prepared
        dims = sizes_of(inputs, {tensor: given[tensor] for tensor in inputs.given})
        if inputs.by_host:
            kept.append(HostRun(elements, inputs, dims, watched))
            return kept[-1]
        try:
            kept.append(self._prepare(tuple(elements), inputs, dims, known, watched, title, noting))
        except UnknownSizes:
            kept.append(self._prepare_stages(elements, feeds, known, watched, title))
        return kept[-1]

    def _prepare_stages(
        self,
        elements: Sequence[Any],
        feeds: Mapping[Tensor, np.ndarray],
        known: Mapping[Tensor, Any],
        watched: Tensor | None,
        title: str,
    ) -> StagedRun:
        """Of a run in which the host must look at computed values for sizes: no step is like another."""
        targets = (*elements, *([watched] if watched is not None else []))
        inputs = step_inputs(self.graph, targets, tuple(feeds), lambda *source: False)
        self._inputs[targets, tuple(feeds)] = inputs
        given = self._given(inputs, feeds)
        dims = sizes_of(inputs, {tensor: given[tensor] for tensor in inputs.given})
        return StagedRun(elements, inputs, dims, known, watched, title)

    def _prepare(
        self,
        elements: tuple[Any, ...],
        inputs: StepInputs,
        dims: dict[Tensor, Dims],
        known: Mapping[Tensor, Any],
        watched: Tensor | None,
        title: str,
        noting: bool,
    ) -> Prepared:
        targets = [*elements, *([watched] if watched is not None else [])]
        step = step_program(targets, dims, {tensor: inputs.number(tensor) for tensor in inputs.gathered}, known)
        from estimators.compiler.executable import Executable  # here: `import estimators` must not wait for numba

        noted = self._noted(step.program, step.values) if noting else {}
        watched_value = step.values[watched] if watched is not None else None
        executable = Executable(step.program, step.from_source, watched_value, title, tuple(noted.values()))
        return Prepared(executable, elements, step.values, inputs, dims, step.fed, step.trace, noted)

    def _noted(self, program: Program, values: Mapping[Tensor, Value]) -> dict[Tensor, Value]:
        """Of a program, the numbers that are fetched, and global_step."""
        noted = {tensor: value for tensor, value in values.items() if value.dims == () and value.dtype != string}
        step = get_global_step(self.graph)
        if step is not None:
            noted |= {self.graph.as_graph_element(step): v for v in program.variables if v.name == step.name}
        return noted

    @property
    def last_prepared(self) -> Runnable | None:
        """What was compiled last."""
        return next((kept[-1] for kept in reversed(self._prepared.values()) if kept), None)

    # -- running ----------------------------------------------------------------------------------------------------

    def run_prepared(
        self,
        prepared: Runnable,
        steps: int = 1,
        feeds: Mapping[Tensor, np.ndarray] | None = None,
        fetch: bool = True,
        notes: Notes | None = None,
    ) -> tuple[int, list[Any], bool]:
        """Runs so many times, in machine code from the first to the last; the batches must be of one size.

        Returns the number of runs done, the values after the last, and whether the run ended because the watched loss
        is NaN.
        """
        if isinstance(prepared, StagedRun | HostRun):
            return self._run_stages(prepared, steps, feeds or {}, fetch)
        inputs = prepared.inputs
        given = self._given(inputs, feeds or {})
        cursor = self._gathering(inputs)
        outcome, values = prepared.executable.attempt(
            self.state.arrays,
            [given[tensor] for tensor in prepared.fed],
            steps=steps,
            draws=self.state.draws,
            seed=self.state.seed,
            workers=self.workers,
            source=None if cursor is None else cursor.compiled_with(inputs.ahead),
            position=0 if cursor is None else cursor.position,
            batch=0 if cursor is None else cursor.rows_to_gather(),
            fetches=prepared.computed_values if fetch else (),
            notes=notes,
        )
        self._passed(inputs, outcome.steps)
        if outcome.error is not None:
            raise outcome.error  # after the books are in order: the steps before the failing one are done
        return outcome.steps, prepared.packed(values, given) if fetch else [], outcome.nan_loss

    def _run_stages(
        self, prepared: StagedRun | HostRun, steps: int, feeds: Mapping[Tensor, np.ndarray], fetch: bool
    ) -> tuple[int, list[Any], bool]:
        """`run_prepared`, step by step."""
        inputs, done, nan = prepared.inputs, 0, False
        values: dict[Tensor, Any] = {}
        while done < steps and not nan:
            given = self._given(inputs, feeds)
            if isinstance(prepared, HostRun):
                given = self._with_resources(prepared.targets, given)
            try:
                values, nan = prepared.run(given, self.state, self.workers, fetch)
            except BaseException:
                self._passed(inputs, 0)
                raise
            self._passed(inputs, 1)
            done += 1
        return done, prepared.packed(values) if fetch else [], nan


class InteractiveSession(Session):
    """A Session that makes itself the default one when it is built."""

    _active_session_count = 0

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        if InteractiveSession._active_session_count:
            warnings.warn(
                "An interactive session is already active. This can cause out-of-memory errors in some cases. You must "
                "explicitly call `InteractiveSession.close()` to release resources held by the other session(s).",
                stacklevel=2,
            )
        InteractiveSession._active_session_count += 1
        self._entered.enter_context(self.graph.as_default())
        self._entered.enter_context(default_session(self, nested=False))

    def close(self) -> None:
        if not self._closed:
            InteractiveSession._active_session_count = max(0, InteractiveSession._active_session_count - 1)
        self._entered.close()
        super().close()
