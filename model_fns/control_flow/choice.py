"""case and switch_case: one of several branches, as conditionals inside conditionals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from model_fns.control_flow.conditional import cond
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import cast
from model_fns.ops.checks import assert_
from model_fns.ops.comparison import equal, less_equal
from model_fns.ops.control import control_dependencies
from model_fns.ops.joining import stack
from model_fns.ops.reduction import reduce_any, reduce_sum

Branch = Callable[[], Any]


def case(
    pred_fn_pairs: Any,
    default: Branch | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function of the first true predicate returns, else what `default` does.

    Args:
      pred_fn_pairs: pairs of a scalar of truth and a function without arguments, in a list or a dict.
      exclusive: no two predicates may be true; InvalidArgumentError if they are. It is needed for a dict.
      strict: keeps lists of one as such.
    Without a default, a run in which no predicate is true ends with InvalidArgumentError. Raises TypeError for pairs
    that are none.
    """
    pairs = _pairs(pred_fn_pairs)
    if not pairs:
        raise ValueError("pred_fn_pairs must hold at least one pair of a predicate and a function.")
    if default is not None and not callable(default):
        raise TypeError("default must be callable.")
    predicates = [predicate for predicate, _ in pairs]
    graph = graph_of(*predicates)
    with graph.as_default(), graph.name_scope(name):
        checks = [_exclusive(predicates)] if exclusive and len(pairs) > 1 else []
        branch = _failing(predicates, pairs[-1][1]) if default is None else default
        with control_dependencies(checks):
            for predicate, function in reversed(pairs):
                branch = _either(predicate, function, branch, strict)
            return branch()


def _pairs(given: Any) -> list[tuple[Tensor, Branch]]:
    if not isinstance(given, list | tuple | Mapping):
        raise TypeError("pred_fn_pairs must be a list, tuple, or dict")
    pairs = list(given.items()) if isinstance(given, Mapping) else list(given)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        predicate, function = pair
        if not isinstance(predicate, Tensor) and not hasattr(predicate, "graph_element"):
            raise TypeError(f"pred must be a Tensor, got: {predicate}")
        if not predicate.dtype.is_bool:
            raise TypeError(f"pred must be Tensor of type bool: {predicate.name}")
        if not callable(function):
            raise TypeError(f"fn for pred {predicate.name} must be callable.")
    return pairs


def _either(predicate: Tensor, function: Branch, other: Branch, strict: bool) -> Branch:
    return lambda: cond(predicate, function, other, strict)


def _exclusive(predicates: Sequence[Tensor]) -> Any:
    told = [
        "Input error: exclusive=True: more than 1 conditions (",
        ", ".join(p.name for p in predicates),
        ") evaluated",
    ]
    several = stack(predicates)
    fine = less_equal(reduce_sum(cast(several, "int32")), 1)
    return assert_(fine, ["".join(told) + " as True:", several], len(predicates))


def _failing(predicates: Sequence[Tensor], function: Branch) -> Branch:
    """The branch for a case without a default: an assertion, and as its result, which nobody will see, any branch's."""

    def branch() -> Any:
        several = stack(predicates)
        told = ["Input error: None of conditions evaluated as True:", several]
        with control_dependencies([assert_(reduce_any(several), told, len(predicates))]):
            return function()

    return branch


def switch_case(branch_index: Any, branch_fns: Any, default: Branch | None = None, name: str = "switch_case") -> Any:
    """What the branch of the number `branch_index` returns; for any other number, `default`, or else the last branch.

    `branch_fns` are functions in a list, pairs of a number and a function, or a dict of them. Raises TypeError for an
    index that is no integer tensor.
    """
    if not isinstance(branch_index, Tensor) and not hasattr(branch_index, "graph_element"):
        raise TypeError(f"branch_index must a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"branch_index must an integer Tensor, got {branch_index.dtype.name}")
    pairs = list(branch_fns.items()) if isinstance(branch_fns, Mapping) else list(branch_fns)
    if not all(isinstance(pair, tuple) for pair in pairs):
        pairs = list(enumerate(pairs))
    pairs.sort(key=lambda pair: pair[0])
    for number, function in pairs:
        if not callable(function):
            raise TypeError(f"fn for key {number} must be callable.")
    last = default if default is not None else pairs[-1][1]
    graph = graph_of(branch_index)
    with graph.as_default(), graph.name_scope(name):
        branch = last
        for number, function in reversed(pairs):
            branch = _either(equal(branch_index, number), function, branch, False)
        return branch()
