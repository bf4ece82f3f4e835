"""The invariants of a Program, checked after every pass: a broken pass is named, not debugged from wrong numbers."""

from __future__ import annotations

from estimators.compiler.program import Program, Statement, Value
from model_fns.errors import InternalError
from model_fns.graph.dimensions import may_equal


def verify(program: Program, after: str, fitting: set[Statement] | None = None) -> Program:
    """`program` itself. InternalError naming the pass `after` which it breaks a rule.

    `fitting` collects the statements that make what they say; those already there are not asked again.
    """
    fitting = set() if fitting is None else fitting
    defined: set[Value] = set(program.feeds)
    for statement in program.statements:
        for value in statement.inputs:
            if value not in defined and value in statement.data_inputs:
                raise InternalError(message=f"After {after}: {statement.name} uses %{value.name} before it is made")
        for value in statement.outputs:
            if value in defined:
                raise InternalError(message=f"After {after}: %{value.name} is made twice")
        if statement not in fitting:
            _check_outputs(statement, after)
            fitting.add(statement)
        defined.update(statement.outputs)
    for value in program.fetches:
        if value not in defined:
            raise InternalError(message=f"After {after}: the fetch %{value.name} is never made")
    return program


def _check_outputs(statement: Statement, after: str) -> None:
    """InternalError if the values that a statement makes are not what its operation makes."""
    specs = statement.op.infer(tuple(v.spec for v in statement.inputs), tuple(v.known for v in statement.inputs))
    for value, spec in zip(statement.outputs, specs, strict=True):
        dims = spec.dims
        fits = dims is not None and len(dims) == len(value.dims) and all(map(may_equal, dims, value.dims))
        if spec.dtype != value.dtype or not fits:
            raise InternalError(message=f"After {after}: %{value.name} is {value}, but {statement.op!r} makes {spec}")
