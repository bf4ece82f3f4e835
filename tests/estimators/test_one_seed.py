"""RunConfig(tf_random_seed) alone decides a training: initial weights, shuffling, dropout and what else is drawn."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from estimators.session_config import ConfigProto

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(600, 64)).astype(np.float32), RNG.integers(0, 10, 600)


def model_fn(features: Any, labels: Any, mode: str) -> Any:
    """Everything that draws: initializers of several kinds, dropout, noise, sampled negatives."""
    noisy = features["x"] + tf.random_normal(tf.shape(features["x"]), stddev=0.1)
    hidden = tf.layers.dense(noisy, 256, tf.nn.relu, kernel_initializer=tf.truncated_normal_initializer(stddev=0.1))
    hidden = tf.layers.dropout(hidden, 0.3, training=True)
    hidden = tf.layers.dense(hidden, 64, kernel_initializer=tf.orthogonal_initializer())
    weights = tf.get_variable("classes", [10, 64], initializer=tf.variance_scaling_initializer())
    logits = tf.matmul(tf.nn.dropout(hidden, keep_prob=0.9), weights, transpose_b=True)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    train_op = tf.train.AdamOptimizer(1e-3).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def dataset() -> Any:
    made = tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).shuffle(100).repeat().batch(50)
    return made.map(lambda x, y: ({"x": x["x"] + tf.random_uniform([64])}, y))


ARRAYS = tf.estimator.inputs.numpy_input_fn({"x": X}, Y, 50, num_epochs=None, shuffle=True)


def trained(directory: Any, input_fn: Any, seed: int | None = 3, threads: int = 1) -> dict[str, bytes]:
    config = RunConfig(tf_random_seed=seed, session_config=ConfigProto(intra_op_parallelism_threads=threads))
    estimator = Estimator(model_fn, str(directory), config).train(input_fn, steps=15)
    return {name: estimator.get_variable_value(name).tobytes() for name in estimator.get_variable_names()}


@pytest.mark.parametrize("input_fn", [pytest.param(ARRAYS, id="arrays"), pytest.param(dataset, id="dataset")])
def test_the_same_bits_again_and_for_any_number_of_threads(tmp_path: Any, input_fn: Any) -> None:
    found = []
    for number, threads in enumerate((1, 1, 2)):
        np.random.seed(number)  # what else draws in the process does not matter
        random.seed(number)
        found.append(trained(tmp_path / str(number), input_fn, threads=threads))
    assert found[0] == found[1] == found[2]


def test_another_seed_or_none_is_another_training(tmp_path: Any) -> None:
    found = [trained(tmp_path / str(n), ARRAYS, seed)["dense/kernel"] for n, seed in enumerate((3, 4, None, None))]
    assert len(set(found)) == 4
