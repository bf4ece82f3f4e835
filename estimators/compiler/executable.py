"""Executable: a compiled program with the memory it works in.

Nothing about the batch is compiled in. For each set of sizes there is one Binding: buffers, and the table of addresses
that the machine code reads; the last few are kept.
"""

from __future__ import annotations

import ctypes
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from estimators.compiler.emit import Emitted, emit
from estimators.compiler.load import Run, load
from estimators.compiler.names import FIRST_FAILURE, NAN_LOSS, Slot
from estimators.compiler.program import Program, Statement, Value
from estimators.compiler.reference import uninitialized
from estimators.compiler.workers import run_side_by_side
from estimators.kernels import scratch
from estimators.kernels.calling import address_of
from model_fns.errors import InternalError, InvalidArgumentError
from model_fns.graph.dimensions import SIZE_FUNCTIONS, Dim, Symbol
from model_fns.graph.op import TensorSpec
from model_fns.random_bits import random_key

_BINDINGS_KEPT = 4
_ALIGNMENT = 64  # bytes: a cache line, and the widest vector
_WORTH_SHARING = 300_000  # operations between two barriers below which a second worker costs more than it brings

_CallbackType = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)


@final
@dataclass
class Source:
    """Arrays that the step gathers its batches from, and the place it has reached in them."""

    arrays: tuple[np.ndarray, ...]
    rows: int
    shuffled: bool
    stream: int
    order: np.ndarray = field(init=False)
    epoch_of_order: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.order = np.zeros(max(self.rows, 1), np.int64)
        self.epoch_of_order = np.full(1, -1, np.int64)


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
    ) -> None:
        self.program = program
        self.source_feeds = dict(source_feeds or {})
        self.emitted: Emitted = emit(program, source_feeds, watched, title)
        self._run: Run = load(self.emitted.source)
        self._bindings: OrderedDict[tuple[int, ...], _Binding] = OrderedDict()
        self._lock = threading.RLock()

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
    ) -> tuple[Outcome, list[Any]]:
        """Runs `steps` times.

        Args:
          variables: every variable of the program by name; changed in place.
          feeds: an array for each feed of the program that does not come from the source, in order.
          draws: how often the graph ran before; random operations draw anew for each.
          source, position, batch: the input's arrays, how many rows were consumed, and rows to a batch.
          fetches: which values to return copies of; by default the program's fetches.
        An operation that meets a value it cannot take ends the run; the outcome then holds its error, and variables are
        as before that step if nothing that changes them had to come before what failed.
        """
        with self._lock:
            binding = self._bind(feeds, batch)
            binding.point(variables, feeds, source)
            binding.header(steps=steps, draws=draws, seed=seed, position=position)
            shared = workers if binding.work > _WORTH_SHARING * self.emitted.barriers else 1
            done = run_side_by_side(self._run, address(binding.table), binding.room_for(shared))
            error = binding.failure()
            if error is not None:
                return Outcome(done, error=error), []
            values = [binding.copy(value) for value in (self.program.fetches if fetches is None else fetches)]
            return Outcome(done, binding.status() == NAN_LOSS), values

    def current(self, values: Sequence[Value]) -> list[Any]:
        """Copies of what `values` hold since the last run."""
        with self._lock:
            binding = next(reversed(self._bindings.values()))
            return [binding.copy(value) for value in values]

    def _bind(self, feeds: Sequence[np.ndarray], batch: int) -> _Binding:
        given = [value for value in self.program.feeds if value not in self.source_feeds]
        shapes = [array.shape for array in feeds]
        key = (batch, *(size for shape in shapes for size in shape))
        binding = self._bindings.get(key)
        if binding is None:
            sizes = _sizes(given, shapes, self.source_feeds, batch)
            _check(self.program, sizes)
            binding = self._bindings[key] = _Binding(self.program, self.emitted, sizes)
            if len(self._bindings) > _BINDINGS_KEPT:
                self._bindings.popitem(last=False)
        else:
            self._bindings.move_to_end(key)
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


def _number(dim: Dim, sizes: Mapping[str, int]) -> int:
    if not isinstance(dim, Symbol):
        return int(dim)
    return int(eval(str(dim), {"__builtins__": {}, **SIZE_FUNCTIONS}, dict(sizes)))


def _check(program: Program, sizes: Mapping[str, int]) -> None:
    """Infers every shape once more with numbers, so that sizes that do not fit are refused before anything runs."""
    for statement in program.statements:
        specs = tuple(TensorSpec(v.dtype, tuple(_number(dim, sizes) for dim in v.dims)) for v in statement.inputs)
        knowns = tuple(_known(value, sizes) for value in statement.inputs)
        try:
            made = statement.op.infer(specs, knowns)
        except ValueError as error:
            shapes = ", ".join(f"{v.name} {spec.dims}" for v, spec in zip(statement.inputs, specs, strict=True))
            raise InvalidArgumentError(
                message=f"{error} for '{statement.name}' (op: '{statement.op.type}') with inputs {shapes}"
            ) from None
        for value, spec in zip(statement.outputs, made, strict=True):
            expected = tuple(_number(dim, sizes) for dim in value.dims)
            if spec.dims != expected:
                raise InvalidArgumentError(
                    message=f"{statement.name} makes {spec.dims}, but {value.name} was compiled as {value} = {expected}"
                )


def _known(value: Value, sizes: Mapping[str, int]) -> Any:
    if value.known is None:
        return None
    items = [_number(item, sizes) for item in np.ravel(value.known).tolist()]
    return np.array(items, value.dtype.as_numpy_dtype).reshape(np.shape(value.known))


def aligned(count: int, dtype: Any) -> np.ndarray:
    """An uninitialised flat array that begins on a cache line."""
    item = np.dtype(dtype).itemsize
    raw = np.empty(count * item + _ALIGNMENT, np.uint8)
    offset = -address(raw) % _ALIGNMENT
    return raw[offset : offset + count * item].view(dtype)


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


@final
class _Binding:
    """Memory for one set of sizes, and the table that tells the machine code where it is."""

    def __init__(self, program: Program, emitted: Emitted, sizes: Mapping[str, int]) -> None:
        self.program, self.emitted, self.sizes = program, emitted, dict(sizes)
        self.table = np.zeros(len(emitted.names.slots), np.int64)
        self.work = self._evaluate(emitted.work)
        self._variables = {value: value.name.removesuffix(":0") for value in program.variables}
        self._given = list(program.feeds)
        self._arrays: dict[Value, np.ndarray] = {}
        self._objects: dict[Value, Any] = {}
        self._keep: list[Any] = []
        self._workers = 0
        self._error: BaseException | None = None
        self._dynamic: list[tuple[int, Slot]] = []
        self._callback = _CallbackType(self._call_back)
        for position, slot in enumerate(emitted.names.slots):
            self._fill(position, slot)
        barrier = aligned(32, np.int64)
        barrier[:] = 0
        self._keep.append(barrier)
        names = emitted.names
        self.table[names.slot("barrier")] = address(barrier)
        self.table[names.slot("callback")] = ctypes.cast(self._callback, ctypes.c_void_p).value or 0

    def _evaluate(self, expression: str) -> int:
        scope = {"__builtins__": {}, **SIZE_FUNCTIONS, "scratch": scratch}
        return int(eval(expression, scope, dict(self.sizes)))

    def _fill(self, position: int, slot: Slot) -> None:
        if slot.kind == "size":
            self.table[position] = self.sizes[slot.key]
        elif slot.kind == "array":
            value = slot.key
            constant = self.program.constant(value)
            if value in self._variables or value in self._given:
                self._dynamic.append((position, slot))
            elif constant is not None:
                self._own(position, value, np.array(constant).ravel())
            else:
                self._own(
                    position,
                    value,
                    aligned(max(int(np.prod(self.shape(value), initial=1)), 1), value.dtype.as_numpy_dtype),
                )
        elif slot.kind == "kernel":
            self.table[position] = address_of(*slot.key)
        elif slot.kind in ("source", "order", "epoch of order", "scratch", "scratch size"):
            self._dynamic.append((position, slot))

    def _own(self, position: int, value: Value, array: np.ndarray) -> None:
        self._arrays[value] = array
        self.table[position] = address(array)

    def shape(self, value: Value) -> tuple[int, ...]:
        return tuple(_number(dim, self.sizes) for dim in value.dims)

    def point(self, variables: Mapping[str, np.ndarray], feeds: Sequence[np.ndarray], source: Source | None) -> None:
        """Puts the addresses of what the caller owns into the table."""
        given = dict(
            zip((v for v in self._given if source is None or v not in self._source_feeds()), feeds, strict=True)
        )
        self._feeds = [np.ascontiguousarray(array) for array in given.values()]  # kept alive until the next run
        contiguous = dict(zip(given, self._feeds, strict=True))
        self._arrays.update(contiguous)  # also those that the code does not read: they may be fetched
        for value, name in self._variables.items():
            if name not in variables:
                raise uninitialized(name)
            self._arrays[value] = variables[name]
        for position, slot in self._dynamic:
            if slot.kind == "array":
                value = slot.key
                if value not in contiguous and value not in self._variables:
                    self._arrays.setdefault(
                        value, aligned(max(int(np.prod(self.shape(value), initial=1)), 1), value.dtype.as_numpy_dtype)
                    )
                self.table[position] = address(self._arrays[value])
            elif source is not None and slot.kind == "source":
                self.table[position] = address(source.arrays[slot.key[0]])
            elif source is not None and slot.kind == "order":
                self.table[position] = address(source.order)
            elif source is not None and slot.kind == "epoch of order":
                self.table[position] = address(source.epoch_of_order)
        if source is not None:
            names = self.emitted.names
            self.table[names.slot("rows_in_source")] = source.rows
            self.table[names.slot("shuffled")] = source.shuffled
            self.table[names.slot("stream")] = source.stream

    def _source_feeds(self) -> set[Value]:
        return {slot.key[1] for slot in self.emitted.names.slots if slot.kind == "source"}

    def header(self, **entries: int) -> None:
        self._entries = entries
        self.table[self.emitted.names.slot("status")] = 0
        for name, number in entries.items():
            self.table[self.emitted.names.slot(name)] = number

    def room_for(self, workers: int) -> int:
        """Makes scratch memory for so many workers; returns how many."""
        if workers > self._workers:
            self._workers = workers
            for position, slot in self._dynamic:
                if slot.kind == "scratch":
                    need = max(self._evaluate(size) for size in self.emitted.names.scratches[slot.key])
                    need += -need % (_ALIGNMENT // slot.key.size)
                    memory = aligned(max(need * workers, 1), slot.key.as_numpy_dtype)
                    self._keep.append(memory)
                    self.table[position], self.table[position + 1] = address(memory), need
        return workers

    def status(self) -> int:
        return int(self.table[self.emitted.names.slot("status")])

    def view(self, value: Value) -> Any:
        """What `value` holds now, without a copy."""
        if value in self._objects:
            return self._objects[value]
        root = self.program.root(value)
        constant = self.program.constant(root)
        if root not in self._arrays and constant is not None:
            return constant.reshape(self.shape(value))
        return self._arrays[root].reshape(-1)[: int(np.prod(self.shape(value), initial=1))].reshape(self.shape(value))

    def copy(self, value: Value) -> Any:
        return np.array(self.view(value))[()]  # a scalar, not an array of rank 0, as TensorFlow hands it out

    # -- the host's part ------------------------------------------------------------------------------------------

    def _call_back(self, number: int) -> int:
        """Runs the reference kernel of the statement at slot `number`; 1 if it raised."""
        try:
            if self._error is not None:
                return 1  # what failed first is what is told
            statement: Statement = self.emitted.names.slots[number].key
            results = self._interpret(statement)
            for value, result in zip(statement.outputs, results, strict=True):
                if value.dtype.name == "string" or value not in self._arrays:
                    self._objects[value] = result
                else:
                    self.view(value)[...] = result
            return 0
        except BaseException as error:  # it must not cross machine code: raised again when the step has ended
            self._error = self._error or error
            return 1

    def _interpret(self, statement: Statement) -> tuple[Any, ...]:
        op, inputs = statement.op, []
        for value in statement.inputs:
            if value in statement.data_inputs:
                inputs.append(self.view(value))
            elif value.known is not None:
                inputs.append(_known(value, self.sizes))
            else:
                inputs.append(np.broadcast_to(np.zeros((), value.dtype.as_numpy_dtype), self.shape(value)))
        if op.draws:
            step = int(self.table[self.emitted.names.slot("step")])
            seed = op.seed if op.seed is not None else self._entries["seed"]  # type: ignore[attr-defined]
            inputs.append(random_key(seed, op.stream, self._entries["draws"] + step))  # type: ignore[attr-defined]
        with np.errstate(all="ignore"):
            result = op.kernel(*inputs)
        return result if isinstance(result, tuple) else (result,)

    def failure(self) -> BaseException | None:
        """What went wrong in the last run, if anything did."""
        error, self._error = self._error, None
        if error is not None or self.status() < FIRST_FAILURE:
            return error
        statement = self.emitted.names.failures[self.status() - FIRST_FAILURE]
        try:
            self._interpret(statement)  # the reference kernel knows the sentence
        except InvalidArgumentError as failure:
            return type(failure)(message=f"{failure.message}  [operation {statement.name}]")
        return InternalError(message=f"{statement.name} failed, but its reference kernel does not. Please report this.")
