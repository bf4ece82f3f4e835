"""Early stopping by the results of evaluations, evaluation in memory, and the profiler's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.early_stopping import read_eval_metrics
from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from estimators.summaries import FileWriter, FileWriterCache
from model_fns.protos import Summary
from tests.estimators.models import line_input

LOSSES = {1000: 0.8, 2000: 0.7, 3000: 0.4, 4000: 0.45, 5000: 0.45, 6000: 0.5}


@pytest.fixture(autouse=True)
def no_writer_is_left() -> Any:
    yield
    FileWriterCache.clear()


def model_fn(features: Any, labels: Any, mode: str) -> Any:
    loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"], 1, name="line"))
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def line(directory: Any, **config: Any) -> Estimator:
    return Estimator(model_fn, str(directory), RunConfig(tf_random_seed=1, **config))


def write_losses(directory: Any, losses: dict[int, float]) -> None:
    with FileWriter(directory) as writer:
        for step, loss in losses.items():
            writer.add_summary(Summary(value=[{"tag": "loss", "simple_value": loss}]), step)


@pytest.mark.parametrize(
    ("kind", "arguments", "stops"),
    [
        ("stop_if_lower_hook", {"threshold": 0.5}, True),
        ("stop_if_lower_hook", {"threshold": 0.4}, False),
        ("stop_if_lower_hook", {"threshold": 0.5, "min_steps": 6000}, False),
        ("stop_if_higher_hook", {"threshold": 0.7}, True),
        ("stop_if_higher_hook", {"threshold": 0.7, "min_steps": 2000}, False),
        ("stop_if_no_decrease_hook", {"max_steps_without_decrease": 3000}, True),
        ("stop_if_no_decrease_hook", {"max_steps_without_decrease": 3001}, False),
        ("stop_if_no_decrease_hook", {"max_steps_without_decrease": 1000, "min_steps": 6000}, False),
        ("stop_if_no_increase_hook", {"max_steps_without_increase": 5000}, True),
        ("stop_if_no_increase_hook", {"max_steps_without_increase": 3000, "min_steps": 3000}, False),
    ],
)
def test_what_the_results_say(tmp_path: Any, kind: str, arguments: dict[str, Any], stops: bool) -> None:
    """The decisions of TensorFlow 1.15.5 for the same results."""
    estimator = line(tmp_path)
    write_losses(estimator.eval_dir(), LOSSES)
    make = getattr(tf.estimator.experimental, kind)
    hook = make(estimator, "loss", run_every_secs=None, run_every_steps=2, **arguments)
    estimator.train(line_input(), [hook], steps=4)
    assert estimator.get_variable_value("global_step") == (1 if stops else 4)


def test_what_is_logged(tmp_path: Any, caplog: Any) -> None:
    caplog.set_level("INFO", "tensorflow")
    estimator = line(tmp_path)
    write_losses(tmp_path / "other", LOSSES)
    make = tf.estimator.experimental.stop_if_no_decrease_hook
    estimator.train(line_input(), [make(estimator, "loss", 1500, eval_dir=str(tmp_path / "other"))], steps=2)
    make = tf.estimator.experimental.stop_if_lower_hook
    estimator.train(line_input(), [make(estimator, "loss", 0.75, eval_dir=str(tmp_path / "other"))], steps=2)
    assert [line for line in caplog.messages if "metric" in line or "early stopping at" in line] == [
        'No decrease in metric "loss" for 2000 steps, which is greater than or equal to max steps (1500) configured '
        "for early stopping.",
        "Requesting early stopping at global step 1",
        f'At step 2000, metric "loss" has value {float(np.float32(0.7))} which is less than the configured threshold '
        "(0.75) for early stopping.",
        "Requesting early stopping at global step 2",
    ]


def test_results_are_read_in_the_order_of_steps_and_as_far_as_they_go(tmp_path: Any, caplog: Any) -> None:
    assert not read_eval_metrics(tmp_path / "none")
    for losses in ({5: 0.5, 6: 0.25}, {1: 1.0, 6: 0.125}):
        write_losses(tmp_path, losses)
    assert list(read_eval_metrics(tmp_path).items()) == [(1, {"loss": 1}), (5, {"loss": 0.5}), (6, {"loss": 0.125})]
    last = max(tmp_path.glob("events*"))
    last.write_bytes(last.read_bytes()[:-3])
    assert read_eval_metrics(tmp_path)[6] == {"loss": 0.25}
    assert "are left out: truncated record" in caplog.messages[0]


def test_stopping_at_a_step(tmp_path: Any) -> None:
    estimator = line(tmp_path)
    hook = tf.estimator.experimental.make_stop_at_checkpoint_step_hook(estimator, last_step=3)
    assert estimator.train(line_input(), [hook]).get_variable_value("global_step") == 3


def test_refusals(tmp_path: Any) -> None:
    make = tf.estimator.experimental.make_early_stopping_hook
    with pytest.raises(TypeError, match="`estimator` must have type `tf.estimator.Estimator`. Got: <class 'int'>"):
        make(3, lambda: True)
    with pytest.raises(ValueError, match="Only one of `run_every_secs` and `run_every_steps` must be set."):
        make(line(tmp_path), lambda: True, run_every_secs=1, run_every_steps=1)
    with pytest.raises(TypeError, match="`should_stop_fn` must be callable."):
        make(line(tmp_path), 3)
    with pytest.raises(ValueError, match="invalid every_n_iter=0."):
        tf.estimator.experimental.InMemoryEvaluatorHook(line(tmp_path), line_input(), every_n_iter=0)


def test_evaluation_in_memory_sees_the_weights_of_each_step_and_writes_no_checkpoint(tmp_path: Any) -> None:
    config = {"save_checkpoints_steps": None, "save_checkpoints_secs": None}
    estimator = line(tmp_path / "a", **config)
    hook = tf.estimator.experimental.InMemoryEvaluatorHook(estimator, line_input(), steps=4, name="mem", every_n_iter=2)
    estimator.train(line_input(), [hook], steps=4)
    assert not list(Path(tmp_path / "a").glob("model.ckpt*"))
    seen = read_eval_metrics(estimator.eval_dir("mem"))
    expected = {}
    for step in (1, 3, 4):
        other = line(tmp_path / str(step)).train(line_input(), steps=step)
        expected[step] = {"loss": float(other.evaluate(line_input(), steps=4)["loss"])}
    assert seen == expected
    assert estimator.evaluate(line_input(), steps=4)["global_step"] == 4  # the training's weights are still at hand


def test_a_session_of_another_model_cannot_be_evaluated(tmp_path: Any) -> None:
    with (
        tf.Graph().as_default(),
        pytest.raises(ValueError, match="The session has no values of global_step, line/kernel"),
    ):
        line(tmp_path).evaluate_session(tf.Session(), line_input(), steps=1)


def test_timelines(tmp_path: Any) -> None:
    hook = tf.train.ProfilerHook(save_steps=5, output_dir=str(tmp_path / "profile"))
    line(tmp_path / "model").train(line_input(), [hook], steps=12)
    assert sorted(path.name for path in (tmp_path / "profile").iterdir()) == ["timeline-10.json", "timeline-5.json"]
    bars = json.loads((tmp_path / "profile" / "timeline-10.json").read_text())["traceEvents"]
    assert [(bar["name"], bar["ph"]) for bar in bars] == [("steps 6 to 9", "X"), ("step 10", "X")]
    assert bars[0]["args"]["steps"] == 4 and bars[0]["ts"] + bars[0]["dur"] == pytest.approx(bars[1]["ts"])
    assert all(bar["dur"] > 0 for bar in bars)
