"""Program: what the compiler works on - the statements of one run in order, each an op applied to values.

It is made from a graph by `capture`, for given fetches and feeds. Every value knows its element type and sizes; sizes
not known yet are symbols, and two symbols of one name are the same size. Nothing here is changed in place: a pass
makes a new Program.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph import dimensions
from model_fns.graph.constant import Constant, FrozenArray
from model_fns.graph.dimensions import Dims, Symbol
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.needed import needed_operations
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.control import Identity, Placeholder, PlaceholderWithDefault
from model_fns.ops.state import VariableV2


class UnknownSizes(ValueError):
    """The sizes of what an operation makes show only in the values that it is given."""


@final
@dataclass(frozen=True, eq=False)
class Value:
    """What a statement makes or a run is given: a tensor's name, element type, sizes; `known` if it is sizes itself."""

    name: str
    dtype: DType
    dims: Dims
    known: Any = None

    @property
    def spec(self) -> TensorSpec:
        return TensorSpec(self.dtype, self.dims)

    def __str__(self) -> str:
        return f"{self.dtype.name}{dimensions_text(self.dims)}"


def dimensions_text(dims: Dims) -> str:
    return "[" + ", ".join(str(size) for size in dims) + "]"


@final
@dataclass(frozen=True, eq=False)
class Statement:
    """outputs = op(inputs), under the name of the operation it comes from."""

    name: str
    op: Op
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]

    @property
    def data_inputs(self) -> tuple[Value, ...]:
        """The inputs whose numbers matter, not only their shape or a size that is known by now."""
        idle = set(self.op.shape_inputs) | {i for i in self.op.value_inputs if self.inputs[i].known is not None}
        return tuple(value for i, value in enumerate(self.inputs) if i not in idle)

    def __str__(self) -> str:
        made = ", ".join(f"%{value.name} : {value}" for value in self.outputs)
        line = f"{made} = {self.op!r}({', '.join('%' + value.name for value in self.inputs)})"
        bodies = [str(program).splitlines() for program in getattr(self.op, "programs", ())]
        return "\n".join([line, *(f"    {inner}" for body in bodies for inner in (*body, "end"))])


@final
@dataclass(frozen=True, eq=False)
class Program:
    """The statements of a run, what it is given and what it must leave behind."""

    feeds: tuple[Value, ...]
    statements: tuple[Statement, ...]
    fetches: tuple[Value, ...]

    @cached_property
    def all_statements(self) -> tuple[Statement, ...]:
        """The statements, those inside of loops and branches among them."""
        found: list[Statement] = []
        for statement in self.statements:
            for program in getattr(statement.op, "programs", ()):
                found += program.all_statements
            found.append(statement)
        return tuple(found)

    @cached_property
    def producers(self) -> dict[Value, Statement]:
        return {output: statement for statement in self.all_statements for output in statement.outputs}

    @cached_property
    def roots(self) -> dict[Value, Value]:
        """For each value that is a view of another's memory, the value that owns the memory."""
        roots: dict[Value, Value] = {}
        for statement in self.all_statements:
            if statement.op.is_view or statement.op.writes:
                source = statement.inputs[0]
                for output in statement.outputs:
                    roots[output] = roots.get(source, source)
        return roots

    def root(self, value: Value) -> Value:
        return self.roots.get(value, value)

    @cached_property
    def variables(self) -> tuple[Value, ...]:
        return tuple(s.outputs[0] for s in self.statements if isinstance(s.op, VariableV2))

    @cached_property
    def written(self) -> frozenset[Value]:
        """The variables that a run changes."""
        return frozenset(self.root(s.inputs[0]) for s in self.statements if s.op.writes)

    def constant(self, value: Value) -> np.ndarray | None:
        """The array that `value` always is, or None."""
        statement = self.producers.get(value)
        return statement.op.value.array if statement is not None and isinstance(statement.op, Constant) else None

    def with_statements(self, statements: Iterable[Statement], renamed: Mapping[Value, Value] | None = None) -> Program:
        """The program with other statements; fetches follow `renamed`."""
        renamed = renamed or {}
        return Program(self.feeds, tuple(statements), tuple(renamed.get(value, value) for value in self.fetches))

    def __str__(self) -> str:
        lines = [f"given %{value.name} : {value}" for value in self.feeds]
        lines += [str(statement) for statement in self.statements]
        return "\n".join([*lines, "leaves " + ", ".join("%" + value.name for value in self.fetches)])


Rule = Callable[[Program, Statement], Statement | Value | tuple[Statement, ...] | None]


def rewrite(program: Program, rule: Rule, kinds: tuple[type[Op], ...] = (Op,)) -> Program:
    """Offers each statement to `rule`, its inputs already renamed. `program` itself if the rule has nothing to say.

    The rule answers None (keep it), a statement or several in its place (the last makes the outputs), or a value that
    its one output already is. It is asked about operations of these `kinds`.
    """
    concerned = {kind for kind in {type(statement.op) for statement in program.statements} if issubclass(kind, kinds)}
    if not concerned:
        return program
    renamed: dict[Value, Value] = {}
    statements: list[Statement] = []
    current, changed = program, False
    for statement in program.statements:
        if renamed and any(value in renamed for value in statement.inputs):
            statement = replace(statement, inputs=tuple(renamed.get(value, value) for value in statement.inputs))
            current.producers.update(dict.fromkeys(statement.outputs, statement))
        answer = rule(current, statement) if type(statement.op) in concerned else None
        if answer is None:
            statements.append(statement)
            continue
        changed = True
        if isinstance(answer, Value):
            renamed[statement.outputs[0]] = answer
            continue
        new = answer if isinstance(answer, tuple) else (answer,)
        statements += new
        for old, made in zip(statement.outputs, new[-1].outputs, strict=True):
            if made is not old:
                renamed[old] = made
        for item in new:
            current.producers.update(dict.fromkeys(item.outputs, item))
    return program.with_statements(statements, renamed) if changed else program


def made(op: Op, inputs: tuple[Value, ...], name: str) -> Statement:
    """A new statement, its outputs' types and sizes inferred."""
    specs = op.infer(tuple(value.spec for value in inputs), tuple(value.known for value in inputs))
    outputs = tuple(_value(f"{name}:{i}", spec) for i, spec in enumerate(specs))
    return Statement(name, op, inputs, outputs)


def constant_statement(array: np.ndarray, name: str) -> Statement:
    array = np.ascontiguousarray(array) if np.ndim(array) else np.asarray(array)
    value = Value(
        f"{name}:0",
        as_dtype(array.dtype),
        array.shape,
        array if array.dtype.kind in "iu" and array.size <= 64 else None,
    )
    return Statement(name, Constant(FrozenArray(array)), (), (value,))


def _value(name: str, spec: TensorSpec, known: Any = None) -> Value:
    if spec.dims is None or any(isinstance(size, Symbol) and size.is_unknown for size in spec.dims):
        raise UnknownSizes(
            f"The shape {dimensions.text(spec.dims)} of {name} is not known even now that those of all inputs are."
        )
    return Value(name, spec.dtype, spec.dims, known)


def capture(
    fetches: Iterable[Any],
    feeds: Mapping[Tensor, Dims],
    known: Mapping[Tensor, Any] | None = None,
    done: Collection[Operation] = (),
) -> Program:
    """The program that computes `fetches` (tensors and operations) from `feeds` (tensors with their sizes).

    Sizes are inferred anew from those of the feeds, so one graph gives programs for any shapes it was fed.

    Args:
      known: of feeds that are made of sizes, these (see Value).
      done: operations that an earlier part of the same run has done.
    Raises UnknownSizes if those of some tensor cannot be inferred.
    """
    fetches, known = list(fetches), known or {}
    values = {tensor: Value(tensor.name, tensor.dtype, dims, known.get(tensor)) for tensor, dims in feeds.items()}
    given = tuple(values.values())
    statements = []
    for operation in needed_operations(fetches, feeds, done):
        if operation.outputs and all(output in values for output in operation.outputs):
            continue
        statement = captured(operation, tuple(value_of(tensor, values) for tensor in operation.inputs))
        statements.append(statement)
        for tensor, value in zip(operation.outputs, statement.outputs, strict=True):
            values.setdefault(tensor, value)
    wanted = tuple(value_of(item, values) for item in fetches if isinstance(item, Tensor))
    return Program(given, tuple(statements), wanted)


def value_of(tensor: Tensor, values: Mapping[Tensor, Value]) -> Value:
    """The value that `tensor` has by now. What an update that is already done hands on is the variable itself."""
    while tensor not in values and tensor.op.definition.writes:
        tensor = tensor.op.inputs[0]
    return values[tensor]


def captured(operation: Operation, inputs: tuple[Value, ...]) -> Statement:
    """The statement for an operation with these inputs. UnknownSizes if it cannot be told what sizes it makes."""
    definition = operation.definition
    if isinstance(definition, Placeholder):
        raise definition.unfed(operation)
    if isinstance(definition, PlaceholderWithDefault):
        definition = Identity()
    specs = tuple(value.spec for value in inputs)
    knowns = tuple(value.known for value in inputs)
    try:
        made = definition.infer(specs, knowns)
    except ValueError as error:  # what was fed, or computed, tells sizes that the graph did not know
        shapes = ", ".join(f"{value.name} {dimensions.text(value.dims)}" for value in inputs)
        raise InvalidArgumentError(
            message=f"{error} for '{operation.name}' (op: '{definition.type}') with inputs {shapes}"
        ) from None
    outputs = []
    for tensor, spec in zip(operation.outputs, made, strict=True):
        outputs.append(_value(tensor.name, TensorSpec(spec.dtype, _refined(spec.dims, tensor.dims))))
    if len(outputs) == 1:
        known = definition.known_value(specs, knowns)
        if not any(isinstance(size, Symbol) and size.is_unknown for size in np.ravel(known).tolist()):
            outputs[0] = replace(outputs[0], known=known)
    return Statement(operation.name, definition, inputs, tuple(outputs))


def _refined(inferred: Dims | None, static: Dims | None) -> Dims | None:
    """Sizes as inferred; where nothing at all is known, as the graph says (`set_shape`).

    A size that follows from a feed's stays a symbol even if the graph knows the number: one program serves all batches.
    """
    if inferred is None or static is None:
        return inferred if inferred is not None else static
    if len(inferred) != len(static):
        return inferred  # a size that the graph does not know is 1, and its axis was left out
    return tuple(b if isinstance(a, Symbol) and a.is_unknown else a for a, b in zip(inferred, static, strict=True))
