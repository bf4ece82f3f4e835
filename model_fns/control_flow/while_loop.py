"""while_loop: a body repeated for as long as a condition holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from model_fns.control_flow.loop import While
from model_fns.control_flow.result import leaf_like, tensor_of
from model_fns.control_flow.subgraph import Subgraph
from model_fns.control_flow.tracing import Trace, assign_after, values_before
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Symbol
from model_fns.graph.graph import get_default_graph, get_seeds
from model_fns.graph.op import TensorSpec
from model_fns.graph.shapes import TensorShape, to_dims
from model_fns.graph.tensor import Tensor
from model_fns.nest import assert_same_structure, flatten, is_nested, pack_sequence_as
from model_fns.ops.arithmetic import add
from model_fns.ops.comparison import less, logical_and


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """The loop variables after `body` was applied to them for as long as `cond` of them is true.

    Both functions are called once, now, with what stands for the loop variables; their operations run again and again.

    Args:
      loop_vars: a list or tuple of tensors, TensorArrays, and lists, tuples and dicts of them, each an argument.
      body: returns as many, of the same form, element types and shapes.
      shape_invariants: shapes of the same form, for loop variables whose shape changes; None for sizes that do.
      back_prop: whether gradients flow through the loop.
      maximum_iterations: a number, after which the loop ends in any case.
      return_same_structure: keeps a list of one loop variable as such.
      parallel_iterations, swap_memory: accepted and without effect.
    Raises TypeError for functions that are none; ValueError if there is nothing to loop over, or a loop variable comes
    out of the body in another form, type or shape.
    """
    if not callable(cond):
        raise TypeError("cond must be callable.")
    if not callable(body):
        raise TypeError("body must be callable.")
    if not is_nested(loop_vars):
        loop_vars = [loop_vars]
    if not flatten(loop_vars):
        raise ValueError("No loop variables provided")
    graph = get_default_graph()
    with graph.name_scope(name or "while"):
        if maximum_iterations is not None:
            limit = convert_to_tensor(maximum_iterations, name="maximum_iterations")
            cond, body, loop_vars, shape_invariants = _limited(cond, body, loop_vars, shape_invariants, limit)
        found = _loop(cond, body, loop_vars, shape_invariants, back_prop)
        if maximum_iterations is not None:
            found = found[1]
    return found[0] if len(flatten(found)) == 1 and not return_same_structure else found


def _limited(cond: Any, body: Any, loop_vars: Any, invariants: Any, limit: Tensor) -> tuple[Any, Any, Any, Any]:
    """The loop with a counter before its variables."""

    def goes_on(number: Tensor, inner: Any) -> Tensor:
        return logical_and(less(number, limit), cond(*inner))

    def counted(number: Tensor, inner: Any) -> Any:
        return add(number, convert_to_tensor(1, limit.dtype)), _listed(body(*inner))

    start = convert_to_tensor(0, limit.dtype, "loop_counter")
    return goes_on, counted, (start, loop_vars), None if invariants is None else (TensorShape([]), invariants)


def _listed(result: Any) -> list[Any]:
    """What a body returned, each loop variable an element: it may return one without a list."""
    return list(result) if isinstance(result, list | tuple) else [result]


def _loop(cond: Any, body: Any, loop_vars: Any, invariants: Any, back_prop: bool) -> Any:
    inside_body, inside_condition = Trace(), Trace()
    leaves: list[Any] = [leaf if hasattr(leaf, "flow") else convert_to_tensor(leaf) for leaf in flatten(loop_vars)]
    entered = [tensor_of(leaf) for leaf in leaves]  # None for a TensorArray that holds nothing yet
    specs = _specs(leaves, entered, loop_vars, invariants)
    asked = [inside_condition.argument(spec, f"Identity_{number}") for number, spec in enumerate(specs)]
    answer = inside_condition.call(cond, *pack_sequence_as(loop_vars, map(leaf_like, leaves, asked)))
    (condition,) = inside_condition.tensors(answer)
    if not condition.dtype.is_bool:
        raise TypeError(
            f"Input 'input' of 'LoopCond' Op has type {condition.dtype.name} that does not match expected type of bool."
        )
    arguments = [inside_body.argument(spec, f"Identity_{number}") for number, spec in enumerate(specs)]
    result = _listed(inside_body.call(body, *pack_sequence_as(loop_vars, map(leaf_like, leaves, arguments))))
    assert_same_structure(list(loop_vars), result, check_types=False)
    outputs = inside_body.tensors(result)
    _check(leaves, specs, outputs, invariants is not None)
    entered = [
        leaf.begun(output) if tensor is None else tensor
        for leaf, tensor, output in zip(leaves, entered, outputs, strict=True)
    ]
    made = _applied((inside_condition, asked, [condition]), (inside_body, arguments, outputs), entered, back_prop)
    return pack_sequence_as(loop_vars, map(leaf_like, leaves, made))


def _specs(leaves: Sequence[Any], entered: Sequence[Any], loop_vars: Any, invariants: Any) -> list[TensorSpec]:
    """What holds of the loop variables in every iteration."""
    if invariants is None:
        return [
            TensorSpec(leaf.dtype, leaf.state_dims if tensor is None else tensor.dims)
            for leaf, tensor in zip(leaves, entered, strict=True)
        ]
    shapes = _shapes(invariants)
    if len(shapes) != len(leaves):
        raise ValueError(
            f"shape_invariants must have the form of loop_vars, {loop_vars}, with a shape for each, not {invariants}"
        )
    specs = []
    for leaf, tensor, shape in zip(leaves, entered, shapes, strict=True):
        dims = to_dims(shape)
        if hasattr(leaf, "flow"):
            dims = leaf.state_dims
        elif dims is not None and not TensorShape(dims).is_compatible_with(tensor.shape):
            raise ValueError(
                f"The shape invariant specified for {tensor.name} is not compatible with the initial shape of the loop "
                f"variable. It enters the loop with shape {tensor.shape}, but the specified shape invariant is "
                f"{TensorShape(dims)}."
            )
        specs.append(TensorSpec(leaf.dtype, dims))
    return specs


def _shapes(invariants: Any) -> list[Any]:
    """The shapes in a structure of them: a TensorShape, or a list or tuple of sizes, is a leaf."""
    if isinstance(invariants, TensorShape) or invariants is None:
        return [invariants]
    if isinstance(invariants, dict):
        return [shape for key in sorted(invariants) for shape in _shapes(invariants[key])]
    return [shape for item in invariants for shape in _shapes(item)]


def _check(leaves: Sequence[Any], specs: Sequence[TensorSpec], outputs: Sequence[Tensor], told: bool) -> None:
    """The loop variables that come out of the body are what went in."""
    for leaf, spec, output in zip(leaves, specs, outputs, strict=True):
        if output.dtype != spec.dtype:
            raise TypeError(
                f"The loop variable {leaf.name} enters the loop as {spec.dtype.name}, but is {output.dtype.name} after "
                "one iteration."
            )
        if hasattr(leaf, "flow") or spec.dims is None:
            continue
        fits = output.dims is not None and len(output.dims) == len(spec.dims)
        fits = fits and all(isinstance(a, Symbol) or a == b for a, b in zip(spec.dims, output.dims or (), strict=True))
        if not fits:
            after = TensorShape(output.dims)
            if told:
                raise ValueError(
                    f"The shape invariant specified for {leaf.name} is not compatible with the shape of the loop "
                    f"variable after one iteration, {after}; it is {TensorShape(spec.dims)}."
                )
            raise ValueError(
                f"Input tensor '{leaf.name}' enters the loop with shape {TensorShape(spec.dims)}, but has shape "
                f"{after} after one iteration. To allow the shape to vary across iterations, use the "
                "`shape_invariants` argument of tf.while_loop to specify a less-specific shape."
            )


def _applied(
    condition: tuple[Trace, list[Tensor], list[Tensor]],
    body: tuple[Trace, list[Tensor], list[Tensor]],
    entered: list[Tensor],
    back_prop: bool,
) -> list[Tensor]:
    """The operation. Variables that the body assigns to become loop variables, and are assigned to when it is done."""
    traces = condition[0], body[0]
    graph, count = body[0].outer, len(entered)
    assigned = list(dict.fromkeys([*body[0].assigned(body[2]), *condition[0].assigned(condition[2])]))
    taken = [t for t in dict.fromkeys([*condition[0].taken, *body[0].taken]) if t not in assigned]
    graphs = []
    for trace, arguments, outputs in (condition, body):
        variables = trace.stand_ins(assigned)
        more = variables if trace is body[0] else ()
        graphs.append(Subgraph(trace.graph, (*arguments, *variables, *trace.stand_ins(taken)), (*outputs, *more)))
    seeds = [inside.seed for inside in graphs if inside.seed is not None]
    seed, stream = get_seeds(None)
    definition = While(graphs[0], graphs[1], count + len(assigned), seeds[0] if seeds else seed, stream, back_prop)
    with graph.control_dependencies([operation for trace in traces for operation in trace.wait()]):
        made = graph.create(definition, (*entered, *values_before(assigned), *taken), "While").outputs
    return assign_after(assigned, made[count:], made[:count], "Exit")
