"""Loops as Python source: elementwise steps over one shape, broadcasting by strides, axes collapsed where possible."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

from estimators.compiler.code import SINGLE, WHOLE, Code, times
from estimators.compiler.program import Value
from estimators.compiler.schedule import Loop, Step
from model_fns.graph import dtypes
from model_fns.graph.dimensions import Dim, Dims, Symbol, product, same
from model_fns.graph.dtypes import DType
from model_fns.graph.syntax import parsed
from model_fns.ops.arithmetic import Cast

_SMALL = 512  # elements up to which one worker is faster alone


@final
@dataclass(frozen=True)
class Axis:
    """One level of the loop nest: its size and each array's stride along it, as Python source."""

    size: Dim
    strides: tuple[str, ...]


def write_loop(loop: Loop, code: Code, leaves: set[Value]) -> None:
    """Writes the lines of `loop`; `leaves` are the values that something outside it needs."""
    _LoopWriter(loop, code, leaves).write()


class _LoopWriter:
    def __init__(self, loop: Loop, code: Code, leaves: set[Value]) -> None:
        self.loop, self.code = loop, code
        root = code.program.root
        made: set[Value] = set()
        self.locals: dict[Any, str] = {}
        self.loaded: list[Value] = []  # arrays read, in order of first use; scalars apart
        self.scalars: list[Value] = []
        self.stored: list[Value] = []
        for step in loop.steps:
            for value in step.inputs:
                if root(value) not in made and self._literal(value) is None:
                    self._load(value)
            made.add(root(step.output))
            if step.statement.op.writes or step.output in leaves or root(step.output) in leaves:
                self.stored.append(step.output)

    def _load(self, value: Value) -> None:
        group = self.scalars if all(size == 1 for size in value.dims) and not self._is_scalar_loop() else self.loaded
        if self._key(value) not in {self._key(other) for other in (*self.loaded, *self.scalars)}:
            group.append(value)

    def _key(self, value: Value) -> Any:
        """What a local variable stands for: an array's element, as a loop of this shape walks over it.

        One array may be walked over in two ways: x[:, None] - x[None, :].
        """
        first = next((axis for axis, size in enumerate(value.dims) if size != 1), len(value.dims))
        return self.code.program.root(value), value.dims[first:]

    def _is_scalar_loop(self) -> bool:
        return all(size == 1 for size in self.loop.dims)

    def _literal(self, value: Value) -> Any:
        """The number a one-element constant holds, else None."""
        array = self.code.program.constant(value)
        return None if array is None or array.size != 1 or value.dtype.name == "string" else array.ravel()[0]

    def write(self) -> None:
        code, dims = self.code, self.loop.dims
        code.work.append(f"{len(self.loop.steps)} * {times(*dims)}")
        axes = _collapse(dims, [value.dims for value in (*self.loaded, *self.stored)])
        total = product(dims)
        if not isinstance(total, Symbol) and total <= _SMALL:
            code.alone()
            label, bounds = SINGLE, ("0", str(axes[0].size))
        elif isinstance(dims[0], Symbol):
            part = code.part(dims[0])
            per_row = _quotient(axes[0].size, dims[0])
            label, bounds = part.label, (f"{part.start}{per_row}", f"{part.stop}{per_row}")
        else:
            part = code.part(axes[0].size, 64 if len(axes) == 1 else 1)
            label, bounds = part.label, (part.start, part.stop)
        self._write_nest(axes, label, bounds)

    def _read_label(self, value: Value, label: str) -> str:
        dims = self.loop.dims
        aligned = same(value.dims, dims) or (
            len(value.dims) == len(dims) and dims and value.dims[0] == dims[0] and isinstance(dims[0], Symbol)
        )
        return label if aligned else WHOLE

    def _write_nest(self, axes: list[Axis], label: str, bounds: tuple[str, str]) -> None:
        code = self.code
        names = [code.read(value, self._read_label(value, label)) for value in self.loaded]
        for value in self.scalars:
            local = code.names.identifier(f"{value.name}_number")
            code.line(f"{local} = {code.read(value, SINGLE if code.single else WHOLE)}[0]")
            self.locals[self._key(value)] = local
        targets = [code.write(value, label) for value in self.stored]
        offsets = [""] * (len(names) + len(targets))
        indent = ""
        for depth, axis in enumerate(axes):
            low, high = bounds if depth == 0 else ("0", str(axis.size))
            index = f"i{depth}"
            code.line(f"{indent}for {index} in range({low}, {high}):")
            indent += "    "
            last = depth == len(axes) - 1
            for position, stride in enumerate(axis.strides):
                term = "" if stride == "0" else index if stride == "1" else f"{index} * {stride}"
                offset = " + ".join(part for part in (offsets[position], term) if part)
                if not last and term and depth < len(axes) - 1:
                    name = f"at{depth}_{position}"
                    code.line(f"{indent}{name} = {offset}")
                    offset = name
                offsets[position] = offset
        self._write_body(indent, names, targets, offsets)

    def _write_body(self, indent: str, names: list[str], targets: list[str], offsets: list[str]) -> None:
        code = self.code
        for number, (value, name) in enumerate(zip(self.loaded, names, strict=True)):
            code.line(f"{indent}x{number} = {name}[{offsets[number] or '0'}]")
            self.locals[self._key(value)] = f"x{number}"
        where = dict(zip(self.stored, zip(targets, offsets[len(names) :], strict=True), strict=True))
        for number, step in enumerate(self.loop.steps):
            local = f"v{number}"
            code.line(f"{indent}{local} = {self._expression(step)}")
            self.locals[self._key(step.output)] = local
            if step.output in where:
                target, offset = where[step.output]
                code.line(f"{indent}{target}[{offset or '0'}] = {local}")

    def _expression(self, step: Step) -> str:
        code = self.code
        arguments = dict(zip("xyz", (self._operand(value) for value in step.inputs), strict=False))
        kind = step.inputs[0].dtype if step.inputs else step.output.dtype
        if kind == dtypes.bool_ and len(step.inputs) > 1:
            kind = step.inputs[1].dtype  # a condition comes first
        text = _Rewriter(code, arguments, step.constants, kind).rewrite(step.expression)
        output = step.output.dtype
        if isinstance(step.statement.op, Cast) and output == dtypes.bool_:
            return f"{text} != 0"
        return text if output == dtypes.bool_ else f"np.{output.name}({text})"

    def _operand(self, value: Value) -> str:
        literal = self._literal(value)
        if literal is not None:
            return self.code.names.literal(literal, value.dtype)
        return self.locals[self._key(value)]


class _Rewriter(ast.NodeTransformer):
    """Puts an op's expression in the loop: inputs by their locals, numbers in the element type, imported functions."""

    def __init__(self, code: Code, arguments: dict[str, str], constants: dict[str, Any], kind: DType) -> None:
        self.code, self.arguments, self.constants, self.kind = code, arguments, constants, kind

    def rewrite(self, expression: str) -> str:
        return ast.unparse(self.visit(parsed(expression, "eval")))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.arguments:
            return ast.Name(self.arguments[node.id])
        if node.id in self.constants:
            return ast.Name(self.code.names.literal(self.constants[node.id], self.kind))
        return ast.Name(self.code.names.function(node.id))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Name(self.code.names.literal(node.value, self.kind))


def _collapse(dims: Dims, arrays: Iterable[Dims]) -> list[Axis]:
    """The fewest axes over which all arrays can be walked with one stride each."""
    arrays = [(1,) * (len(dims) - len(array)) + tuple(array) for array in arrays]
    axes: list[Axis] = []
    for position, size in enumerate(dims):
        if size == 1:
            continue
        strides = []
        for array in arrays:
            inner = times(*array[position + 1 :])
            own = array[position]
            if own == 1:
                strides.append("0")
            elif own == size or not (isinstance(own, Symbol) or isinstance(size, Symbol)):
                strides.append(inner)
            elif isinstance(own, Symbol):
                strides.append(f"(0 if {own} == 1 else {inner})")  # told apart when the step runs
            else:
                strides.append(inner)
        axes.append(Axis(size, tuple(strides)))
    if not axes:
        return [Axis(1, tuple("0" for _ in arrays))]
    merged = [axes[-1]]
    for axis in reversed(axes[:-1]):
        below = merged[0]
        joins = all(
            (outer == "0" and inner == "0") or (inner != "0" and outer == _joined(inner, below.size))
            for outer, inner in zip(axis.strides, below.strides, strict=True)
        )
        if joins:
            merged[0] = Axis(axis.size * below.size, below.strides)
        else:
            merged.insert(0, axis)
    return merged


def _joined(stride: str, size: Dim) -> str | None:
    """The stride of the axis outside one of this stride and size, if they can be walked as one."""
    if stride == "1":
        return times(size)
    if stride.isdigit() and not isinstance(size, Symbol):
        return str(int(stride) * size)
    return None


def _quotient(total: Dim, rows: Dim) -> str:
    """` * n` where `total` is n rows' worth, nothing if it is the rows themselves."""
    each = total // rows
    return "" if each == 1 else f" * {times(each)}"
