"""RunConfig(nan_policy): raise, as TensorFlow; stop in peace; or skip the step as if it had never been."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.hooks import SessionRunHook
from estimators.run_config import RunConfig
from estimators.session_config import ConfigProto
from estimators.training_result import StopReason, TrainingResult
from model_fns.errors import NanLossDuringTrainingError
from tests.estimators.small_models import line, points


def estimator(directory: Any, policy: str, model_fn: Any = line, **config: Any) -> Estimator:
    return Estimator(model_fn, str(directory), RunConfig(tf_random_seed=1, nan_policy=policy, **config))


def result_of(trained: Estimator) -> TrainingResult:
    assert trained.last_training is not None
    return trained.last_training


def variables(trained: Estimator) -> dict[str, bytes]:
    return {name: trained.get_variable_value(name).tobytes() for name in trained.get_variable_names()}


def without(batches: set[int], rounds: int) -> Any:
    """`points` so many times, without some batches of 5."""
    rows = [row for _ in range(rounds) for row in range(40) if row // 5 not in batches]
    x = np.linspace(-1, 1, 40, dtype=np.float32).reshape(-1, 1)[rows]
    return tf.estimator.inputs.numpy_input_fn({"x": x}, 3 * x + 10, 5, 1, False)


class Watcher(SessionRunHook):
    """Sees the loss of every run."""

    def __init__(self) -> None:
        self.losses: list[float] = []

    def before_run(self, run_context: Any) -> Any:
        return tf.train.SessionRunArgs(run_context.original_args.fetches[1])

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.losses.append(float(run_values.results))


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])  # whose loss is NaN, infinite or NaN, and infinite
def test_a_skipped_step_leaves_no_trace(tmp_path: Any, caplog: Any, bad: float, watched: bool) -> None:
    """The weights are to the bit those of a training without these batches."""
    hooks = [Watcher()] if watched else []
    skipping = estimator(tmp_path / "a", "skip").train(points({12: bad, 30: bad}), hooks, steps=12)
    clean = estimator(tmp_path / "b", "raise").train(without({2, 6}, 2), steps=12)
    assert variables(skipping) == variables(clean)
    assert (result_of(skipping).steps, result_of(skipping).skipped) == (12, 4)
    told = [message for message in caplog.messages if "came to something that is not finite" in message]
    assert len(told) == 4 and told[0].startswith("Step 3 came to something that is not finite; it is skipped and ")
    assert all(np.isfinite(hook.losses).all() and len(hook.losses) == 12 for hook in hooks)


def diverging(features: Any, labels: Any, mode: str) -> Any:
    """Its loss is always finite; its gradient is not where x is 0: that of the square root."""
    w = tf.get_variable("w", [], initializer=tf.ones_initializer())
    loss = tf.reduce_mean(tf.sqrt(tf.abs(features["x"]) * w, name="root"))
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_gradient_that_is_not_finite(tmp_path: Any, caplog: Any, threads: int) -> None:
    config = ConfigProto(intra_op_parallelism_threads=threads)
    trained = estimator(tmp_path, "skip", diverging, session_config=config).train(points({33: 0.0}), steps=40)
    assert (result_of(trained).steps, result_of(trained).skipped) == (40, 5)
    assert all(np.isfinite(trained.get_variable_value(name)).all() for name in trained.get_variable_names())
    assert "The first tensor that is not finite is gradients/root_grad" in caplog.text


def test_datasets_skip_too(tmp_path: Any) -> None:
    x = np.ones((12, 1), np.float32)
    x[5] = np.nan

    def input_fn() -> Any:
        return tf.data.Dataset.from_tensor_slices(({"x": x}, np.ones_like(x))).batch(2)

    trained = estimator(tmp_path, "skip").train(input_fn, epochs=2)
    assert (result_of(trained).steps, result_of(trained).skipped) == (10, 2)


def test_interrupted_and_gone_on_with(tmp_path: Any) -> None:
    for steps in (9, 14):
        again = estimator(tmp_path / "a", "skip").train(points({12: np.nan}), max_steps=steps)
    straight = estimator(tmp_path / "b", "skip").train(points({12: np.nan}), max_steps=14)
    assert variables(again) == variables(straight)


def test_eleven_in_a_row_are_too_many(tmp_path: Any, caplog: Any) -> None:
    bad = dict.fromkeys(range(20, 40), np.nan)
    estimator(tmp_path / "a", "skip").train(points(bad, 2), steps=30)  # ten in a row
    trained = estimator(tmp_path / "b", "skip")
    with pytest.raises(NanLossDuringTrainingError):
        trained.train(points(bad | {19: np.nan}, 2, num_epochs=1))
    assert "11 steps in a row came to something that is not finite." in caplog.messages
    assert (result_of(trained).reason, result_of(trained).skipped) == (StopReason.NAN_LOSS, 11)
    assert trained.evaluate(points(num_epochs=1))["global_step"] == 9, "what was good is still there"


def test_a_bad_last_batch(tmp_path: Any) -> None:
    trained = estimator(tmp_path, "skip").train(points({39: np.nan}), [Watcher()], epochs=1)
    assert (result_of(trained).steps, result_of(trained).skipped) == (7, 1)
    assert np.isfinite(trained.get_variable_value("line/kernel")).all()


def test_stop(tmp_path: Any, caplog: Any) -> None:
    trained = estimator(tmp_path / "a", "stop").train(points({12: np.nan}), steps=9)
    result = result_of(trained)
    assert (result.reason, result.steps) == (StopReason.NAN_LOSS, 2) and np.isfinite(result.loss)
    assert "Model diverged with loss = NaN." in caplog.messages
    clean = estimator(tmp_path / "b", "raise").train(points(), steps=2)
    assert variables(trained) == variables(clean), "saved is what was before that step"


def test_raise_is_the_default() -> None:
    assert RunConfig().nan_policy == "raise"
    assert RunConfig().replace(nan_policy="skip").nan_policy == "skip"
    with pytest.raises(ValueError, match="nan_policy should be one of raise, stop, skip"):
        RunConfig(nan_policy="ignore")


def test_what_is_logged_and_shown_is_of_the_steps_that_stay(tmp_path: Any, caplog: Any) -> None:
    """The hooks that only look at numbers are told of many runs at once, skipped ones among them."""
    caplog.set_level("INFO", "tensorflow")
    config = {"log_step_count_steps": 10, "save_summary_steps": 10}
    estimator(tmp_path, "skip", **config).train(points({12: np.nan, 30: np.inf}), steps=200)
    lines = [message for message in caplog.messages if message.startswith("loss = ")]
    assert lines and not any("nan" in line or "inf" in line for line in lines)
    with open(tmp_path / "scalars.csv") as file:
        losses = [row for row in csv.DictReader(file) if row["tag"] == "loss"]
    steps = [int(row["step"]) for row in losses]
    assert steps[0] == 1 and steps == sorted(set(steps)) and len(steps) >= 15
    assert all(np.isfinite(float(row["value"])) for row in losses)


def test_a_variable_that_begins_with_infinity(tmp_path: Any) -> None:
    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        spec = line(features, labels, mode)
        least = tf.get_variable("least", [2], initializer=tf.constant_initializer(np.inf), trainable=False)
        lower = least.assign(tf.minimum(least, tf.stack([spec.loss, np.inf])))
        return spec._replace(train_op=tf.group(spec.train_op, lower))

    trained = estimator(tmp_path, "skip", model_fn).train(points({12: np.nan}), steps=9)
    assert (result_of(trained).steps, result_of(trained).skipped) == (9, 1)
    least = trained.get_variable_value("least")
    assert np.isfinite(least[0]) and np.isinf(least[1])


def test_a_loss_of_one_element_is_looked_at_by_what_it_does(tmp_path: Any) -> None:
    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        spec = line(features, labels, mode)
        return spec._replace(loss=tf.reshape(spec.loss, [1]))

    trained = estimator(tmp_path, "skip", model_fn).train(points({12: np.nan}), steps=9)
    assert (result_of(trained).steps, result_of(trained).skipped) == (9, 1)
