"""`create_train_op`: one training step that also runs the updates of layers and returns the loss."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from model_fns import summary
from model_fns.global_step import get_or_create_global_step
from model_fns.graph.default_graph import add_to_collection, get_collection
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.name_scope import name_scope
from model_fns.ops.arithmetic import cast
from model_fns.ops.checks import check_numerics as checked
from model_fns.ops.clipping import clip_by_norm
from model_fns.ops.control import control_dependencies, identity
from model_fns.ops.norms import global_norm

Pairs = list[tuple[Any, Any]]  # a gradient, which may be None, and its variable

GRAPHS_GLOBAL_STEP: Any = 0  # the default of `global_step`: that of the graph. None is for none


def create_train_op(
    total_loss: Any,
    optimizer: Any,
    global_step: Any = GRAPHS_GLOBAL_STEP,
    update_ops: Any = None,
    variables_to_train: Any = None,
    transform_grads_fn: Callable[[Pairs], Pairs] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = 1,
    aggregation_method: Any = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
) -> Tensor:
    """The tensor of the loss, whose computation updates the variables.

    Args:
      global_step: the variable that counts steps; the graph's own by default, None for none.
      update_ops: operations to run before the loss; the collection UPDATE_OPS by default.
      variables_to_train: all trainable ones by default. Each must be trainable (ValueError).
      transform_grads_fn: from the pairs (gradient, variable) to those that are applied.
      summarize_gradients: also make summaries of the gradients.
      check_numerics: fail where the loss is not a number.
    """
    step = get_or_create_global_step() if global_step is GRAPHS_GLOBAL_STEP else global_step
    usual = set(get_collection(GraphKeys.UPDATE_OPS))
    before = usual if update_ops is None else set(update_ops)
    if not usual <= before:
        logging.getLogger("tensorflow").warning(
            "update_ops in create_train_op does not contain all the update_ops in GraphKeys.UPDATE_OPS"
        )
    if before:
        with control_dependencies(sorted(before, key=lambda item: item.name)):
            total_loss = identity(total_loss, "update_barrier")
    trainable = get_collection(GraphKeys.TRAINABLE_VARIABLES)
    chosen = trainable if variables_to_train is None else list(variables_to_train)
    for variable in chosen:
        if not any(variable is item for item in trainable):
            raise ValueError(f"{variable.name} is not a trainable variable.")
    pairs = optimizer.compute_gradients(total_loss, chosen, gate_gradients, aggregation_method)
    pairs = transform_grads_fn(pairs) if transform_grads_fn else pairs
    if summarize_gradients:
        with name_scope("summarize_grads"):
            add_gradients_summaries(pairs)
    updates = optimizer.apply_gradients(pairs, global_step=step)
    with name_scope("train_op"):
        loss = checked(total_loss, "LossTensor is inf or nan") if check_numerics else total_loss
        with control_dependencies([updates]):
            train_op = identity(loss)
    if train_op not in get_collection(GraphKeys.TRAIN_OP):
        add_to_collection(GraphKeys.TRAIN_OP, train_op)
    return train_op


def create_clipped_train_op(
    total_loss: Any,
    optimizer: Any,
    global_step: Any = GRAPHS_GLOBAL_STEP,
    update_ops: Any = None,
    variables_to_train: Any = None,
    clip_gradient_norm: float = 0,
    summarize_gradients: bool = False,
    gate_gradients: int = 1,
    aggregation_method: Any = None,
    colocate_gradients_with_ops: bool = False,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    check_numerics: bool = True,
) -> Tensor:
    """`create_train_op` with factors of gradients, by variable, and a bound for their norms."""

    def transformed(pairs: Pairs) -> Pairs:
        pairs = multiply_gradients(pairs, gradient_multipliers) if gradient_multipliers else pairs
        return clip_gradient_norms(pairs, clip_gradient_norm) if clip_gradient_norm > 0 else pairs

    return create_train_op(
        total_loss,
        optimizer,
        global_step,
        update_ops,
        variables_to_train,
        transformed,
        summarize_gradients,
        gate_gradients,
        aggregation_method,
        colocate_gradients_with_ops,
        check_numerics,
    )


def clip_gradient_norms(gradients_to_variables: Pairs, max_norm: float) -> Pairs:
    """Each gradient, made shorter if its norm is above `max_norm`."""
    return [
        (_with_values(gradient, lambda values: clip_by_norm(values, max_norm)), variable)
        for gradient, variable in gradients_to_variables
    ]


def multiply_gradients(grads_and_vars: Pairs, gradient_multipliers: Mapping[Any, Any]) -> Pairs:
    """Each gradient times the factor of its variable or of its variable's name. ValueError without factors."""
    if (
        not isinstance(grads_and_vars, list)
        or not isinstance(gradient_multipliers, Mapping)
        or not gradient_multipliers
    ):
        raise ValueError("`grads_and_vars` must be a list and `gradient_multipliers` a dict that is not empty.")
    return [(_multiplied(*pair, gradient_multipliers), pair[1]) for pair in grads_and_vars]


def add_gradients_summaries(grads_and_vars: Sequence[tuple[Any, Any]]) -> list[Any]:
    """Summaries of each gradient and its norm."""
    made = []
    for gradient, variable in grads_and_vars:
        if gradient is None:
            logging.getLogger("tensorflow").info("Var %s has no gradient", variable.op.name)
            continue
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        made.append(summary.histogram(f"{variable.op.name}_gradient", values))
        made.append(summary.scalar(f"{variable.op.name}_gradient_norm", global_norm([values])))
    return made


def _multiplied(gradient: Any, variable: Any, factors: Mapping[Any, Any]) -> Any:
    key = next((key for key in factors if key is variable or key == variable.op.name), None)
    if key is None:
        return gradient
    if gradient is None:
        raise ValueError("Requested multiple of `None` gradient.")
    return _with_values(gradient, lambda values: values * cast(factors[key], values.dtype))


def _with_values(gradient: Any, function: Callable[[Any], Any]) -> Any:
    if gradient is None:
        return None
    return (
        gradient.with_values(function(gradient.values)) if isinstance(gradient, IndexedSlices) else function(gradient)
    )
