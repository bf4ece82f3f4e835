"""DNNClassifier, DNNRegressor and DNNEstimator: deep neural networks on feature columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from estimators.canned.heads import classification_head
from estimators.estimator import Estimator
from model_fns.canned.dnn import dnn_model_fn
from model_fns.heads.head import Head
from model_fns.heads.regression import RegressionHead
from model_fns.losses.reduction import Reduction
from model_fns.ops.activation import relu


class DNNClassifier(Estimator):
    """Predicts a class: dense layers on the columns of `input_layer`, then a softmax or, for two classes, a sigmoid.

    Args:
      hidden_units: the sizes of the layers.
      feature_columns: dense columns; categorical ones wrapped by embedding_column or indicator_column.
      model_dir, config, warm_start_from: as for Estimator.
      n_classes: how many classes there are.
      weight_column: the key of a feature, or a numeric_column, that holds the examples' weights.
      label_vocabulary: the classes' names, if labels are strings; else they are integers from 0.
      optimizer: 'Adagrad', 'Adam', 'Ftrl', 'RMSProp' or 'SGD', with a learning rate of 0.05; an optimizer; or a
        function that makes one.
      activation_fn: of every layer but the last.
      dropout: the share of a layer's outputs that is left out in training; None for none.
      input_layer_partitioner: accepted, without effect.
      loss_reduction: how the examples' losses become one; by default their sum, so the loss grows with the batch.
      batch_norm: whether every layer is followed by batch normalization.
    """

    def __init__(
        self,
        hidden_units: Iterable[int],
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
    ) -> None:
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        model_fn = _model_fn(head, hidden_units, feature_columns, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class DNNRegressor(Estimator):
    """Predicts `label_dimension` numbers, at the cost of the squared error. Other arguments as for DNNClassifier."""

    def __init__(
        self,
        hidden_units: Iterable[int],
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        batch_norm: bool = False,
    ) -> None:
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        model_fn = _model_fn(head, hidden_units, feature_columns, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class DNNEstimator(Estimator):
    """Predicts what `head` says. Other arguments as for DNNClassifier."""

    def __init__(
        self,
        head: Head,
        hidden_units: Iterable[int],
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = relu,
        dropout: float | None = None,
        input_layer_partitioner: Any = None,
        config: Any = None,
        warm_start_from: Any = None,
        batch_norm: bool = False,
    ) -> None:
        model_fn = _model_fn(head, hidden_units, feature_columns, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


def _model_fn(
    head: Head,
    hidden_units: Iterable[int],
    feature_columns: Any,
    optimizer: Any,
    activation_fn: Any,
    dropout: float | None,
    batch_norm: bool,
) -> Callable[..., Any]:
    sizes, columns = tuple(hidden_units), tuple(feature_columns or ())

    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        return dnn_model_fn(features, labels, mode, head, sizes, columns, optimizer, activation_fn, dropout, batch_norm)

    return model_fn
