"""A wide convolutional network for MNIST: python -m estimators train model_fns.mnist_cnn

The network of TensorFlow 1's Estimator tutorial: two convolutions of 5x5, each halved by pooling, one dense layer of
1,024 units with dropout, ten classes; 3,274,634 parameters.
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
    layers,
    losses,
    metrics,
    optimizers,
    reduce_mean,
    relu,
    softmax,
)

# The module that holds train_input_fn, eval_input_fn and predict_input_fn; a model's own module may hold them, too.
INPUT_FNS = "input_fns.mnist"

# What `model_fn` and the input functions are given; -p learning_rate=1e-4 changes one for a run.
params = {"learning_rate": 1e-3, "dropout_rate": 0.4, "batch_size": 50, "epochs": 6}

# Logged while training, beside loss and step: tags, and names of tensors.
tensors_to_log = {"accuracy": "train_accuracy"}


def model_fn(features: dict[str, Any], labels: Any, mode: str, params: dict[str, Any]) -> EstimatorSpec:
    """Features {"x": images [batch, 28, 28, 1]}, labels [batch] from 0 to 9."""
    net = layers.conv2d(features["x"], 32, 5, padding="same", activation=relu)
    net = layers.max_pooling2d(net, 2, 2)
    net = layers.conv2d(net, 64, 5, padding="same", activation=relu)
    net = layers.max_pooling2d(net, 2, 2)
    net = layers.dense(layers.flatten(net), 1024, relu)
    net = layers.dropout(net, params["dropout_rate"], training=mode == ModeKeys.TRAIN)
    logits = layers.dense(net, 10)

    classes = argmax(logits, axis=1)
    if mode == ModeKeys.PREDICT:
        probabilities = softmax(logits, name="softmax_tensor")
        return EstimatorSpec(mode, predictions={"classes": classes, "probabilities": probabilities})

    loss = losses.sparse_softmax_cross_entropy(labels, logits)
    if mode == ModeKeys.EVAL:
        return EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": metrics.accuracy(labels, classes)})

    reduce_mean(cast(equal(classes, cast(labels, "int64")), "float32"), name="train_accuracy")
    optimizer = optimizers.AdamOptimizer(params["learning_rate"])
    return EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, get_global_step()))
