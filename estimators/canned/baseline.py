"""BaselineClassifier, BaselineRegressor and BaselineEstimator: what can be had without looking at the features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.canned.heads import classification_head
from estimators.estimator import Estimator
from model_fns.canned.baseline import baseline_model_fn
from model_fns.heads.head import Head
from model_fns.heads.regression import RegressionHead
from model_fns.losses.reduction import Reduction


class BaselineClassifier(Estimator):
    """Predicts the shares of the classes among the labels, whatever the features.

    Args:
      model_dir, config: as for Estimator.
      n_classes, weight_column, label_vocabulary, loss_reduction: as for LinearClassifier.
      optimizer: as for LinearClassifier, with a learning rate of 0.3.
    """

    def __init__(
        self,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = Reduction.SUM,
    ) -> None:
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(_model_fn(head, optimizer, weight_column), model_dir, config)


class BaselineRegressor(Estimator):
    """Predicts the mean of the labels, whatever the features. Arguments as for BaselineClassifier."""

    def __init__(
        self,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: Any = None,
        loss_reduction: str = Reduction.SUM,
    ) -> None:
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(_model_fn(head, optimizer, weight_column), model_dir, config)


class BaselineEstimator(Estimator):
    """Predicts what `head` makes of a bias, whatever the features."""

    def __init__(self, head: Head, model_dir: Any = None, optimizer: Any = "Ftrl", config: Any = None) -> None:
        super().__init__(_model_fn(head, optimizer, None), model_dir, config)


def _model_fn(head: Head, optimizer: Any, weight_column: Any) -> Callable[..., Any]:
    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        return baseline_model_fn(features, labels, mode, head, optimizer, weight_column)

    return model_fn
