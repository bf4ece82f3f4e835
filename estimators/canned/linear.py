"""LinearClassifier, LinearRegressor and LinearEstimator: linear models on feature columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.canned.heads import classification_head
from estimators.estimator import Estimator
from model_fns.canned.linear import linear_model_fn
from model_fns.heads.head import Head
from model_fns.heads.regression import RegressionHead
from model_fns.losses.reduction import Reduction


class LinearClassifier(Estimator):
    """Predicts a class by `linear_model`.

    Args:
      feature_columns: dense and categorical columns.
      model_dir, config, warm_start_from: as for Estimator.
      n_classes: how many classes there are.
      weight_column: the key of a feature, or a numeric_column, that holds the examples' weights.
      label_vocabulary: the classes' names, if labels are strings; else they are integers from 0.
      optimizer: 'Adagrad', 'Adam', 'Ftrl', 'RMSProp' or 'SGD', with a learning rate of 0.2; an optimizer; a function
        that makes one; or None for FTRL with the rate 1 / sqrt(columns), but not more than 0.2.
      partitioner: accepted, without effect.
      loss_reduction: how the examples' losses become one; by default their sum, so the loss grows with the batch.
      sparse_combiner: what several categories of an example make: `sum`, `mean` or `sqrtn`.
    """

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        sparse_combiner: str = "sum",
    ) -> None:
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        model_fn = _model_fn(head, feature_columns, optimizer, sparse_combiner)
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class LinearRegressor(Estimator):
    """Predicts `label_dimension` numbers, at the cost of the squared error. Other arguments as for LinearClassifier."""

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        warm_start_from: Any = None,
        loss_reduction: str = Reduction.SUM,
        sparse_combiner: str = "sum",
    ) -> None:
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        model_fn = _model_fn(head, feature_columns, optimizer, sparse_combiner)
        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class LinearEstimator(Estimator):
    """Predicts what `head` says. Other arguments as for LinearClassifier."""

    def __init__(
        self,
        head: Head,
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        partitioner: Any = None,
        sparse_combiner: str = "sum",
    ) -> None:
        super().__init__(_model_fn(head, feature_columns, optimizer, sparse_combiner), model_dir, config)


def _model_fn(head: Head, feature_columns: Any, optimizer: Any, sparse_combiner: str) -> Callable[..., Any]:
    columns = tuple(feature_columns or ())

    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        return linear_model_fn(features, labels, mode, head, columns, optimizer, sparse_combiner)

    return model_fn
