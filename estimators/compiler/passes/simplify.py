"""Write statements more simply: a table of rules, each an equation.

A rule gets the program so far and a statement, and answers as `rewrite` asks: None, a statement, several, or a value.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from estimators.compiler.passes import known_by_now
from estimators.compiler.program import Program, Statement, Value, constant_statement, made, rewrite
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Symbol, broadcast, product, same
from model_fns.graph.op import Elementwise, Op
from model_fns.ops.arithmetic import Add, Addition, AddN, Cast, Mul, Neg, RealDiv, Sub
from model_fns.ops.control import Same
from model_fns.ops.linalg import MatMul
from model_fns.ops.reduction import Mean, Reduction, Sum
from model_fns.ops.shaping import BroadcastLike, BroadcastTo, Fill, FillLike, ReshapeLike, SizeRatio, SumTo

Answer = Any


def simplify(program: Program) -> Program:
    """Applies the rules below, each wherever it fits, until none does."""
    for _ in range(10):
        before = [statement.op for statement in program.statements]
        for rule in RULES:
            program = rewrite(program, functools.partial(_unless_it_reads_later, rule), KINDS[rule])
        if [statement.op for statement in program.statements] == before:
            break
    return program


def _unless_it_reads_later(rule: Any, program: Program, statement: Statement) -> Answer:
    """What `rule` says, unless a variable that this run changes would be read at another time than it was."""
    answer = rule(program, statement)
    if answer is None:
        return None
    if isinstance(answer, Value):
        read = set() if statement.op.is_view else {answer}
    else:
        statements = answer if isinstance(answer, tuple) else (answer,)
        read = {value for item in statements for value in item.inputs} - set(statement.inputs)
    return None if any(program.root(value) in program.written for value in read) else answer


def identity_of_value(program: Program, statement: Statement) -> Answer:
    """identity(x) -> x"""
    return statement.inputs[0] if isinstance(statement.op, Same) else None


def cast_to_own_type(program: Program, statement: Statement) -> Answer:
    """cast(x, type of x) -> x"""
    return (
        statement.inputs[0]
        if isinstance(statement.op, Cast) and statement.inputs[0].dtype == statement.op.dtype
        else None
    )


def times_one(program: Program, statement: Statement) -> Answer:
    """x * 1 -> x, x / 1 -> x"""
    if isinstance(statement.op, Mul | RealDiv):
        return _neutral(program, statement, 1, both=isinstance(statement.op, Mul))
    return None


def plus_zero(program: Program, statement: Statement) -> Answer:
    """x + 0 -> x, x - 0 -> x"""
    if isinstance(statement.op, Addition | Sub):
        return _neutral(program, statement, 0, both=isinstance(statement.op, Addition))
    return None


def _neutral(program: Program, statement: Statement, number: float, both: bool) -> Value | None:
    x, y = statement.inputs
    for kept, other in ((x, y), (y, x)) if both else ((x, y),):
        constant = program.constant(other)
        if (
            constant is not None
            and constant.size == 1
            and constant.flat[0] == number
            and same(kept.dims, statement.outputs[0].dims)
        ):
            return kept
    return None


def minus_minus(program: Program, statement: Statement) -> Answer:
    """-(-x) -> x"""
    inner = program.producers.get(statement.inputs[0]) if isinstance(statement.op, Neg) else None
    return inner.inputs[0] if inner is not None and isinstance(inner.op, Neg) else None


def sum_of_many(program: Program, statement: Statement) -> Answer:
    """add_n(a, b, c) -> (a + b) + c, which loops can fuse"""
    if not isinstance(statement.op, AddN):
        return None
    if len(statement.inputs) == 1:
        return statement.inputs[0]
    steps: list[Statement] = []
    total = statement.inputs[0]
    for number, item in enumerate(statement.inputs[1:]):
        steps.append(made(Add(), (total, item), f"{statement.name}/{number}"))
        total = steps[-1].outputs[0]
    return tuple(steps)


def mean_as_sum(program: Program, statement: Statement) -> Answer:
    """mean(x) -> sum(x) / (size of x / size of the result), for floating numbers"""
    x = statement.inputs[0] if statement.inputs else None
    if not isinstance(statement.op, Mean) or x is None or not x.dtype.is_floating:
        return None
    total = made(Sum(statement.op.axes, statement.op.keepdims), (x,), f"{statement.name}/sum")
    count = made(SizeRatio(x.dtype), (x, total.outputs[0]), f"{statement.name}/count")
    return total, count, made(RealDiv(), (total.outputs[0], count.outputs[0]), statement.name)


def known_ratio(program: Program, statement: Statement) -> Answer:
    """size of x / size of y -> the number, where it is the same for every batch"""
    if not isinstance(statement.op, SizeRatio):
        return None
    x, y = (product(value.dims) for value in statement.inputs)
    ratio = x // (y if y != 0 else 1)
    if isinstance(ratio, Symbol):
        return None
    return constant_statement(np.array(ratio, statement.op.dtype.as_numpy_dtype), statement.name)


def broadcast_in_loop(program: Program, statement: Statement) -> Answer:
    """f(broadcast(x), y) -> f(x, y), f(fill(c), y) -> f(c, y): an elementwise loop broadcasts by itself"""
    if not isinstance(statement.op, Elementwise):
        return None
    for position, value in enumerate(statement.inputs):
        source = _before_broadcast(program, value)
        if source is None:
            continue
        others = [v.dims for i, v in enumerate(statement.inputs) if i != position]
        if not same(functools.reduce(broadcast, [_dims(source), *others]), statement.outputs[0].dims):
            continue
        if isinstance(source, Statement):
            constant = source.outputs[0]
            return source, replace(statement, inputs=_with(statement.inputs, position, constant))
        return replace(statement, inputs=_with(statement.inputs, position, source))
    return None


def _dims(source: Value | Statement) -> Any:
    return source.dims if isinstance(source, Value) else ()


def _before_broadcast(program: Program, value: Value) -> Value | Statement | None:
    """What `value` repeats: a value, or a constant's statement."""
    producer = program.producers.get(value)
    if producer is None or not value.dims:
        return None
    if isinstance(producer.op, BroadcastLike | BroadcastTo):
        return producer.inputs[0]
    if isinstance(producer.op, Fill):
        return producer.inputs[1]
    if isinstance(producer.op, FillLike):
        number = np.array(producer.op.value, producer.op.dtype.as_numpy_dtype)
        return constant_statement(number, f"{producer.name}/value")
    return None


def _with(inputs: tuple[Value, ...], position: int, value: Value) -> tuple[Value, ...]:
    return (*inputs[:position], value, *inputs[position + 1 :])


def fill_of_nothing(program: Program, statement: Statement) -> Answer:
    """fill_like(x) for a scalar x -> a constant"""
    if isinstance(statement.op, FillLike) and not statement.inputs[0].dims:
        return constant_statement(np.array(statement.op.value, statement.op.dtype.as_numpy_dtype), statement.name)
    return None


def broadcast_to_same(program: Program, statement: Statement) -> Answer:
    """broadcast(x), sum_to(x), reshape_like(x) to the shape x has -> x"""
    if isinstance(statement.op, BroadcastLike | BroadcastTo | SumTo | ReshapeLike) and same(
        statement.inputs[0].dims, statement.outputs[0].dims
    ):
        return statement.inputs[0]
    return None


def sum_to_as_sum(program: Program, statement: Statement) -> Answer:
    """sum_to(x, y) -> reshape(sum(x, the axes that y lacks or has size 1 along))"""
    if not isinstance(statement.op, SumTo):
        return None
    x, y = statement.inputs
    leading = len(x.dims) - len(y.dims)
    axes = list(range(leading))
    for axis, (size, target) in enumerate(zip(x.dims[leading:], y.dims, strict=True), start=leading):
        if target == 1 and size != 1:
            axes.append(axis)
        elif size != target:
            return None  # whether this axis was broadcast shows only when the program runs
    total = made(Sum(tuple(axes)), (x,), f"{statement.name}/sum")
    return total, made(ReshapeLike(), (total.outputs[0], y), statement.name)


def sum_of_apart_axes(program: Program, statement: Statement) -> Answer:
    """reduce(x, axes with others between them) -> reduce(reduce(x, the last ones), the others)"""
    op = statement.op
    if not isinstance(op, Reduction):
        return None
    positions = op.positions(len(statement.inputs[0].dims))
    run = [axis for i, axis in enumerate(positions) if axis == positions[-1] - (len(positions) - 1 - i)]
    if len(run) == len(positions):
        return None
    inner = made(type(op)(tuple(run), True), statement.inputs, f"{statement.name}/last")
    outer = made(type(op)(positions[: -len(run)], True), inner.outputs, f"{statement.name}/first")
    return inner, outer, made(ReshapeLike(), (outer.outputs[0], statement.outputs[0]), statement.name)


def sum_over_nothing(program: Program, statement: Statement) -> Answer:
    """sum(x) over no axis -> x"""
    if isinstance(statement.op, Reduction) and not statement.op.positions(len(statement.inputs[0].dims)):
        return statement.inputs[0]
    return None


def negative_into_constant(program: Program, statement: Statement) -> Answer:
    """(-x) * c -> x * (-c) for a constant c"""
    if not isinstance(statement.op, Mul):
        return None
    x, y = statement.inputs
    inner = program.producers.get(x)
    constant = program.producers.get(y)
    if inner is None or constant is None or not isinstance(inner.op, Neg) or not isinstance(constant.op, Constant):
        return None
    negative = constant_statement(-constant.op.value.array, f"{statement.name}/negative")
    return negative, replace(statement, inputs=(inner.inputs[0], negative.outputs[0]))


def thin_product(program: Program, statement: Statement) -> Answer:
    """column @ row -> column * row, and column.T @ column -> sum(column * column): no product of matrices is so thin"""
    op = statement.op
    if not isinstance(op, MatMul) or op.transpose_b:
        return None
    a, b = statement.inputs
    if not op.transpose_a and a.dims[1] == 1:
        return made(Mul(), (a, b), statement.name)
    if op.transpose_a and a.dims[1] == b.dims[1] == 1:
        terms = made(Mul(), (a, b), f"{statement.name}/terms")
        return terms, made(Sum((0,), True), terms.outputs, statement.name)
    return None


# The rules in their order, each with the kinds of operations that it is about: most statements concern few of them.
KINDS: dict[Any, tuple[type[Op], ...]] = {
    identity_of_value: (Same,),
    cast_to_own_type: (Cast,),
    times_one: (Mul, RealDiv),
    plus_zero: (Addition, Sub),
    minus_minus: (Neg,),
    sum_of_many: (AddN,),
    mean_as_sum: (Mean,),
    known_ratio: (SizeRatio,),
    fill_of_nothing: (FillLike,),
    broadcast_to_same: (BroadcastLike, BroadcastTo, SumTo, ReshapeLike),
    broadcast_in_loop: (Elementwise,),
    sum_to_as_sum: (SumTo,),
    sum_of_apart_axes: (Reduction,),
    sum_over_nothing: (Reduction,),
    negative_into_constant: (Mul,),
    thin_product: (MatMul,),
    **known_by_now.KINDS,
}
RULES = tuple(KINDS)
