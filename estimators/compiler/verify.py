"""The invariants of a Program, checked after every pass: a broken pass is named, not debugged from wrong numbers."""

from __future__ import annotations

from estimators.compiler.program import Program, Value
from model_fns.errors import InternalError
from model_fns.graph.dimensions import may_equal


def verify(program: Program, after: str) -> Program:
    """`program` itself. InternalError naming the pass `after` which it breaks a rule."""
    defined: set[Value] = set(program.feeds)
    for statement in program.statements:
        for value in statement.inputs:
            if value not in defined and value in statement.data_inputs:
                raise InternalError(message=f"After {after}: {statement.name} uses %{value.name} before it is made")
        specs = statement.op.infer(tuple(v.spec for v in statement.inputs), tuple(v.known for v in statement.inputs))
        for value, spec in zip(statement.outputs, specs, strict=True):
            if value in defined:
                raise InternalError(message=f"After {after}: %{value.name} is made twice")
            fits = (
                spec.dims is not None
                and len(spec.dims) == len(value.dims)
                and all(map(may_equal, spec.dims, value.dims))
            )
            if spec.dtype != value.dtype or not fits:
                raise InternalError(
                    message=f"After {after}: %{value.name} is {value}, but {statement.op!r} makes {spec}"
                )
        defined.update(statement.outputs)
    for value in program.fetches:
        if value not in defined:
            raise InternalError(message=f"After {after}: the fetch %{value.name} is never made")
    return program
