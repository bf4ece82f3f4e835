"""Session: a graph with state. `run` compiles each set of fetches and feeds once and then runs machine code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from estimators.compiler.needed import needed_operations
from estimators.compiler.pipeline import optimised
from estimators.compiler.program import Program, Value, capture
from estimators.compiler.reference import evaluate, fed_array
from estimators.compiler.workers import available_threads
from estimators.fetching import Fetches
from estimators.input_cursor import InputCursor
from estimators.state import State
from model_fns.errors import FailedPreconditionError, OutOfRangeError
from model_fns.graph.dimensions import Dim, Dims, Symbol, named
from model_fns.graph.graph import Graph, default_session, get_default_graph
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.state import Assign, VariableV2

if TYPE_CHECKING:
    from estimators.compiler.executable import Executable


@final
@dataclass(frozen=True, eq=False)
class Prepared:
    """A set of fetches and feeds, compiled: `run_prepared` runs it."""

    executable: Executable
    fetches: tuple[Tensor | Operation, ...]
    values: dict[Tensor, Value]  # of the fetched tensors
    fed: tuple[Tensor, ...]  # the tensors fed by the caller, in the order the executable wants
    source: Operation | None  # that yields the batches
    gathered: bool  # whether the machine code gathers the batches itself
    trace: tuple[tuple[str, Program], ...]  # the program after capture and after each pass

    def explanation(self) -> str:
        """The program after each pass that changed it, and what the step is made of."""
        parts, before = [], ""
        for name, program in self.trace:
            text = str(program)
            parts.append(
                f"== {name}: " + (f"{len(program.statements)} statements\n{text}" if text != before else "no change")
            )
            before = text
        return "\n\n".join(parts)


class Session:
    """Runs operations of a graph.

    Args:
      target: accepted; '' as everything runs in this process.
      graph: the graph; by default the default one.
      config: a ConfigProto; its intra_op_parallelism_threads is the number of workers.
      state: the variables' values; by default a new, empty State.
    """

    def __init__(
        self, target: str = "", graph: Graph | None = None, config: Any = None, state: State | None = None
    ) -> None:
        self.graph = get_default_graph() if graph is None else graph
        self.state = State(self.graph.seed) if state is None else state
        self.workers = getattr(config, "intra_op_parallelism_threads", 0) or available_threads()
        self.cursors: dict[Operation, InputCursor] = {}
        self.until: int | None = None  # the global step at which the present use of the input ends
        self._prepared: dict[Any, Prepared] = {}
        self._closed = False
        self._entered = ExitStack()

    def beside(self, state: State) -> Session:
        """Another session on this graph, with its own state and place in the input, that shares what is compiled."""
        other = Session(graph=self.graph, state=state)
        other.workers, other._prepared = self.workers, self._prepared
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
        wanted = Fetches(self.graph, fetches)
        feeds = self.converted_feeds(feed_dict)
        return wanted.packed(self.values_of(wanted.elements, feeds))

    def close(self) -> None:
        """Forgets what was compiled. The session can no longer be run."""
        self._closed = True
        self._prepared = {}

    def as_default(self) -> Any:
        """A context in which `eval()` and `run()` use this session."""
        return default_session(self)

    def __enter__(self) -> Session:
        self._entered.enter_context(self.graph.as_default())
        self._entered.enter_context(self.as_default())
        return self

    def __exit__(self, *exception: Any) -> None:
        self._entered.close()
        self.close()

    # -- running ----------------------------------------------------------------------------------------------------

    def converted_feeds(self, feed_dict: Mapping[Any, Any] | None) -> dict[Tensor, np.ndarray]:
        feeds = {}
        for key, value in (feed_dict or {}).items():
            try:
                tensor = self.graph.as_graph_element(key)
            except (KeyError, TypeError, ValueError) as error:
                raise TypeError(f"Cannot interpret feed_dict key as Tensor: {error.args[0]}") from None
            if isinstance(value, Tensor):
                raise TypeError(
                    "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, "
                    "strings, lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was "
                    f"{value!s}"
                )
            feeds[tensor] = fed_array(tensor, value)
        return feeds

    def values_of(self, elements: Sequence[Any], feeds: dict[Tensor, np.ndarray]) -> list[Any]:
        """The values of tensors and operations."""
        if not feeds and all(
            isinstance(item, Tensor) and isinstance(item.op.definition, VariableV2) for item in elements
        ):
            return [self.variable(item.op.name) for item in elements]
        if self._initializes(elements, feeds):
            values = evaluate(elements, feeds, self.state.arrays, self.state.seed, self.state.draws)
            self.state.ran(1)
            return values
        prepared = self.prepare(elements, feeds)
        return self.run_prepared(prepared, feeds=feeds)[1]

    def variable(self, name: str) -> Any:
        """A copy of a variable's value."""
        if name not in self.state.arrays:
            raise FailedPreconditionError(message=f"Attempting to use uninitialized value {name}")
        return np.array(self.state.arrays[name])[()]

    def _initializes(self, elements: Sequence[Any], feeds: Mapping[Tensor, Any]) -> bool:
        """Whether this run gives a variable its first value: done once, so interpreting it beats compiling it."""
        needed = needed_operations(elements, feeds)
        missing = {op.name for op in needed if isinstance(op.definition, VariableV2)} - self.state.arrays.keys()
        return bool(missing) or any(
            isinstance(op.definition, Assign) and op.name == f"{op.inputs[0].op.name}/Assign" for op in needed
        )

    def prepare(
        self,
        elements: Sequence[Any],
        feeds: Mapping[Tensor, np.ndarray] | None = None,
        watched: Tensor | None = None,
        title: str = "",
    ) -> Prepared:
        """Compiles what computes `elements`; again only for feeds whose sizes coincide differently."""
        feeds = feeds or {}
        dims = _fed_dims(feeds)
        key = (tuple(elements), tuple(dims.items()), watched)
        if key not in self._prepared:
            self._prepared[key] = self._prepare(tuple(elements), dims, watched, title)
        return self._prepared[key]

    def _prepare(
        self, elements: tuple[Any, ...], dims: dict[Tensor, Dims], watched: Tensor | None, title: str
    ) -> Prepared:
        targets = [*elements, *([watched] if watched is not None else [])]
        sources = [op for op in needed_operations(targets, dims) if op in self.graph.sources]
        if len(sources) > 1:
            raise NotImplementedError(
                "A run that reads from several input pipelines is not available: "
                + ", ".join(op.name for op in sources)
            )
        cursor = self.cursor(sources[0]) if sources else None
        inputs = {output: (named("batch"), *output.dims[1:]) for op in sources for output in op.outputs}  # type: ignore[index]
        tensors = list(dict.fromkeys(item for item in targets if isinstance(item, Tensor)))
        program = capture([*(item for item in elements if isinstance(item, Operation)), *tensors], {**dims, **inputs})
        names = {tensor: number for number, tensor in enumerate(tensors)}
        trace: list[tuple[str, Program]] = [("capture", program)]
        program = optimised(program, trace)
        gathered = cursor is not None and cursor.is_compiled
        feed_values = dict(zip([*dims, *inputs], program.feeds, strict=True))
        used = {v for s in program.statements for v in s.inputs} | set(program.fetches)
        from_source = {feed_values[t]: t.value_index for t in inputs if gathered and feed_values[t] in used}
        idle = {feed_values[t] for t in inputs} - from_source.keys() if gathered else set()
        if gathered and not from_source and inputs:  # nothing of the batch is used, but it sets the pace
            first = next(iter(inputs))
            from_source, idle = {feed_values[first]: first.value_index}, idle - {feed_values[first]}
        if idle:
            program = type(program)(
                tuple(v for v in program.feeds if v not in idle), program.statements, program.fetches
            )
        values = {tensor: program.fetches[number] for tensor, number in names.items()}
        from estimators.compiler.executable import Executable  # here: `import estimators` must not wait for numba

        executable = Executable(program, from_source, values[watched] if watched is not None else None, title)
        fed = tuple(
            t for t in [*dims, *inputs] if feed_values[t] in program.feeds and feed_values[t] not in from_source
        )
        return Prepared(executable, elements, values, fed, sources[0] if sources else None, gathered, tuple(trace))

    def cursor(self, operation: Operation) -> InputCursor:
        """The place in the input that `operation` yields."""
        if operation not in self.cursors:
            self.cursors[operation] = InputCursor(self.graph.sources[operation], self.state.seed, operation.index)
        return self.cursors[operation]

    @property
    def last_prepared(self) -> Prepared | None:
        """What was compiled last."""
        return next(reversed(self._prepared.values()), None)

    def cursor_of(self, prepared: Prepared) -> InputCursor | None:
        """The place in the input that a compiled program reads from."""
        return None if prepared.source is None else self.cursor(prepared.source)

    def run_prepared(
        self, prepared: Prepared, steps: int = 1, feeds: Mapping[Tensor, np.ndarray] | None = None, fetch: bool = True
    ) -> tuple[int, list[Any], bool]:
        """Runs so many times, in machine code from the first to the last; the batches must be of one size.

        Returns the number of runs done, the values after the last, and whether the run ended because the watched loss
        is NaN.
        """
        cursor, given = self.cursor_of(prepared), dict(feeds or {})
        batch = 0
        if cursor is not None:
            batch = cursor.size()
            if batch == 0:
                raise OutOfRangeError(message="End of sequence: the input has no more batches.")
            if not prepared.gathered:
                assert prepared.source is not None
                given.update(zip(prepared.source.outputs, cursor.gather(), strict=True))
        outcome, values = prepared.executable.attempt(
            self.state.arrays,
            [given[tensor] for tensor in prepared.fed],
            steps=steps,
            draws=self.state.draws,
            seed=self.state.seed,
            workers=self.workers,
            source=cursor.compiled if cursor is not None and prepared.gathered else None,
            position=cursor.position if cursor is not None else 0,
            batch=batch,
            fetches=[self._value(prepared, item) for item in prepared.fetches if isinstance(item, Tensor)]
            if fetch
            else (),
        )
        self.state.ran(outcome.steps)
        if cursor is not None:
            cursor.position += outcome.steps * batch
            self.state.resume["input"] = cursor.place(self.until)
        if outcome.error is not None:
            raise outcome.error  # after the books are in order: the steps before the failing one are done
        rest = iter(values)
        packed = [next(rest) if isinstance(item, Tensor) else None for item in prepared.fetches] if fetch else []
        return outcome.steps, packed, outcome.nan_loss

    @staticmethod
    def _value(prepared: Prepared, tensor: Tensor) -> Value:
        return prepared.values[tensor]


def _fed_dims(feeds: Mapping[Tensor, np.ndarray]) -> dict[Tensor, Dims]:
    """Sizes for the fed tensors: what their graph does not know becomes a symbol, the same one for equal sizes."""
    symbols: dict[int, Symbol] = {}
    result: dict[Tensor, Dims] = {}
    for tensor, array in feeds.items():
        static = tensor.dims or (None,) * array.ndim
        dims: list[Dim] = []
        for known, size in zip(static, array.shape, strict=True):
            if known is None or isinstance(known, Symbol):
                dims.append(symbols.setdefault(size, named(f"n{len(symbols)}")))
            else:
                dims.append(known)
        result[tensor] = tuple(dims)
    return result


class InteractiveSession(Session):
    """A Session that makes itself the default one when it is built."""

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        self._entered.enter_context(self.graph.as_default())
        self._entered.enter_context(self.as_default())

    def close(self) -> None:
        self._entered.close()
        super().close()
