"""Sums over the slices of a loop taken at once after it: one large product of matrices in the place of many small ones.

    for each slice: total = total + transpose(x) @ y     becomes     total + transpose(xs) @ ys

xs and ys being all x and y of the loop, one below the other. Gradients by weights are such sums. Those by biases, of a
sum of y over its first axis, become a sum of ys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from estimators.compiler.program import Program, Statement, Value, made
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Dim
from model_fns.graph.dtypes import int64
from model_fns.ops.arithmetic import Add, AddV2
from model_fns.ops.linalg import MatMul
from model_fns.ops.reduction import Sum
from model_fns.ops.shaping import Reshape


@final
@dataclass(eq=False)
class LoopParts:
    """A loop over slices: its body, whose fetches are the next values of the `states`, then `results`.

    Args:
      inits: the first states.
      slices: what the body is given of each element -> the element.
      results: what the body makes -> that of all slices, stacked.
      after: statements to follow the loop.
    """

    body: Program
    length: Dim
    states: list[Value]
    inits: list[Value]
    slices: dict[Value, Value]
    results: list[tuple[Value, Value]]
    after: list[Statement] = field(default_factory=list)

    def put_off_sums(self) -> None:
        """Takes states that are such sums out of the loop."""
        for kind in (MatMul, Sum):  # products first: they stack what sums may be taken of
            for state in list(self.states):
                self._put_off(state, kind)

    def _put_off(self, state: Value, kind: type) -> None:
        place = self.states.index(state)
        following = self.body.fetches[place]
        term = self._term(state, following)
        statement = self.body.producers.get(term) if term is not None else None
        if statement is None or type(statement.op) is not kind or statement not in self.body.statements:
            return
        flat = self._flattened(statement)
        if flat is None:
            return
        whole = replace(statement, inputs=tuple(flat))
        name = f"{state.name} of all slices"
        total = made(whole.op, whole.inputs, name)
        self.after += [total, Statement(f"{name}/sum", Add(), (self.inits[place], total.outputs[0]), (state,))]
        del self.states[place], self.inits[place]
        fetches = [value for number, value in enumerate(self.body.fetches) if number != place]
        self.body = replace(self.body, fetches=tuple(fetches))
        self._fetch_results()

    def _term(self, state: Value, following: Value) -> Value | None:
        """What is added to the state in each iteration, if nothing else is done with it or the sum."""
        statement = self.body.producers.get(following)
        if statement is None or not isinstance(statement.op, Add | AddV2):
            return None
        x, y = statement.inputs
        term = y if x is state else x
        used = [value for s in self.body.statements for value in s.inputs]
        alone = state in (x, y) and used.count(state) == 1 and following not in used and used.count(term) == 1
        alone = alone and list(self.body.fetches).count(following) == 1 and state not in self.body.fetches
        return term if alone and term.dims == state.dims else None

    def _flattened(self, statement: Statement) -> Sequence[Value] | None:
        """The statement's inputs for all slices at once; None if it is no sum over their first axis."""
        op, inputs = statement.op, statement.inputs
        if isinstance(op, MatMul):
            fits = op.transpose_a and not op.transpose_b
        else:
            assert isinstance(op, Sum)
            fits = bool(inputs[0].dims) and op.positions(len(inputs[0].dims)) == (0,) and not op.keepdims
            fits = fits and self._stacked(inputs[0]) is not None
        if not fits or not all(map(self._can_stack, inputs)):
            return None
        return [self._rows(self._stack(value)) for value in inputs]

    def _stacked(self, value: Value) -> Value | None:
        return self.slices.get(value) or next((whole for item, whole in self.results if item is value), None)

    def _can_stack(self, value: Value) -> bool:
        own = self.body.producers.get(value)
        made_here = own is not None and own in self.body.statements and not isinstance(own.op, Constant)
        return self._stacked(value) is not None or made_here

    def _stack(self, value: Value) -> Value:
        found = self._stacked(value)
        if found is None:
            found = Value(f"{value.name} of all slices", value.dtype, (self.length, *value.dims))
            self.results.append((value, found))
        return found

    def _rows(self, stacked: Value) -> Value:
        """[slices, rows, ...] as [slices * rows, ...]"""
        first, second, *rest = stacked.dims
        sizes = np.array([first * second, *rest], object)
        shape = Value(f"sizes of {stacked.name}", int64, (len(rest) + 1,), sizes)
        flat = made(Reshape(), (stacked, shape), f"{stacked.name}/rows")
        self.after.append(flat)
        return flat.outputs[0]

    def _fetch_results(self) -> None:
        following = self.body.fetches[: len(self.states)]
        self.body = replace(self.body, fetches=(*following, *(item for item, _ in self.results)))
