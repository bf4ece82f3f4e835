"""map_fn, scan, foldl, foldr: a Python function applied to slices of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from model_fns.control_flow.scan import Scan
from model_fns.control_flow.subgraph import Subgraph
from model_fns.control_flow.tracing import Trace, assign_after, values_before
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import as_dtype
from model_fns.graph.graph import get_default_graph, get_seeds
from model_fns.graph.op import TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.nest import assert_same_structure, flatten, pack_sequence_as
from model_fns.ops.joining import concat

Step = Callable[[list[Tensor], list[Tensor]], tuple[list[Any], list[Any]]]


def scanned(
    step: Step, states: Sequence[Tensor], elements: Sequence[Tensor], reverse: bool, back_prop: bool
) -> tuple[list[Tensor], list[Tensor]]:
    """The last states and the stacked results of `step`, called once with states and slices, for (states, results)."""
    graph, trace = get_default_graph(), Trace()
    before = [trace.argument(state.spec, f"state_{number}") for number, state in enumerate(states)]
    slices = [trace.argument(_slice(element), f"slice_{number}") for number, element in enumerate(elements)]
    after, results = trace.call(step, before, slices)
    outputs, made = trace.tensors(after), trace.tensors(results)
    for state, output in zip(before, outputs, strict=True):
        if state.dtype != output.dtype:
            raise TypeError(
                f"fn must keep the type of the state: it is {state.dtype.name} before and {output.dtype.name} after."
            )
        if not state.shape.is_compatible_with(output.shape):
            raise ValueError(
                f"fn must keep the shape of the state: it is {state.shape} before and {output.shape} after an element."
            )
    variables = trace.assigned([*outputs, *made])  # go from one slice to the next, as the states do
    taken = [tensor for tensor in trace.taken if tensor not in variables]
    held = trace.stand_ins(variables)
    body = Subgraph(trace.graph, (*before, *held, *slices, *trace.stand_ins(taken)), (*outputs, *held, *made))
    seed, stream = get_seeds(None)
    seed = seed if body.seed is None else body.seed
    count = len(states) + len(variables)
    definition = Scan(body, count, len(elements), reverse, seed, stream, back_prop)
    with graph.control_dependencies(trace.wait()):
        found = graph.create(definition, (*states, *values_before(variables), *elements, *taken), "Scan").outputs
    last = found[len(states) : count]
    wanted = (*found[: len(states)], *found[count : count + len(made)])
    handed = assign_after(variables, last, wanted, "Exit") if variables else list(wanted)
    return handed[: len(states)], handed[len(states) :]


def _slice(element: Tensor) -> TensorSpec:
    if element.dims == ():
        raise ValueError("elems must be a 1+ dimensional Tensor, not a scalar")
    return TensorSpec(element.dtype, None if element.dims is None else element.dims[1:])


def _elements(elems: Any) -> list[Tensor]:
    elements = [convert_to_tensor(item, name="elem") for item in flatten(elems)]
    if not elements:
        raise ValueError("elems must hold at least one tensor.")
    for element in elements:
        _slice(element)
    return elements


def _checked(fn: Any) -> None:
    if not callable(fn):
        raise TypeError("fn must be callable.")


def map_fn(
    fn: Callable[..., Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
) -> Any:
    """The stacked results of `fn` of every slice of `elems` along the first axis.

    Args:
      elems: a tensor, or a structure of tensors with equally many slices.
      dtype: the element types of what `fn` returns, in its form; by default those of `elems`.
      back_prop: whether gradients flow through.
      parallel_iterations, swap_memory, infer_shape: accepted and without effect.
    Raises TypeError for an fn that is none, or returns other types than `dtype` says; ValueError for a scalar among
    elems, or if fn returns another form.
    """
    _checked(fn)
    form = elems if dtype is None else dtype
    with get_default_graph().name_scope(name or "map"):
        elements = _elements(elems)
        types = (
            [element.dtype for element in elements] if dtype is None else [as_dtype(item) for item in flatten(dtype)]
        )

        def step(states: list[Tensor], slices: list[Tensor]) -> tuple[list[Any], list[Any]]:
            result = fn(pack_sequence_as(elems, slices))
            assert_same_structure(form, result, check_types=False)
            return [], [_of_type(item, wanted) for item, wanted in zip(flatten(result), types, strict=True)]

        made = scanned(step, [], elements, False, back_prop)[1]
    return pack_sequence_as(form, made)


def _of_type(item: Any, dtype: Any) -> Tensor:
    tensor = convert_to_tensor(item, None if isinstance(item, Tensor) else dtype)
    if tensor.dtype != dtype:
        raise TypeError(f"fn returns {tensor.dtype.name}, but {dtype.name} is expected; say so with dtype=.")
    return tensor


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """All accumulated values a = fn(a, slice), stacked, for the slices of `elems` along the first axis.

    Args:
      initializer: the first a; without one, it is the first slice, and stands first in the result.
      reverse: begins with the last slice.
    The other arguments are those of tf.map_fn. Raises TypeError for an fn that is none, ValueError for a scalar among
    elems.
    """
    _checked(fn)
    with get_default_graph().name_scope(name or "scan"):
        start, elements = _begun(elems, initializer, reverse)
        form = elems if initializer is None else initializer

        def step(states: list[Tensor], slices: list[Tensor]) -> tuple[list[Any], list[Any]]:
            after = _accumulated(fn, form, elems, states, slices)
            return after, after

        made = scanned(step, start, elements, reverse, back_prop)[1]
        if initializer is None:
            firsts = [tensor[None] for tensor in start]
            pairs = zip(made, firsts, strict=True) if reverse else zip(firsts, made, strict=True)
            made = [concat(list(pair), 0) for pair in pairs]
    return pack_sequence_as(form, made)


def _begun(elems: Any, initializer: Any, from_the_end: bool) -> tuple[list[Tensor], list[Tensor]]:
    """The first accumulated value, and the slices that are left."""
    elements = _elements(elems)
    if initializer is not None:
        return [convert_to_tensor(item) for item in flatten(initializer)], elements
    if from_the_end:
        return [element[-1] for element in elements], [element[:-1] for element in elements]
    return [element[0] for element in elements], [element[1:] for element in elements]


def _accumulated(
    fn: Callable[[Any, Any], Any], form: Any, elems: Any, states: list[Tensor], slices: list[Tensor]
) -> list[Any]:
    result = fn(pack_sequence_as(form, states), pack_sequence_as(elems, slices))
    assert_same_structure(form, result, check_types=False)
    return [_of_type(item, state.dtype) for item, state in zip(flatten(result), states, strict=True)]


def _folded(
    fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, back_prop: bool, from_the_right: bool, name: str
) -> Any:
    _checked(fn)
    with get_default_graph().name_scope(name):
        start, elements = _begun(elems, initializer, from_the_right)
        form = elems if initializer is None else initializer

        def step(states: list[Tensor], slices: list[Tensor]) -> tuple[list[Any], list[Any]]:
            return _accumulated(fn, form, elems, states, slices), []

        made = scanned(step, start, elements, from_the_right, back_prop)[0]
    return pack_sequence_as(form, made)


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last accumulated value a = fn(a, slice), from the first slice of `elems` on. Arguments as of tf.scan."""
    return _folded(fn, elems, initializer, back_prop, False, name or "foldl")


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The last accumulated value a = fn(a, slice), from the last slice of `elems` back. Arguments as of tf.scan."""
    return _folded(fn, elems, initializer, back_prop, True, name or "foldr")
