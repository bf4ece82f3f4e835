"""A NaN loss: the log names the first tensor that was not finite, and in which step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.hooks import SessionRunHook
from estimators.run_config import RunConfig
from estimators.summaries import FileWriterCache
from model_fns.errors import NanLossDuringTrainingError


@pytest.fixture(autouse=True)
def no_writer_is_left() -> Any:
    yield
    FileWriterCache.clear()


def model_fn(features: Any, labels: Any, mode: str) -> Any:
    """The logarithm of something that falls below 0 in the course of the training."""
    step = tf.train.get_global_step()
    falling = tf.identity(20.5 - tf.cast(step, tf.float32), name="falling")
    value = tf.layers.dense(features["x"], 1, name="line") * tf.log(falling, name="logarithm")
    loss = tf.reduce_mean(tf.square(tf.layers.dropout(value, 0.5, training=True)))
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss, step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def data(bad_row: int | None = None, rows: int = 40) -> Any:
    x = np.random.default_rng(0).normal(size=(rows, 2)).astype(np.float32)
    if bad_row is not None:
        x[bad_row] = np.inf
    return tf.estimator.inputs.numpy_input_fn({"x": x}, x[:, :1], 4, num_epochs=None, shuffle=bad_row is None)


def failed(directory: Any, caplog: Any, input_fn: Any, hooks: Any = (), **config: Any) -> list[str]:
    """The errors that a training logs which comes to a NaN."""
    caplog.clear()
    with pytest.raises(NanLossDuringTrainingError):
        Estimator(model_fn, str(directory), RunConfig(tf_random_seed=1, **config)).train(input_fn, hooks, steps=50)
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("every", [6, 100])
def test_the_operation_is_named(tmp_path: Any, caplog: Any, every: int) -> None:
    errors = failed(tmp_path, caplog, data(), save_checkpoints_steps=every)
    assert errors == [
        "Model diverged with loss = NaN.",
        "In step 22 the first tensor that is not finite is logarithm:0 (Log, shape []): 1 of its 1 elements, some of "
        "them NaN. It is made of: falling:0.",
    ]


def test_a_bad_row_of_the_data_is_named(tmp_path: Any, caplog: Any) -> None:
    errors = failed(tmp_path, caplog, data(bad_row=9), save_checkpoints_steps=100)
    assert errors[1].startswith("In step 3 the first tensor that is not finite is ")
    assert "(QueueDequeueUpToV2, shape [4, 2]): 2 of its 8 elements, some of them infinite." in errors[1]


def test_without_a_checkpoint_nothing_is_said(tmp_path: Any, caplog: Any) -> None:
    errors = failed(tmp_path, caplog, data(), save_checkpoints_steps=None, save_checkpoints_secs=None)
    assert errors == ["Model diverged with loss = NaN."]


def test_what_cannot_be_made_again_is_left_alone(tmp_path: Any, caplog: Any) -> None:
    """The NaN was fed by a hook, which the search does not call."""

    class Feeds(SessionRunHook):
        def before_run(self, run_context: Any) -> Any:
            return tf.train.SessionRunArgs(None, {"falling:0": np.float32(-1)})

    errors = failed(tmp_path, caplog, data(), [Feeds()], save_checkpoints_steps=100)
    assert errors == ["Model diverged with loss = NaN."]
