"""What is the same in every iteration of a loop is done once, before it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from estimators.compiler.program import Program, Statement, Value, made
from model_fns.graph.constant import Constant
from model_fns.graph.op import Elementwise, Op
from model_fns.ops.joining import Concat, Transpose
from model_fns.ops.linalg import BatchMatMul, MatMul
from model_fns.ops.reduction import Reduction

_WORTH_IT = (Elementwise, Transpose, Concat, MatMul, BatchMatMul, Reduction)  # what is not cheaper to do than to read


def hoist(body: Program, moving: Collection[Value], around: Program) -> tuple[list[Statement], Program]:
    """Statements to precede a loop in the program `around` it, and what is left of its body.

    `moving` are the feeds of the body that differ from one iteration to the next. Weights whose transpose a product
    takes are transposed once, too.
    """
    constants = {s.outputs[0]: s for s in body.statements if isinstance(s.op, Constant)}
    still = {value for value in body.feeds if value not in moving} | constants.keys()
    written = {body.root(s.inputs[0]) for s in body.statements if s.op.writes}
    before: list[Statement] = []
    inside: list[Statement] = []
    for statement in body.statements:
        fixed = [value in still and body.root(value) not in written for value in statement.inputs]
        if statement.inputs and all(fixed) and _can_move(statement.op):
            before.append(statement)
            still.update(statement.outputs)
        elif isinstance(statement.op, MatMul) and statement.op.transpose_b and fixed == [False, True]:
            turned = made(Transpose((1, 0)), statement.inputs[1:], f"{statement.name}/transposed")
            before.append(turned)
            still.update(turned.outputs)
            op = replace(statement.op, transpose_b=False)
            inside.append(replace(statement, op=op, inputs=(statement.inputs[0], *turned.outputs)))
        else:
            inside.append(statement)
    used = {value for statement in inside for value in statement.inputs} | set(body.fetches)
    outputs = [value for statement in before for value in statement.outputs if value in used]
    taken = {value for statement in before for value in statement.inputs}
    elsewhere = {value for statement in around.statements for value in statement.outputs} | set(around.feeds)
    first = [s for value, s in constants.items() if value in taken and value not in elsewhere]
    feeds = tuple(dict.fromkeys((*body.feeds, *outputs)))
    return [*first, *before], Program(feeds, tuple(inside), body.fetches)


def _can_move(op: Op) -> bool:
    return not (op.stateful or op.draws or op.writes) and (isinstance(op, _WORTH_IT) or op.is_view)
