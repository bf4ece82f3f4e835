"""Bias, relu and pooling in one pass over a convolution's result, forward and backward."""

from __future__ import annotations

from estimators.compiler.fused import BiasReluMaxPool, BiasReluMaxPoolGrad
from estimators.compiler.program import Program, Statement, Value, made, rewrite
from model_fns.graph.dimensions import Symbol
from model_fns.ops.activation import Relu, ReluGrad
from model_fns.ops.bias import BiasAdd
from model_fns.ops.pooling import MaxPool, MaxPoolGrad


def fuse_pooling(program: Program) -> Program:
    """Pools before it stores: max_pool(relu(x + bias)) without the two images in between.

    Its gradient finds them again from x. Adding and relu keep the order of numbers, rounded or not, so that the results
    are the same bits.
    """
    chains: dict[Value, tuple[Value, Value]] = {}  # relu(x + bias) that is pooled -> x, bias
    for statement in program.statements:
        if isinstance(statement.op, MaxPool):
            chain = _chain(program, statement)
            if chain is not None:
                chains[statement.inputs[0]] = chain
    places = {output: place for place, each in enumerate(program.statements) for output in each.outputs}
    changes = _first_changes(program)

    def unchanged(active: Value, statement: Statement) -> bool:
        """Whether what the chain reads - here a second time, or later than before - is still what it was."""
        place = places[statement.outputs[0]]
        return all(changes.get(program.root(value), place) >= place for value in chains[active])

    def fuse(current: Program, statement: Statement) -> Statement | None:
        op, inputs = statement.op, statement.inputs
        if isinstance(op, MaxPool) and inputs[0] in chains and unchanged(inputs[0], statement):
            return made(BiasReluMaxPool(), _operands(current, inputs[0]), statement.name)
        if isinstance(op, ReluGrad) and inputs[1] in chains and unchanged(inputs[1], statement):
            pooling = current.producers.get(inputs[0])
            if pooling is not None and isinstance(pooling.op, MaxPoolGrad) and pooling.inputs[0] == inputs[1]:
                operands = (*_operands(current, inputs[1]), *pooling.inputs[1:])
                return made(BiasReluMaxPoolGrad(), operands, statement.name)
        return None

    return rewrite(program, fuse)


def _chain(program: Program, pooling: Statement) -> tuple[Value, Value] | None:
    """x and bias of max_pool(relu(x + bias)), if its windows are whole and do not overlap."""
    relu = program.producers.get(pooling.inputs[0])
    addition = program.producers.get(relu.inputs[0]) if relu is not None and isinstance(relu.op, Relu) else None
    if addition is None or not isinstance(addition.op, BiasAdd) or len(addition.inputs[1].dims) != 1:
        return None
    op, out = pooling.op, pooling.outputs[0]
    assert isinstance(op, MaxPool)
    sizes = pooling.inputs[0].dims[1:3]
    if op.window != (2, 2) or op.strides != (2, 2) or any(isinstance(size, Symbol) for size in sizes):
        return None
    whole = all(2 * small <= size for small, size in zip(out.dims[1:3], sizes, strict=True))  # type: ignore[operator]
    return (addition.inputs[0], addition.inputs[1]) if whole and not isinstance(out.dims[3], Symbol) else None


def _operands(current: Program, active: Value) -> tuple[Value, ...]:
    """x and bias under the names they have by now."""
    return current.producers[current.producers[active].inputs[0]].inputs


def _first_changes(program: Program) -> dict[Value, int]:
    """For each variable that the run changes, the place of the first statement that does."""
    changes: dict[Value, int] = {}
    for place, statement in enumerate(program.statements):
        if statement.op.writes:
            changes.setdefault(program.root(statement.inputs[0]), place)
    return changes
