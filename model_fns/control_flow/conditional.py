"""cond: one of two branches is computed, and only that one has effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.control_flow.result import leaf_like
from model_fns.control_flow.subgraph import Subgraph, either, floating
from model_fns.control_flow.tracing import Trace, assign_after, values_before
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import Graph, get_seeds
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.nest import assert_same_structure, flatten, is_nested, pack_sequence_as
from model_fns.ops.apply import graph_of
from model_fns.ops.shaping import zeros_like


@final
@dataclass(frozen=True)
class If(Op):
    """What `then_branch` makes of the other inputs if the first is true, else what `else_branch` does"""

    then_branch: Subgraph
    else_branch: Subgraph
    seed: int | None
    stream: int
    stateful: ClassVar[bool] = True
    takes_missing_gradients: ClassVar[bool] = True

    @property
    def draws(self) -> bool:  # type: ignore[override]  # other ops do or do not
        return self.then_branch.draws or self.else_branch.draws

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        then, other = (branch.infer(specs[1:], values[1:]) for branch in (self.then_branch, self.else_branch))
        return tuple(either(a, b) for a, b in zip(then, other, strict=True))

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        """Of a conditional, the conditional of the branches' gradients."""
        upstream = upstream if isinstance(upstream, list) else [upstream]
        by = [n for n in floating(self.then_branch.outputs) if upstream[n] is not None]
        _, *given = inputs
        found = [branch.backward(by, floating(given)) for branch in (self.then_branch, self.else_branch)]
        along = sorted({number for _, numbers in found for number in numbers})
        if not along:
            return (None,) * len(inputs)
        then, other = (_with_zeros(graph, numbers, along) for graph, numbers in found)
        definition = If(then, other, self.seed, self.stream)
        taken = (*inputs, *(upstream[number] for number in by))
        outputs = iter(inputs[0].graph.create(definition, taken, "If").outputs)
        return (None, *(next(outputs) if number in along else None for number in range(len(given))))

    def kernel(self, *inputs: Any) -> tuple[Any, ...]:
        condition, *given = inputs
        key = int(given.pop()) if self.draws else 0
        return tuple((self.then_branch if np.all(condition) else self.else_branch)(given, key))


def _with_zeros(branch: Subgraph, found: list[int], wanted: list[int]) -> Subgraph:
    """A branch that has gradients by the inputs `found`, with zeros as those by the others among `wanted`."""
    gradients = dict(zip(found, branch.outputs, strict=True))
    with branch.graph.as_default():
        outputs = tuple(
            gradients[number] if number in gradients else zeros_like(branch.given[number]) for number in wanted
        )
    return Subgraph(branch.graph, branch.given, outputs)


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """What `true_fn` returns if `pred` is true when the graph runs, else what `false_fn` does.

    Both are called once, now. What they make is computed, and assigns to variables, only if it is its turn; tensors
    made before the call are computed in any case.

    Args:
      pred: a scalar of truth.
      true_fn, false_fn: functions without arguments that return tensors in lists, tuples and dicts of the same form,
        or operations, of which True remains. fn1 and fn2 are their old names.
      strict: keeps a list of one as such.
    Raises TypeError for a pred that is a Python bool or no bool, or functions that are none; ValueError for results
    that are None or of different form or element type.
    """
    true_fn, false_fn = _of_two_names(true_fn, fn1, "true_fn", "fn1"), _of_two_names(false_fn, fn2, "false_fn", "fn2")
    if isinstance(pred, bool):
        raise TypeError("pred must not be a Python bool")
    graph: Graph = graph_of(pred)
    with graph.as_default(), graph.name_scope(name or "cond"):
        condition = convert_to_tensor(pred)
        if not condition.dtype.is_bool:
            raise TypeError(
                f"Input 'pred' of 'cond' has type {condition.dtype.name} that does not match expected type of bool."
            )
        traces = Trace(), Trace()
        results = [
            _returned(trace, function, label, strict)
            for trace, function, label in zip(traces, (true_fn, false_fn), ("true_fn", "false_fn"), strict=True)
        ]
        assert_same_structure(*results)
        outputs = [trace.tensors(result) for trace, result in zip(traces, results, strict=True)]
        for x, y in zip(*outputs, strict=True):
            if x.dtype != y.dtype:
                raise ValueError(
                    f"Outputs of true_fn and false_fn must have the same type: {x.dtype.name}, {y.dtype.name}"
                )
        if not outputs[0]:
            raise ValueError("true_fn and false_fn must return at least one result.")
        made = _applied(condition, traces, outputs)
    leaves = [leaf_like(leaf, tensor) for leaf, tensor in zip(flatten(results[0]), made, strict=True)]
    return pack_sequence_as(results[0], leaves)


def _of_two_names(function: Any, old: Any, name: str, old_name: str) -> Callable[[], Any]:
    if function is not None and old is not None:
        raise TypeError(f"cond(): {name} and {old_name} may not be set simultaneously.")
    function = old if function is None else function
    if function is None:
        raise TypeError(f"cond(): {name} argument required")
    if not callable(function):
        raise TypeError(f"{name} must be callable.")
    return function


def _returned(trace: Trace, function: Callable[[], Any], label: str, strict: bool) -> Any:
    result = trace.call(function)
    if result is None:
        raise ValueError(f"{label} must have a return value.")
    alone = not strict and isinstance(result, list | tuple) and len(result) == 1 and not is_nested(result[0])
    return result[0] if alone else result


def _applied(condition: Tensor, traces: tuple[Trace, Trace], outputs: list[list[Tensor]]) -> list[Tensor]:
    """The operation, taking what either branch takes; and the assignments to variables of either."""
    graph = traces[0].outer
    taken = list(dict.fromkeys(tensor for trace in traces for tensor in trace.taken))
    variables = list(
        dict.fromkeys(v for trace, made in zip(traces, outputs, strict=True) for v in trace.assigned(made))
    )
    branches = []
    for trace, made in zip(traces, outputs, strict=True):
        given = trace.stand_ins(taken)
        last = tuple(given[taken.index(variable)] for variable in variables)
        branches.append(Subgraph(trace.graph, given, (*made, *last)))
    before = dict(zip(variables, values_before(variables), strict=True))
    seeds = [branch.seed for branch in branches if branch.seed is not None]
    seed, stream = get_seeds(None)
    definition = If(branches[0], branches[1], seeds[0] if seeds else seed, stream)
    inputs = (condition, *(before.get(tensor, tensor) for tensor in taken))
    with graph.control_dependencies([operation for trace in traces for operation in trace.wait()]):
        made_of = graph.create(definition, inputs, "If").outputs
    count = len(outputs[0])
    return assign_after(variables, made_of[count:], made_of[:count], "Merge")
