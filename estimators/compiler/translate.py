"""Translation: the source of a step as LLVM, without type inference.

The emitter writes a small part of Python - integers, flat arrays, loops over ranges, calls of kernels and of scalar
functions - in which every type is plain from the text. Translating just that takes a twentieth of the time in which
numba, which has to find the types, would compile it (tests/benchmarks/NOTES.md).

Every array has memory of its own, as `array_at` promises, and LLVM is told so. Indices are not negative.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, final

from llvmlite import ir
from numba.core import sigutils, types

from estimators.compiler.outline import outlined
from estimators.compiler.repeats import gathered
from estimators.kernels import elementary
from model_fns.graph.syntax import parsed

_INDEX = ir.IntType(64)
_BYTE = ir.IntType(8)
_POINTER = _BYTE.as_pointer().as_pointer()  # to where a kernel would put a pointer to its exception


@final
@dataclass(frozen=True)
class Number:
    """A number (or truth value) while the code is written: its type in numba, and the LLVM value."""

    type: Any
    ir: ir.Value


@final
@dataclass(frozen=True, eq=False)
class Array:
    """A flat array: its name as that of its memory, the type of its elements, where it begins, and their number."""

    name: str
    dtype: Any
    data: ir.Value
    count: ir.Value


@final
@dataclass(frozen=True)
class Kernel:
    """A function that is called by its address, with numba's types of its arguments and result."""

    result: Any
    arguments: tuple[Any, ...]


def translate(source: str, name: str) -> str:
    """The LLVM module, as text, of the function `run` in `source`, under the name `name`."""
    return _Translator(outlined(parsed(gathered(source))), name).module_text()


class _Translator:
    def __init__(self, tree: ast.Module, name: str) -> None:
        self.module = ir.Module(name)
        self.names: dict[str, Any] = {}
        self.functions = {"max": "maximum", "min": "minimum"}  # other names of scalar functions
        self.loops: list[set[str]] = []  # the arrays that the loops around touch, by name
        self.ends: list[ir.Block] = []  # what follows the loops around
        self.scopes: dict[str, Any] = {}
        self.places: dict[ir.Type, ir.Value] = {}
        self.domain = self.module.add_metadata(["arrays of a step"])
        for node in tree.body:
            if isinstance(node, ast.Assign):
                self._define(node)
            elif isinstance(node, ast.FunctionDef):
                self._function(node, name if node.name == "run" else "")

    def module_text(self) -> str:
        return str(self.module)

    # -- the file -------------------------------------------------------------------------------------------------

    def _define(self, node: ast.Assign) -> None:
        """A line at the head of the file: a constant, a kernel with its types, or another name of a function."""
        (target,) = node.targets
        assert isinstance(target, ast.Name)
        if isinstance(node.value, ast.Name):
            self.functions[target.id] = node.value.id
            return
        assert isinstance(node.value, ast.Call)
        called, arguments = node.value.func, node.value.args
        if isinstance(called, ast.Name):  # kernel("module.name", "result(arguments)")
            given, result = sigutils.normalize_signature(ast.literal_eval(arguments[1]))
            self.names[target.id] = Kernel(result, given)
        else:
            assert isinstance(called, ast.Attribute)  # np.float32(0.5)
            dtype, number = _type(called.attr), eval(ast.unparse(arguments[0]), {"__builtins__": {"float": float}})
            self.names[target.id] = Number(dtype, ir.Constant(_in_register(dtype), number))

    def _function(self, node: ast.FunctionDef, symbol: str) -> None:
        """`run`, whose name outside is `symbol`, or a piece of it, which nobody outside sees."""
        arguments = [argument.arg for argument in node.args.args]
        signature = ir.FunctionType(_INDEX, [_INDEX.as_pointer(), *[_INDEX] * (len(arguments) - 1)])
        function = ir.Function(self.module, signature, symbol or node.name)
        if not symbol:
            function.linkage = "internal"
            function.attributes.add("noinline")  # that it is by itself is all its purpose
            if not any(isinstance(each, ast.For) for each in ast.walk(node)):
                function.attributes.add("optnone")  # calls alone: as fast as they are, and compiled in half the time
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        before, self.places = self.names, {}
        self.names = dict(before)
        self.names |= {n: Number(types.int64, value) for n, value in zip(arguments, function.args, strict=True)}
        self.names["table"] = Array("table", types.int64, function.args[0], None)
        self._statements(node.body)
        if not symbol:
            self.builder.ret(ir.Constant(_INDEX, 0))
        self.names = {**before, node.name: function}

    # -- statements -----------------------------------------------------------------------------------------------

    def _statements(self, nodes: list[ast.stmt]) -> None:
        for node in nodes:
            _STATEMENTS[type(node)](self, node)

    def _assign(self, node: ast.Assign) -> None:
        (target,) = node.targets
        value = self._value(node.value)
        if isinstance(target, ast.Name):
            self.names[target.id] = replace(value, name=target.id) if isinstance(value, Array) else value
        elif isinstance(target, ast.Tuple):
            for name, part in zip(target.elts, value, strict=True):
                assert isinstance(name, ast.Name)
                self.names[name.id] = part
        else:
            assert isinstance(target, ast.Subscript)
            self._store(target, value)

    def _for(self, node: ast.For) -> None:
        assert isinstance(node.iter, ast.Call) and isinstance(node.target, ast.Name)
        bounds = [self._value(argument).ir for argument in node.iter.args]
        start, stop = bounds if len(bounds) == 2 else (ir.Constant(_INDEX, 0), bounds[0])
        builder = self.builder
        before = builder.block
        body, after = builder.append_basic_block("loop"), builder.append_basic_block("after")
        self.ends.append(after)
        builder.cbranch(builder.icmp_signed("<", start, stop), body, after)
        builder.position_at_end(body)
        index = builder.phi(_INDEX)
        index.add_incoming(start, before)
        self.names[node.target.id] = Number(types.int64, index)
        with self._within_loop(node):
            self._statements(node.body)
        following = builder.add(index, ir.Constant(_INDEX, 1), flags=["nsw"])
        index.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_signed("<", following, stop), body, after)
        builder.position_at_end(self.ends.pop())

    def _break(self, node: ast.Break) -> None:
        self.builder.branch(self.ends[-1])

    @contextmanager
    def _within_loop(self, node: ast.For) -> Iterator[None]:
        """Notes the arrays that a loop touches, of which LLVM is told that they do not overlap."""
        nested = {
            each.value.id
            for each in ast.walk(node)
            if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name)
        }
        self.loops.append(nested)
        yield
        self.loops.pop()

    def _if(self, node: ast.If) -> None:
        builder = self.builder
        then, after = builder.append_basic_block("then"), builder.append_basic_block("after")
        other = builder.append_basic_block("else") if node.orelse else after
        builder.cbranch(self._value(node.test).ir, then, other)
        for block, statements in ((then, node.body), (other, node.orelse)):
            if statements:
                builder.position_at_end(block)
                self._statements(statements)
                if not builder.block.is_terminated:
                    builder.branch(after)
        builder.position_at_end(after)

    def _return(self, node: ast.Return) -> None:
        assert node.value is not None
        self.builder.ret(self._value(node.value).ir)

    def _expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self._value(node.value)

    # -- expressions ----------------------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> Any:
        return _EXPRESSIONS[type(node)](self, node)

    def _name(self, node: ast.Name) -> Any:
        return self.names[node.id]

    def _constant(self, node: ast.Constant) -> Number:
        if isinstance(node.value, bool):
            return Number(types.boolean, ir.Constant(ir.IntType(1), int(node.value)))
        return Number(types.int64, ir.Constant(_INDEX, node.value))

    def _tuple(self, node: ast.Tuple) -> list[Number]:
        return [self._value(item) for item in node.elts]

    def _binary(self, node: ast.BinOp) -> Number:
        left, right = self._value(node.left), self._value(node.right)
        kind, builder = left.type, self.builder
        if kind != right.type:
            raise TypeError(f"{ast.unparse(node)} joins {kind} and {right.type}: nothing is converted unnoticed")
        if isinstance(node.op, ast.FloorDiv | ast.Mod):
            return self._elementary("floor_divide" if isinstance(node.op, ast.FloorDiv) else "floor_mod", [left, right])
        if isinstance(node.op, ast.Div) and not isinstance(kind, types.Float):
            left, right = self._cast(left, types.float64), self._cast(right, types.float64)
            kind = types.float64
        instruction = _FLOAT_OPERATORS if isinstance(kind, types.Float) else _INTEGER_OPERATORS
        return Number(kind, getattr(builder, instruction[type(node.op)])(left.ir, right.ir))

    def _unary(self, node: ast.UnaryOp) -> Number:
        assert isinstance(node.op, ast.USub)
        operand = self._value(node.operand)
        negated = self.builder.fneg if isinstance(operand.type, types.Float) else self.builder.neg
        return Number(operand.type, negated(operand.ir))

    def _compare(self, node: ast.Compare) -> Number:
        left, right = self._value(node.left), self._value(node.comparators[0])
        if isinstance(right, Number) and right.type != left.type:
            right = self._cast(right, left.type)
        sign = _COMPARISONS[type(node.ops[0])]
        if isinstance(left.type, types.Float):
            compare = self.builder.fcmp_unordered if sign == "!=" else self.builder.fcmp_ordered
        else:
            signed = left.type != types.boolean
            compare = self.builder.icmp_signed if signed else self.builder.icmp_unsigned
        return Number(types.boolean, compare(sign, left.ir, right.ir))

    def _boolean(self, node: ast.BoolOp) -> Number:
        join = self.builder.and_ if isinstance(node.op, ast.And) else self.builder.or_
        result = self._value(node.values[0]).ir
        for item in node.values[1:]:
            result = join(result, self._value(item).ir)
        return Number(types.boolean, result)

    def _choice(self, node: ast.IfExp) -> Number:
        condition, if_true, if_false = (self._value(part) for part in (node.test, node.body, node.orelse))
        return Number(if_true.type, self.builder.select(condition.ir, if_true.ir, if_false.ir))

    def _call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute):  # np.float32(x)
            return self._cast(self._value(node.args[0]), _type(node.func.attr))
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if name == "array_at":
            return self._array_at(node)
        arguments = [self._value(argument) for argument in node.args]
        known = self.names.get(name)
        if isinstance(known, Kernel):
            return self._call_kernel(known, arguments)
        if isinstance(known, ir.Function):  # a piece of the step
            self.builder.call(known, [a.data if isinstance(a, Array) else a.ir for a in arguments])
            return None
        if name in _BUILT_IN:
            return _BUILT_IN[name](self.builder, *arguments)
        return self._elementary(self.functions.get(name, name), arguments)

    # -- arrays ---------------------------------------------------------------------------------------------------

    def _array_at(self, node: ast.Call) -> Array:
        address, count = self._value(node.args[0]), self._value(node.args[1])
        assert isinstance(node.args[2], ast.Attribute)
        dtype = _type(node.args[2].attr)
        data = self.builder.inttoptr(address.ir, _in_memory(dtype).as_pointer())
        return Array("", dtype, data, count.ir)

    def _subscript(self, node: ast.Subscript) -> Any:
        array = self._value(node.value)
        if isinstance(node.slice, ast.Slice):
            assert node.slice.lower is not None and node.slice.upper is not None
            start, stop = self._value(node.slice.lower).ir, self._value(node.slice.upper).ir
            data = self.builder.gep(array.data, [start], inbounds=True)
            return Array(array.name, array.dtype, data, self.builder.sub(stop, start))
        loaded = self.builder.load(self._place(array, node.slice))
        self._mark(loaded, array)
        if array.dtype == types.boolean:
            loaded = self.builder.trunc(loaded, ir.IntType(1))
        return Number(array.dtype, loaded)

    def _store(self, target: ast.Subscript, value: Number) -> None:
        array = self._value(target.value)
        converted = self._cast(value, array.dtype).ir
        if array.dtype == types.boolean:
            converted = self.builder.zext(converted, _BYTE)
        self._mark(self.builder.store(converted, self._place(array, target.slice)), array)

    def _place(self, array: Array, index: ast.expr) -> ir.Value:
        return self.builder.gep(array.data, [self._value(index).ir], inbounds=True)

    def _mark(self, instruction: Any, array: Array) -> None:
        """Says of an access in a loop that it touches none of the loop's other arrays."""
        touched = self.loops[-1] if self.loops else set()
        if array.name not in touched:
            return
        instruction.set_metadata("alias.scope", self.module.add_metadata([self._scope(array.name)]))
        others = [self._scope(name) for name in sorted(touched - {array.name})]
        if others:
            instruction.set_metadata("noalias", self.module.add_metadata(others))

    def _scope(self, name: str) -> Any:
        if name not in self.scopes:
            self.scopes[name] = self.module.add_metadata([name, self.domain])
        return self.scopes[name]

    # -- calls ----------------------------------------------------------------------------------------------------

    def _elementary(self, name: str, arguments: list[Number]) -> Number:
        if name == "where":
            condition, if_true, if_false = arguments
            return Number(if_true.type, self.builder.select(condition.ir, if_true.ir, if_false.ir))
        result, value = elementary.generate(name, self.builder, arguments[0].type, *(each.ir for each in arguments))
        return Number(result, value)

    def _cast(self, number: Number, dtype: Any) -> Number:
        if number.type == dtype:
            return number
        return Number(dtype, _converted(self.builder, number, dtype))

    def _call_kernel(self, kernel: Kernel, given: list[Any]) -> Number | None:
        """Calls the function at the address that is the first argument, as numba's functions are called.

        They take where to put the result, where to put an exception (kernels raise none), and the arguments with
        arrays and tuples taken apart; they return a status.
        """
        builder = self.builder
        flat = [
            part for value, kind in zip(given[1:], kernel.arguments, strict=True) for part in self._flat(value, kind)
        ]
        result = ir.IntType(8).as_pointer() if kernel.result == types.none else _in_memory(kernel.result)
        place = self._result_place(result)
        signature = ir.FunctionType(ir.IntType(32), [place.type, _POINTER, *(part.type for part in flat)])
        builder.call(
            builder.inttoptr(given[0].ir, signature.as_pointer()), [place, self._result_place(_POINTER.pointee), *flat]
        )
        return None if kernel.result == types.none else Number(kernel.result, builder.load(place))

    def _result_place(self, kind: ir.Type) -> ir.Value:
        """Memory on the stack for a result of that kind; calls follow each other, so one place serves all."""
        if kind not in self.places:
            with self.builder.goto_entry_block():
                self.places[kind] = self.builder.alloca(kind)
        return self.places[kind]

    def _flat(self, value: Any, kind: Any) -> list[ir.Value]:
        """An argument as numba passes it. An array: its owner and parent, element count, bytes of an element, memory,
        shape, strides."""
        if isinstance(value, Array):
            memory = _in_memory(value.dtype)
            none, size = ir.Constant(_BYTE.as_pointer(), None), ir.Constant(_INDEX, _bytes(memory))
            return [none, none, value.count, size, value.data, value.count, size]
        if isinstance(value, list):
            return [item.ir for item in value]
        number = self._cast(value, kind).ir
        return [self.builder.zext(number, _BYTE) if kind == types.boolean else number]


# -- what the source may use besides ----------------------------------------------------------------------------------
def _share(builder: ir.IRBuilder, *numbers: Number) -> list[Number]:
    """share(count, worker, workers, multiple): the part (start, stop) of range(count) that is this worker's.

    Parts differ by at most one multiple, follow each other without gap, begin at multiples, and may be empty.
    """
    count, worker, workers, multiple = (number.ir for number in numbers)
    one = ir.Constant(_INDEX, 1)
    blocks = builder.sdiv(builder.sub(builder.add(count, multiple), one), multiple)
    bounds = []
    for position in (worker, builder.add(worker, one)):
        bound = builder.mul(builder.sdiv(builder.mul(blocks, position), workers), multiple)
        bounds.append(Number(types.int64, builder.select(builder.icmp_signed("<", bound, count), bound, count)))
    return bounds


def _call_back(builder: ir.IRBuilder, address: Number, number: Number) -> Number:
    """call_back(address, number): calls the C function there, which takes an int64 and returns one."""
    function = builder.inttoptr(address.ir, ir.FunctionType(_INDEX, [_INDEX]).as_pointer())
    return Number(types.int64, builder.call(function, [number.ir]))


def _clock(builder: ir.IRBuilder) -> Number:
    """clock(): the processor's counter of cycles, or whatever it has that counts evenly."""
    name = "llvm.readcyclecounter"
    declared = builder.module.globals.get(name) or ir.Function(builder.module, ir.FunctionType(_INDEX, []), name)
    return Number(types.int64, builder.call(declared, []))


_BUILT_IN: dict[str, Callable[..., Any]] = {
    "clock": _clock,
    "share": _share,
    "call_back": _call_back,
}


def _type(name: str) -> Any:
    """numba's type of that name in NumPy."""
    return types.boolean if name == "bool" else getattr(types, name)


def _in_register(dtype: Any) -> ir.Type:
    return ir.IntType(1) if dtype == types.boolean else _in_memory(dtype)


def _in_memory(dtype: Any) -> ir.Type:
    if isinstance(dtype, types.Float):
        return ir.FloatType() if dtype.bitwidth == 32 else ir.DoubleType()
    return _BYTE if dtype == types.boolean else ir.IntType(dtype.bitwidth)


def _converted(builder: ir.IRBuilder, number: Number, dtype: Any) -> ir.Value:
    """The number in another type, as NumPy's astype."""
    source, target = number.type, _in_register(dtype)
    if dtype == types.boolean:
        zero = ir.Constant(number.ir.type, 0)
        if isinstance(source, types.Float):
            return builder.fcmp_unordered("!=", number.ir, zero)
        return builder.icmp_signed("!=", number.ir, zero)
    if isinstance(source, types.Float):
        if isinstance(dtype, types.Float):
            return (builder.fpext if dtype.bitwidth > source.bitwidth else builder.fptrunc)(number.ir, target)
        return builder.fptosi(number.ir, target)
    unsigned = source == types.boolean or not source.signed
    if isinstance(dtype, types.Float):
        return (builder.uitofp if unsigned else builder.sitofp)(number.ir, target)
    width = 1 if source == types.boolean else source.bitwidth
    if dtype.bitwidth == width:
        return number.ir
    if dtype.bitwidth < width:
        return builder.trunc(number.ir, target)
    return (builder.zext if unsigned else builder.sext)(number.ir, target)


def _bytes(kind: ir.Type) -> int:
    if isinstance(kind, ir.IntType):
        return int(kind.width) // 8
    return 4 if isinstance(kind, ir.FloatType) else 8


_FLOAT_OPERATORS = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_INTEGER_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and_", ast.BitOr: "or_"}
_COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_STATEMENTS: dict[type, Callable[[_Translator, Any], None]] = {
    ast.Assign: _Translator._assign,
    ast.For: _Translator._for,
    ast.If: _Translator._if,
    ast.Break: _Translator._break,
    ast.Pass: lambda translator, node: None,
    ast.Return: _Translator._return,
    ast.Expr: _Translator._expression,
}
_EXPRESSIONS: dict[type, Callable[[_Translator, Any], Any]] = {
    ast.Name: _Translator._name,
    ast.Constant: _Translator._constant,
    ast.Tuple: _Translator._tuple,
    ast.BinOp: _Translator._binary,
    ast.UnaryOp: _Translator._unary,
    ast.Compare: _Translator._compare,
    ast.BoolOp: _Translator._boolean,
    ast.IfExp: _Translator._choice,
    ast.Call: _Translator._call,
    ast.Subscript: _Translator._subscript,
}
