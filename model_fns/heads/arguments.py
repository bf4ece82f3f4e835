"""What every head checks: its logits, labels, weights, loss function, and what it was made with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from model_fns.feature_columns.column import VariableOptions
from model_fns.feature_columns.features import Features
from model_fns.feature_columns.numeric import NumericColumn, numeric_column
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.losses.reduction import Reduction
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.ops.categories import InRange
from model_fns.ops.shaping import expand_dims

_LOSS_FN_ARGUMENTS = ("labels", "logits", "features")


def checked_logits(logits: Any, dimension: int) -> Tensor:
    """The logits as float32. ValueError unless they are [..., dimension] with at least two axes."""
    logits = cast(convert_to_tensor(logits), float32)
    if len(logits.shape) < 2:
        raise ValueError(f"logits shape must be [D0, D1, ... DN, logits_dimension], got {logits.shape}.")
    if logits.shape[-1].value not in (None, dimension):
        raise ValueError(f"logits shape must be [D0, D1, ... DN, logits_dimension], got {logits.shape}.")
    return logits


def checked_labels(labels: Any, logits: Tensor, dimension: int) -> Tensor:
    """The labels, of the shape of the logits up to the last size, which is `dimension`; they may lack an axis of 1."""
    if labels is None:
        raise ValueError(
            "You must provide a labels Tensor. Given: None. Suggested troubleshooting steps: Check that your data "
            "contain your label feature. Check that your input_fn properly parses and returns labels."
        )
    labels = convert_to_tensor(labels)
    lacks_axis = len(labels.shape) == len(logits.shape) - 1
    given = 1 if lacks_axis else labels.shape[-1].value if labels.shape.ndims else None
    if given not in (None, dimension):
        raise ValueError(
            f"Mismatched label shape. Expected labels dimension={dimension}.  Received {given}. Suggested Fix:If your "
            "classifier expects one-hot encoding label,check your n_classes argument to the estimator and/or the shape "
            "of your label. Otherwise, check the shape of your label."
        )
    if not lacks_axis and len(labels.shape) != len(logits.shape):
        raise ValueError(
            f"labels shape must be [D0, D1, ... DN, {dimension}]. Suggested Fix: check your n_classes argument to the "
            f"estimator and/or the shape of your label. labels_shape: {labels.shape} logits_shape: {logits.shape}"
        )
    return labels


def labels_in_range(labels: Tensor, n_classes: int) -> Tensor:
    """The labels; an InvalidArgumentError when the graph runs if one is not from 0 to n_classes - 1."""
    return apply(InRange(0, n_classes - 1, "Labels must >= 0", "Labels must <= n_classes - 1"), None, labels=labels)


def with_axis_of(labels: Tensor, logits: Tensor) -> Tensor:
    """The labels with as many axes as the logits."""
    return expand_dims(labels, -1) if len(labels.shape) == len(logits.shape) - 1 else labels


def weights_of(features: Mapping[str, Any], weight_column: Any, logits: Tensor, per_logit: bool = False) -> Any:
    """The weights of a batch, float32 [..., 1] (or, `per_logit`, as many as logits); 1.0 without a weight column.

    Raises TypeError for a column of another kind, ValueError for weights of another shape.
    """
    if weight_column is None:
        return 1.0
    if isinstance(weight_column, str):
        weight_column = numeric_column(weight_column)
    if not isinstance(weight_column, NumericColumn):
        raise TypeError(f"Weight column must be either a string or _NumericColumn. Given type: {type(weight_column)}.")
    weights = weight_column.dense_tensor(Features(features), VariableOptions())
    weights = with_axis_of(weights, logits)
    allowed = (1, logits.shape[-1].value) if per_logit else (1,)
    if len(weights.shape) != len(logits.shape) or weights.shape[-1].value not in (None, *allowed):
        other = (
            ", [D0, D1, ... DN, 1] or [D0, D1, ... DN, logits_dimension]" if per_logit else " or [D0, D1, ... DN, 1]"
        )
        raise ValueError(
            f"weights shape must be [D0, D1, ... DN]{other}. logits_shape: {logits.shape} "
            f"weights_shape: {weights.shape}"
        )
    return weights


def check_loss_reduction(loss_reduction: Any) -> None:
    """ValueError unless the reduction is one that makes a scalar."""
    if loss_reduction not in Reduction.all() or loss_reduction == Reduction.NONE:
        raise ValueError(f"Invalid loss_reduction: {loss_reduction}")


def check_loss_fn(loss_fn: Callable[..., Any] | None) -> None:
    """ValueError unless the function takes labels and logits, and nothing but features besides."""
    if loss_fn is None:
        return
    names = list(inspect.signature(loss_fn).parameters)
    for required in _LOSS_FN_ARGUMENTS[:2]:
        if required not in names:
            raise ValueError(f"loss_fn must contain argument: {required}. Given arguments: {tuple(names)}")
    unexpected = [name for name in names if name not in _LOSS_FN_ARGUMENTS]
    if unexpected:
        raise ValueError(f"loss_fn has unexpected args: {unexpected}")


def losses_by(
    loss_fn: Callable[..., Any], labels: Tensor, logits: Tensor, features: Mapping[str, Any], dimension: int
) -> Tensor:
    """What a loss function of the user makes. ValueError unless it is [..., dimension]."""
    more = {"features": features} if "features" in inspect.signature(loss_fn).parameters else {}
    losses = convert_to_tensor(loss_fn(labels=labels, logits=logits, **more))
    if not losses.shape.is_compatible_with([*logits.shape.as_list()[:-1], dimension]):
        raise ValueError(
            f"loss_fn must return Tensor of shape [D0, D1, ... DN, {dimension}]. logits_shape: {logits.shape} "
            f"loss_shape: {losses.shape}"
        )
    return losses
