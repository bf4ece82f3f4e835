"""The head of numbers: the mean squared error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from model_fns.export_outputs import ExportOutput, RegressionOutput
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.heads.arguments import (
    check_loss_fn,
    check_loss_reduction,
    checked_labels,
    losses_by,
    weights_of,
    with_axis_of,
)
from model_fns.heads.head import Head, LossSpec, weights_or_none
from model_fns.losses.reduction import Reduction
from model_fns.losses.regression import mean_squared_error
from model_fns.losses.weighting import compute_weighted_loss
from model_fns.metrics.mean import mean
from model_fns.ops.arithmetic import cast
from model_fns.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY


@final
class RegressionHead(Head):
    """Predicts numbers, by default the logits themselves, at the cost of the squared error."""

    def __init__(
        self,
        label_dimension: int = 1,
        weight_column: Any = None,
        loss_reduction: str = Reduction.SUM,
        loss_fn: Callable[..., Any] | None = None,
        inverse_link_fn: Callable[[Tensor], Tensor] | None = None,
        name: str | None = None,
    ) -> None:
        check_loss_reduction(loss_reduction)
        check_loss_fn(loss_fn)
        if label_dimension < 1:
            raise ValueError(f"Invalid label_dimension {label_dimension}.")
        super().__init__(loss_reduction, name)
        self._label_dimension, self._weight_column = label_dimension, weight_column
        self._loss_fn, self._inverse_link_fn = loss_fn, inverse_link_fn

    @property
    def logits_dimension(self) -> int:
        return self._label_dimension

    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        if self._inverse_link_fn is None:
            return {"predictions": logits}
        return {"predictions": self._inverse_link_fn(logits), "logits": logits}

    def export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, ExportOutput]:
        output = RegressionOutput(predictions["predictions"])
        return {DEFAULT_SERVING_SIGNATURE_DEF_KEY: output, "regression": output}

    def create_loss(self, features: Mapping[str, Any], mode: str, logits: Any, labels: Any) -> LossSpec:
        logits = convert_to_tensor(logits)
        labels = checked_labels(labels, logits, self._label_dimension)
        labels = cast(with_axis_of(labels, logits), float32)
        if self._loss_fn is not None:
            losses = losses_by(self._loss_fn, labels, logits, features, self._label_dimension)
        else:
            losses = mean_squared_error(labels, logits, reduction=Reduction.NONE)
        weights = weights_of(features, self._weight_column, logits, per_logit=True)
        total = compute_weighted_loss(losses, weights, reduction=self._loss_reduction)
        return LossSpec(total, losses, weights, labels)

    def metrics(self, loss: LossSpec, predictions: dict[str, Tensor]) -> dict[str, Any]:
        weights = weights_or_none(loss)
        return {
            "prediction/mean": mean(predictions["predictions"], weights, name="prediction/mean"),
            "label/mean": mean(loss.processed_labels, weights, name="label/mean"),
        }


def regression_head(
    weight_column: Any = None,
    label_dimension: int = 1,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    loss_fn: Callable[..., Any] | None = None,
    inverse_link_fn: Callable[[Tensor], Tensor] | None = None,
    name: str | None = None,
) -> RegressionHead:
    """The head of `label_dimension` numbers: the mean squared error.

    Args:
      weight_column: the key of a feature, or a numeric_column, that holds the weights of examples or of their numbers.
      loss_reduction: how the single losses become one.
      loss_fn: function of labels, logits and perhaps features, in place of the squared error; it returns
        [..., label_dimension].
      inverse_link_fn: function that makes predictions of logits, such as tf.exp; default the identity.
      name: name scope; it also follows the names of metrics.
    Raises ValueError for arguments that cannot be meant.
    """
    return RegressionHead(label_dimension, weight_column, loss_reduction, loss_fn, inverse_link_fn, name)
