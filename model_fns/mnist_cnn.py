"""A wide convolutional network for MNIST: python -m estimators train model_fns.mnist_cnn

The network of TensorFlow 1's Estimator tutorial: two convolutions of 5x5, each halved by pooling, one dense layer of 1,024
units with dropout, ten classes. 3.27 million parameters.
"""

from __future__ import annotations

from typing import Any

from model_fns import EstimatorSpec, ModeKeys, get_global_step, layers, losses, metrics, nn, optimizers
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import equal
from model_fns.ops.reduction import argmax, reduce_mean

# Where train_input_fn, eval_input_fn and predict_input_fn are. A module may also hold them itself.
INPUT_FNS = "input_fns.mnist"

params = {"learning_rate": 1e-3, "dropout_rate": 0.4, "batch_size": 50, "epochs": 6}

# Logged while training: a tag, and the name of the tensor.
tensors_to_log = {"accuracy": "train_accuracy"}


def model_fn(features: dict[str, Any], labels: Any, mode: str, params: dict[str, Any]) -> EstimatorSpec:
    """Features {"x": images [batch, 28, 28, 1]}, labels [batch], 0 to 9."""
    training = mode == ModeKeys.TRAIN
    net = layers.conv2d(features["x"], 32, 5, padding="same", activation=nn.relu)
    net = layers.max_pooling2d(net, 2, 2)
    net = layers.conv2d(net, 64, 5, padding="same", activation=nn.relu)
    net = layers.max_pooling2d(net, 2, 2)
    net = layers.dense(layers.flatten(net), 1024, nn.relu)
    net = layers.dropout(net, params["dropout_rate"], training=training)
    logits = layers.dense(net, 10)

    classes = argmax(logits, axis=1)
    predictions = {"classes": classes, "probabilities": nn.softmax(logits, name="softmax_tensor")}
    if mode == ModeKeys.PREDICT:
        return EstimatorSpec(mode, predictions)

    loss = losses.sparse_softmax_cross_entropy(labels, logits)
    if training:
        reduce_mean(cast(equal(classes, cast(labels, "int64")), "float32"), name="train_accuracy")
        optimizer = optimizers.AdamOptimizer(params["learning_rate"])
        return EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, get_global_step()))
    return EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": metrics.accuracy(labels, classes)})
