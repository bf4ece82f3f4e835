"""DNNLinearCombinedClassifier, -Regressor and -Estimator: a linear and a deep model whose logits are added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.canned.heads import classification_head
from estimators.estimator import Estimator
from model_fns.canned.dnn_linear_combined import dnn_linear_combined_model_fn
from model_fns.heads.head import Head
from model_fns.heads.regression import RegressionHead
from model_fns.losses.reduction import Reduction
from model_fns.ops.activation import relu


class DNNLinearCombinedClassifier(Estimator):
    """Predicts a class by the sum of a linear and a deep model's logits.

    Args:
      model_dir, config, warm_start_from: as for Estimator.
      linear_feature_columns, linear_optimizer, linear_sparse_combiner: as for LinearClassifier; an optimizer that is
        only named has the rate 1 / sqrt(columns), but not more than 0.005.
      dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout, batch_norm: as for
        DNNClassifier; an optimizer that is only named has the rate 0.001.
      n_classes, weight_column, label_vocabulary, loss_reduction: as for both.
      input_layer_partitioner: accepted, without effect.
    Raises ValueError without any columns.
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        linear = _linear_part(linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = _dnn_part(
            dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout, batch_norm
        )
        super().__init__(_model_fn(head, linear, dnn), model_dir, config, warm_start_from=warm_start_from)


class DNNLinearCombinedRegressor(Estimator):
    """Predicts `label_dimension` numbers. Other arguments as for DNNLinearCombinedClassifier."""

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        linear = _linear_part(linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = _dnn_part(
            dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout, batch_norm
        )
        super().__init__(_model_fn(head, linear, dnn), model_dir, config, warm_start_from=warm_start_from)


class DNNLinearCombinedEstimator(Estimator):
    """Predicts what `head` says. Other arguments as for DNNLinearCombinedClassifier."""

    def __init__(
        self,
        head: Head,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Any = None,
        dnn_activation_fn: Any = relu,
        dnn_dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        linear = _linear_part(linear_feature_columns, linear_optimizer, linear_sparse_combiner)
        dnn = _dnn_part(dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout, False)
        super().__init__(_model_fn(head, linear, dnn), model_dir, config)


def _linear_part(feature_columns: Any, optimizer: Any, sparse_combiner: str) -> dict[str, Any]:
    """The arguments of the model function that are about the linear model."""
    return {
        "linear_feature_columns": tuple(feature_columns or ()),
        "linear_optimizer": optimizer,
        "linear_sparse_combiner": sparse_combiner,
    }


def _dnn_part(
    feature_columns: Any, optimizer: Any, hidden_units: Any, activation_fn: Any, dropout: Any, batch_norm: bool
) -> dict[str, Any]:
    """Those that are about the deep one."""
    return {
        "dnn_feature_columns": tuple(feature_columns or ()),
        "dnn_optimizer": optimizer,
        "dnn_hidden_units": None if hidden_units is None else tuple(hidden_units),
        "dnn_activation_fn": activation_fn,
        "dnn_dropout": dropout,
        "batch_norm": batch_norm,
    }


def _model_fn(head: Head, linear: dict[str, Any], dnn: dict[str, Any]) -> Callable[..., Any]:
    if not linear["linear_feature_columns"] and not dnn["dnn_feature_columns"]:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")

    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        return dnn_linear_combined_model_fn(features, labels, mode, head, **linear, **dnn)

    return model_fn
