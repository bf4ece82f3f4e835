"""`tf.contrib.layers.optimize_loss`: an optimizer by name, clipping, noise, a falling rate, summaries in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from model_fns import summary
from model_fns.global_step import assert_global_step, get_global_step
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import get_default_graph
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.initializers import constant_initializer
from model_fns.ops.arithmetic import cast
from model_fns.ops.clipping import clip_by_global_norm
from model_fns.ops.control import control_dependencies, identity
from model_fns.ops.norms import global_norm
from model_fns.ops.random import truncated_normal
from model_fns.ops.shaping import shape
from model_fns.optimizers.adagrad import AdagradOptimizer
from model_fns.optimizers.adam import AdamOptimizer
from model_fns.optimizers.ftrl import FtrlOptimizer
from model_fns.optimizers.gradient_descent import GradientDescentOptimizer
from model_fns.optimizers.momentum import MomentumOptimizer
from model_fns.optimizers.optimizer import Optimizer
from model_fns.optimizers.rmsprop import RMSPropOptimizer
from model_fns.variable_scope import get_variable, variable_scope
from model_fns.variables import Variable

OPTIMIZER_CLS_NAMES: dict[str, Callable[..., Optimizer]] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "Momentum": lambda learning_rate: MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}
OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]
_USUAL_SUMMARIES = ["loss", "learning_rate", "global_gradient_norm"]

Pairs = list[tuple[Any, Variable]]  # a gradient, which may be None, and its variable


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    clip_gradients: Any = None,
    learning_rate_decay_fn: Callable[..., Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Any = None,
    name: str | None = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Tensor:
    """A tensor of the loss that, when run, takes a step of the optimizer.

    Args:
      loss: a scalar. global_step: default the graph's, if it has one; advanced unless `increment_global_step` is False.
      learning_rate: a float, kept in a variable, a scalar tensor, or None if the optimizer has one.
      optimizer: a key of OPTIMIZER_CLS_NAMES, an Optimizer, its class, or a function of the rate that returns one.
      gradient_noise_scale: the deviation of noise to add to each gradient.
      gradient_multipliers: factors by variable or by its name, `w:0`.
      clip_gradients: a float, the largest global norm, or a function from pairs of gradient and variable to such pairs.
      learning_rate_decay_fn: function of rate and global step that gives the rate of the step.
      update_ops: run before the loss; default all of UPDATE_OPS. variables: default all that train.
      summaries: some of OPTIMIZER_SUMMARIES; default loss, learning rate and global gradient norm.
    Raises ValueError for anything else.
    """
    loss = convert_to_tensor(loss)
    if loss.shape.ndims != 0:
        raise ValueError(f"Expected scalar shape for {loss.name}, saw shape: {loss.shape}.")
    if global_step is None:
        global_step = get_global_step()
    else:
        assert_global_step(global_step)
    shown = _checked_summaries(summaries)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        before = get_default_graph().get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else list(update_ops)
        if before:
            loss = _after(before, loss)
        rate = _rate(learning_rate)
        if rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in shown:
                summary.scalar("learning_rate", rate)
        chosen = _chosen(optimizer, rate)
        pairs = chosen.compute_gradients(loss, variables)
        pairs = _changed(pairs, gradient_noise_scale, gradient_multipliers)
        pairs = _clipped(pairs, clip_gradients, shown)
        _summarize(loss, pairs, shown)
        step = global_step if increment_global_step else None
        return _after([chosen.apply_gradients(pairs, step, name="train")], loss)


def _after(operations: Sequence[Any], loss: Tensor) -> Tensor:
    """The loss, to be had only when `operations` have run."""
    with control_dependencies(operations):
        return identity(loss, "control_dependency")


def _checked_summaries(summaries: Sequence[str] | None) -> Sequence[str]:
    for item in summaries or ():
        if item not in OPTIMIZER_SUMMARIES:
            raise ValueError(f"Summaries should be one of [{', '.join(OPTIMIZER_SUMMARIES)}], you provided {item}.")
    return _USUAL_SUMMARIES if summaries is None else summaries


def _rate(learning_rate: Any) -> Any:
    """The learning rate as a tensor, or a variable that holds it."""
    if learning_rate is None or (isinstance(learning_rate, Tensor) and learning_rate.shape.ndims == 0):
        return learning_rate
    if not isinstance(learning_rate, float):
        raise ValueError(
            f"Learning rate should be 0d Tensor or float. Got {learning_rate} of type {type(learning_rate)}"
        )
    if learning_rate < 0.0:
        raise ValueError(f"Invalid learning_rate {learning_rate}.")
    return get_variable("learning_rate", [], initializer=constant_initializer(learning_rate), trainable=False)


def _chosen(optimizer: Any, rate: Any) -> Optimizer:
    """The optimizer that a program named in one of many ways."""
    is_class = isinstance(optimizer, type) and issubclass(optimizer, Optimizer)
    if isinstance(optimizer, str) or is_class:
        if rate is None:
            kind = "class" if is_class else "string"
            raise ValueError(f"Learning rate is None, but should be specified if optimizer is {kind} ({optimizer}).")
        if isinstance(optimizer, str) and optimizer not in OPTIMIZER_CLS_NAMES:
            names = ", ".join(OPTIMIZER_CLS_NAMES)
            raise ValueError(f"Optimizer name should be one of [{names}], you provided {optimizer}.")
        return (optimizer if is_class else OPTIMIZER_CLS_NAMES[optimizer])(learning_rate=rate)
    if isinstance(optimizer, Optimizer):
        return optimizer
    if not callable(optimizer):
        raise ValueError(
            "Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass of Optimizer or "
            f"function with one argument. Got {optimizer}."
        )
    made = optimizer() if rate is None else optimizer(rate)
    if not isinstance(made, Optimizer):
        raise ValueError(f"Unrecognized optimizer: function should return subclass of Optimizer. Got {made}.")
    return made


def _changed(pairs: Pairs, noise: float | None, multipliers: Mapping[Any, Any] | None) -> Pairs:
    """The gradients with noise, and some of them multiplied."""
    if noise is not None:
        pairs = [(None if gradient is None else _noisy(gradient, noise), variable) for gradient, variable in pairs]
    if multipliers is None:
        return pairs
    changed: Pairs = []
    for gradient, variable in pairs:
        key = variable if variable in multipliers else variable.name
        if gradient is not None and key in multipliers:
            gradient = _scaled(gradient, cast(convert_to_tensor(multipliers[key]), gradient.dtype))
        changed.append((gradient, variable))
    if not changed:
        raise ValueError(
            "Empty list of (gradient, var) pairs encountered. This is most likely to be caused by an improper value of "
            "gradient_multipliers."
        )
    return changed


def _noisy(gradient: Any, deviation: float) -> Tensor:
    whole = convert_to_tensor(gradient)  # noise is everywhere
    return whole + truncated_normal(shape(whole), dtype=whole.dtype) * deviation


def _scaled(gradient: Any, factor: Tensor) -> Any:
    if isinstance(gradient, IndexedSlices):
        return gradient.with_values(gradient.values * factor)
    return gradient * factor


def _clipped(pairs: Pairs, clip: Any, shown: Sequence[str]) -> Pairs:
    """The gradients made short enough, and summaries of their length before and after."""
    of_length = "global_gradient_norm" in shown or "gradient_norm" in shown
    if of_length:
        summary.scalar("global_norm/gradient_norm", global_norm([gradient for gradient, _ in pairs]))
    if clip is None:
        return pairs
    if isinstance(clip, float):
        clipped, _ = clip_by_global_norm([gradient for gradient, _ in pairs], clip)
        pairs = list(zip(clipped, [variable for _, variable in pairs], strict=True))
    elif callable(clip):
        pairs = clip(pairs)
    else:
        raise ValueError(f"Unknown type {type(clip)} for clip_gradients")
    if of_length:
        summary.scalar("global_norm/clipped_gradient_norm", global_norm([gradient for gradient, _ in pairs]))
    return pairs


def _summarize(loss: Tensor, pairs: Pairs, shown: Sequence[str]) -> None:
    if "loss" in shown:
        summary.scalar("loss", loss)
    for gradient, variable in pairs:
        label = variable.name.replace(":", "_")
        if gradient is not None and "gradients" in shown:
            rows = gradient.values if isinstance(gradient, IndexedSlices) else gradient
            summary.histogram(f"gradients/{label}", rows)
        if gradient is not None and "gradient_norm" in shown:
            summary.scalar(f"gradient_norm/{label}", global_norm([gradient]))
