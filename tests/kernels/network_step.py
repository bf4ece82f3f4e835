"""One step of a small convolutional network on fixed data: what tests of other processors compute.

`python -m tests.kernels.network_step FILE` runs it, compiled for the processor that the environment names, leaves the
loss, the gradients and the weights afterwards in FILE, and prints what kernels know of that processor.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

import estimators.compat.v1 as tf
from estimators.kernels.host import host

EXAMPLES, SIZE, WINDOW, CHANNELS, OUTPUTS, CLASSES = 5, 12, 3, 3, 20, 10
POOLED = SIZE // 2
# So large that a step follows its gradient: with Adam's own 1e-8 the first one is as long for every gradient, and goes
# either way where rounding decides about the sign.
EPSILON = 0.01
SHAPES = {
    "kernel": (WINDOW, WINDOW, CHANNELS, OUTPUTS),
    "bias": (OUTPUTS,),
    "dense/kernel": (POOLED * POOLED * OUTPUTS, CLASSES),
    "dense/bias": (CLASSES,),
}


class Step(NamedTuple):
    """The tensors of a graph: what is fed, the loss, gradients by name of the variable, and what updates them."""

    feeds: dict[Any, np.ndarray]
    variables: dict[str, Any]
    loss: Any
    gradients: dict[str, Any]
    update: Any


def network_step(dtype: Any) -> Step:
    """Adds the network, its numbers of type `dtype` and the same every time, to the default graph."""
    random = np.random.default_rng(7)
    images = tf.placeholder(dtype, [None, SIZE, SIZE, CHANNELS])
    labels = tf.placeholder(tf.int64, [None])
    feeds = {
        images: random.standard_normal((EXAMPLES, SIZE, SIZE, CHANNELS), np.float32),
        labels: random.integers(0, CLASSES, EXAMPLES),
    }
    first = {name: 0.2 * random.standard_normal(shape, np.float32) for name, shape in SHAPES.items()}
    variables = {name: tf.get_variable(name, initializer=tf.cast(value, dtype)) for name, value in first.items()}
    made = tf.nn.conv2d(images, variables["kernel"], [1, 1, 1, 1], "SAME")
    made = tf.nn.relu(tf.nn.bias_add(made, variables["bias"]))
    flat = tf.layers.flatten(tf.nn.max_pool(made, [1, 2, 2, 1], [1, 2, 2, 1], "VALID"))
    logits = tf.matmul(flat, variables["dense/kernel"]) + variables["dense/bias"]
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    loss = tf.reduce_mean(losses)
    optimizer = tf.train.AdamOptimizer(0.1, epsilon=EPSILON)
    pairs = optimizer.compute_gradients(loss, list(variables.values()))
    gradients = dict(zip(variables, (gradient for gradient, _ in pairs), strict=True))
    return Step(feeds, variables, loss, gradients, optimizer.apply_gradients(pairs))


def titled(loss: Any, gradients: dict[str, Any], weights: dict[str, Any]) -> dict[str, Any]:
    """All results by titles."""
    results = {"loss": loss}
    for name in SHAPES:
        results |= {f"gradient of {name}": gradients[name], f"{name} afterwards": weights[name]}
    return results


def main() -> None:
    (path,) = sys.argv[1:]
    step = network_step(tf.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        loss, gradients, _ = session.run([step.loss, step.gradients, step.update], step.feeds)
        weights = session.run(step.variables)
    np.savez(path, **titled(loss, gradients, weights))
    print(json.dumps(asdict(host())))


if __name__ == "__main__":
    main()
