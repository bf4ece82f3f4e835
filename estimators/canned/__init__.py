"""Canned estimators: models that are there already, made of feature columns."""

from estimators.canned.added_metrics import add_metrics
from estimators.canned.baseline import BaselineClassifier, BaselineEstimator, BaselineRegressor
from estimators.canned.dnn import DNNClassifier, DNNEstimator, DNNRegressor
from estimators.canned.dnn_linear_combined import (
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from estimators.canned.linear import LinearClassifier, LinearEstimator, LinearRegressor

__all__ = [
    "BaselineClassifier",
    "BaselineEstimator",
    "BaselineRegressor",
    "DNNClassifier",
    "DNNEstimator",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedEstimator",
    "DNNLinearCombinedRegressor",
    "DNNRegressor",
    "LinearClassifier",
    "LinearEstimator",
    "LinearRegressor",
    "add_metrics",
]
