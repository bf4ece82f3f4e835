"""LeNet for MNIST, as many courses have it: python -m estimators train model_fns.lenet

Two convolutions of 5x5 that stay inside the image, each halved by pooling, then ten classes; plain gradient descent.
After Y. LeCun et al., Gradient-based learning applied to document recognition, 1998.
"""

from __future__ import annotations

from typing import Any

from model_fns import (
    EstimatorSpec,
    ModeKeys,
    argmax,
    cast,
    equal,
    get_global_step,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    reduce_mean,
    relu,
    softmax,
)

INPUT_FNS = "input_fns.mnist"

params = {"learning_rate": 0.01, "batch_size": 100, "epochs": 10}

tensors_to_log = {"accuracy": "train_accuracy"}


def model_fn(features: dict[str, Any], labels: Any, mode: str, params: dict[str, Any]) -> EstimatorSpec:
    """Features {"x": images [batch, 28, 28, 1]}, labels [batch] from 0 to 9."""
    weights = initializers.he_uniform()
    net = layers.conv2d(features["x"], 20, 5, activation=relu, kernel_initializer=weights)
    net = layers.max_pooling2d(net, 2, 2)
    net = layers.conv2d(net, 50, 5, activation=relu, kernel_initializer=weights)
    net = layers.max_pooling2d(net, 2, 2)
    logits = layers.dense(layers.flatten(net), 10, kernel_initializer=weights)

    classes = argmax(logits, axis=1)
    if mode == ModeKeys.PREDICT:
        return EstimatorSpec(mode, predictions={"classes": classes, "probabilities": softmax(logits)})

    loss = losses.sparse_softmax_cross_entropy(labels, logits)
    if mode == ModeKeys.EVAL:
        return EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": metrics.accuracy(labels, classes)})

    reduce_mean(cast(equal(classes, cast(labels, "int64")), "float32"), name="train_accuracy")
    optimizer = optimizers.GradientDescentOptimizer(params["learning_rate"])
    return EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, get_global_step()))
