"""The workloads that training frameworks are compared on: models, data, batch sizes, and what a step costs at least."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from input_fns.datasets import load_digits, load_mnist, load_mnist_sample
from model_fns import layers, losses, metrics
from model_fns.estimator_spec import EstimatorSpec
from model_fns.global_step import get_global_step
from model_fns.mode_keys import ModeKeys
from model_fns.ops.activation import relu
from model_fns.ops.reduction import argmax
from model_fns.optimizers import AdamOptimizer, GradientDescentOptimizer

Network = Callable[[Any], Any]


@dataclass(frozen=True)
class Workload:
    """A model on data. `products` are the (rows, inner, columns) of one example's matrix products going forward."""

    name: str
    data: str
    batch: int
    rows: int
    network: Network
    products: tuple[tuple[int, int, int], ...]
    adam: bool = True
    rate: float = 1e-3

    @property
    def flops(self) -> int:
        """Multiplications and additions to train on one example: forward, by the weights, and by the input but for the
        first layer, whose input needs no gradient."""
        forward = [2 * m * k * n for m, k, n in self.products]
        return 3 * sum(forward) - forward[0]

    def model_fn(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        out = self.network(features["x"])
        if mode == ModeKeys.PREDICT:
            return EstimatorSpec(mode, predictions={"out": out})
        regression = self.data == "line"
        loss = (
            losses.mean_squared_error(labels, out) if regression else losses.sparse_softmax_cross_entropy(labels, out)
        )
        if mode == ModeKeys.EVAL:
            accuracy = None if regression else {"accuracy": metrics.accuracy(labels, argmax(out, 1))}
            return EstimatorSpec(mode, loss=loss, eval_metric_ops=accuracy)
        optimizer = AdamOptimizer(self.rate) if self.adam else GradientDescentOptimizer(self.rate)
        return EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, global_step=get_global_step()))

    def load(self, data_dir: str | None) -> tuple[np.ndarray, np.ndarray]:
        """Features and labels of `rows` examples; the shipped sample is repeated where the full set is not given."""
        if self.data == "line":
            x = np.linspace(-1, 1, self.rows, dtype=np.float32).reshape(-1, 1)
            return x, 3 * x + 10
        if self.data == "digits":
            examples = load_digits().train
        else:
            examples = (load_mnist(data_dir) if data_dir else load_mnist_sample()).train
        rows = np.arange(self.rows) % len(examples.labels)
        x, y = examples.features[rows], examples.labels[rows]
        return (x.reshape(len(x), -1) if self.data == "flat" else x), y


def _dense(*units: int) -> Network:
    def network(x: Any) -> Any:
        for width in units[:-1]:
            x = layers.dense(x, width, relu)
        return layers.dense(x, units[-1])

    return network


def _convolutions(first: int, second: int, padding: str, *units: int) -> Network:
    def network(x: Any) -> Any:
        for filters in (first, second):
            x = layers.max_pooling2d(layers.conv2d(x, filters, 5, padding=padding, activation=relu), 2, 2)
        return _dense(*units)(layers.flatten(x))

    return network


_WIDE = ((784, 25, 32), (196, 800, 64), (1, 3136, 1024), (1, 1024, 10))
_LENET = ((576, 25, 20), (64, 500, 50), (1, 800, 10))

WORKLOADS = (
    Workload("linreg", "line", 100, 100, _dense(1), ((1, 1, 1),), adam=False, rate=0.1),
    Workload("softmax", "flat", 100, 60000, _dense(10), ((1, 784, 10),), adam=False, rate=0.5),
    Workload("mlp", "digits", 32, 1440, _dense(25, 10), ((1, 64, 25), (1, 25, 10))),
    Workload("mlp512", "flat", 100, 60000, _dense(512, 10), ((1, 784, 512), (1, 512, 10))),
    Workload("cnn_lenet", "images", 100, 60000, _convolutions(20, 50, "valid", 10), _LENET, adam=False, rate=0.01),
    Workload("cnn_wide", "images", 50, 15000, _convolutions(32, 64, "same", 1024, 10), _WIDE),
    Workload("cnn_wide128", "images", 128, 38400, _convolutions(32, 64, "same", 1024, 10), _WIDE),
)
