"""Head: what stands on a model's logits - predictions, loss, metrics, and the operation that trains."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from model_fns.estimator_spec import EstimatorSpec
from model_fns.export_outputs import ExportOutput, PredictOutput
from model_fns.global_step import get_global_step
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.heads.arguments import checked_logits
from model_fns.losses.reduction import Reduction
from model_fns.metrics.mean import mean
from model_fns.mode_keys import ModeKeys
from model_fns.ops.arithmetic import add_n
from model_fns.ops.control import group
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import ones_like
from model_fns.summary import scalar


class LossSpec(NamedTuple):
    """A loss, and what it was made of: the losses of single examples, their weights (1.0 for none), the labels."""

    training_loss: Tensor
    unreduced_loss: Tensor
    weights: Any
    processed_labels: Tensor


class Head(ABC):
    """What turns logits into an EstimatorSpec. Subclasses say what to predict, what it costs, and how to judge it.

    Args:
      loss_reduction: how the losses of examples become one.
      name: the name scope, by default `head`; it also follows the names of metrics.
    """

    def __init__(self, loss_reduction: str, name: str | None) -> None:
        self._loss_reduction = loss_reduction
        self._name = name

    @property
    def name(self) -> str | None:
        return self._name

    @property
    @abstractmethod
    def logits_dimension(self) -> int:
        """The size of the logits' last axis."""

    @abstractmethod
    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        """What is predicted, by name."""

    @abstractmethod
    def export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, ExportOutput]:
        """What a saved model gives, by the name of the signature, apart from `predict`."""

    @abstractmethod
    def create_loss(self, features: Mapping[str, Any], mode: str, logits: Any, labels: Any) -> LossSpec:
        """The loss of a batch, a scalar."""

    @abstractmethod
    def metrics(self, loss: LossSpec, predictions: dict[str, Tensor]) -> dict[str, Any]:
        """Pairs (value, update_op) by their own names, besides `average_loss`."""

    def create_estimator_spec(
        self,
        features: Mapping[str, Any],
        mode: str,
        logits: Any,
        labels: Any = None,
        optimizer: Any = None,
        train_op_fn: Callable[[Tensor], Any] | None = None,
        regularization_losses: Sequence[Tensor] | None = None,
    ) -> EstimatorSpec:
        """The EstimatorSpec of a model with these logits.

        Args:
          features, mode, labels: as the model function got them.
          logits: float tensor [..., logits_dimension].
          optimizer: trains the loss and adds 1 to the global step.
          train_op_fn: or else a function that makes the training operation of the loss.
          regularization_losses: scalars that are added to the loss.
        Raises ValueError unless one of `optimizer` and `train_op_fn` is given to train with.
        """
        graph = get_default_graph()
        with graph.name_scope(self._name or "head"):
            logits = checked_logits(logits, self.logits_dimension)
            predictions = self.predictions(logits)
            if mode == ModeKeys.PREDICT:
                outputs = {**self.export_outputs(predictions), "predict": PredictOutput(predictions)}
                return EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
            loss = self.create_loss(features, mode, logits, labels)
            penalty = add_n(list(regularization_losses)) if regularization_losses else None
            total = loss.training_loss if penalty is None else add_n([loss.training_loss, penalty])
            if mode == ModeKeys.EVAL:
                with graph.name_scope("metrics"):
                    metrics = self._all_metrics(loss, predictions, penalty)
                return EstimatorSpec(mode, predictions=predictions, loss=total, eval_metric_ops=metrics)
            train_op = _with_updates(_train_op(total, optimizer, train_op_fn))
            average = self._average(loss)
        with graph.name_scope(None):
            self._summarize(total, average, penalty)
        return EstimatorSpec(mode, predictions=predictions, loss=total, train_op=train_op)

    def _all_metrics(self, loss: LossSpec, predictions: dict[str, Tensor], penalty: Tensor | None) -> dict[str, Any]:
        found = {"average_loss": mean(loss.unreduced_loss, weights_or_none(loss), name="average_loss")}
        found |= self.metrics(loss, predictions)
        if penalty is not None:
            found["regularization_loss"] = mean(penalty, name="regularization_loss")
        return {self._key(name): pair for name, pair in found.items()}

    def _key(self, name: str) -> str:
        return f"{name}/{self._name}" if self._name else name

    def _average(self, loss: LossSpec) -> Tensor | None:
        """The mean loss of an example, if the loss is their sum."""
        if self._loss_reduction != Reduction.SUM:
            return None
        return loss.training_loss / reduce_sum(loss.weights * ones_like(loss.unreduced_loss))

    def _summarize(self, total: Tensor, average: Tensor | None, penalty: Tensor | None) -> None:
        for name, value in (("loss", total), ("average_loss", average), ("regularization_loss", penalty)):
            if value is not None:
                scalar(self._key(name), value)


def weights_or_none(loss: LossSpec) -> Any:
    """The weights as metrics take them."""
    return loss.weights if isinstance(loss.weights, Tensor) else None


def _train_op(loss: Tensor, optimizer: Any, train_op_fn: Callable[[Tensor], Any] | None) -> Any:
    if optimizer is not None:
        if train_op_fn is not None:
            raise ValueError("train_op_fn and optimizer cannot both be set.")
        return optimizer.minimize(loss, global_step=get_global_step())
    if train_op_fn is None:
        raise ValueError("train_op_fn and optimizer cannot both be None.")
    return train_op_fn(loss)


def _with_updates(train_op: Any) -> Any:
    """The operation together with the updates that layers want, such as batch normalization's."""
    updates = get_default_graph().get_collection(GraphKeys.UPDATE_OPS)
    return group(train_op, *updates) if updates else train_op
