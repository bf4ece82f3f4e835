"""What TensorFlow's own tests of the Estimator ask for: arguments that are refused, and input of constants."""

from __future__ import annotations

import functools
import os
from typing import Any
from unittest import mock

import pytest

import estimators.compat.v1 as tf
from estimators.built_graph import argument_names
from estimators.compat.internal.control_flow import with_dependencies
from estimators.compat.internal.estimator import load_global_step_from_checkpoint_dir
from estimators.summaries import FileWriterCache, summary_iterator


def model_fn(features: Any, labels: Any, mode: str) -> Any:
    image = tf.zeros([5, 3, 3, 1])
    metrics = {
        "nested": (((tf.constant(2.0), tf.constant(1)), tf.constant(3.0, tf.float64)), tf.no_op()),
        "shown": (tf.summary.image("image", image, max_outputs=2), tf.constant(1)),
    }
    return tf.estimator.EstimatorSpec(
        mode,
        predictions=tf.constant([[10.0], [12.0]]),
        loss=tf.constant(1.0),
        train_op=tf.assign_add(tf.train.get_global_step(), 1),
        eval_metric_ops=metrics,
    )


def input_fn() -> Any:
    return {"x": tf.constant([[1]])}, tf.constant([[1]])


class Count(tf.train.SessionRunHook):
    steps = 0

    def before_run(self, run_context: Any) -> None:
        self.steps += 1


@pytest.fixture
def estimator(tmp_path) -> Any:
    made = tf.estimator.Estimator(model_fn, str(tmp_path))
    assert load_global_step_from_checkpoint_dir(made.model_dir) == 0
    made.train(input_fn, steps=2)
    assert load_global_step_from_checkpoint_dir(made.model_dir) == 2
    return made


def test_metrics_of_other_kinds(estimator):
    found = estimator.evaluate(input_fn, steps=2)
    assert found["nested"] == ((2.0, 1), 3.0)
    FileWriterCache.clear()
    directory = estimator.eval_dir()
    events = [
        event
        for name in os.listdir(directory)
        if "tfevents" in name
        for event in summary_iterator(f"{directory}/{name}")
    ]
    tags = {value.tag for event in events for value in event.summary.value}
    assert {"shown/0", "shown/1"} <= tags


def test_prediction_from_constants_goes_on(estimator, caplog):
    hook = Count()
    predictions = estimator.predict(input_fn, hooks=[hook])
    with caplog.at_level("WARNING", "tensorflow"):
        assert [(next(predictions)[0], hook.steps) for _ in range(3)] == [(10.0, 1), (12.0, 1), (10.0, 2)]
    assert "Input graph does not use tf.data.Dataset or contain a QueueRunner. That means predict yields" in caplog.text
    predictions.close()


def test_an_export_wants_a_function(estimator, tmp_path):
    with pytest.raises(ValueError, match="An input_receiver_fn must be defined."):
        estimator.export_savedmodel(str(tmp_path / "export"), None)


@pytest.mark.parametrize("task", ["ps", "evaluator"])
def test_some_tasks_do_not_train(task):
    class Config(tf.estimator.RunConfig):
        @property
        def task_type(self) -> str:
            return task

    estimator = tf.estimator.Estimator(model_fn, config=Config())
    with pytest.raises(ValueError, match="Please use tf.estimator.train_and_evaluate which calls proper API"):
        estimator.train(input_fn, steps=1)


def test_the_configuration_is_looked_at_first():
    with pytest.raises(ValueError, match="config must be an instance of `RunConfig`"):
        tf.estimator.Estimator(None, config="NotARunConfig")


def test_bound_arguments_do_not_count(tmp_path):
    def with_more(features: Any, labels: Any, foo: int, mode: str, bar: int) -> Any:
        assert (foo, bar) == (45, 46)
        return model_fn(features, labels, mode)

    bound = functools.partial(with_more, foo=45, bar=46)
    assert argument_names(bound) == ("features", "labels", "mode")
    assert tf.estimator.Estimator(bound, str(tmp_path)).train(input_fn, steps=1).latest_checkpoint()


def test_a_value_after_others():
    with tf.Graph().as_default(), tf.Session() as session:
        before = tf.no_op("before")
        after = with_dependencies([before], tf.constant(3))
        assert after.op.control_inputs == (before,) and after.name == "control_dependency:0"
        assert session.run(after) == 3


def test_a_saver_as_a_message():
    with tf.Graph().as_default():
        tf.Variable(1)
        kept = tf.train.Saver(max_to_keep=3, keep_checkpoint_every_n_hours=2).as_saver_def()
    assert (kept.max_to_keep, kept.keep_checkpoint_every_n_hours, kept.version) == (3, 2.0, kept.V2)


def test_mocks_are_hooks(tmp_path):
    hook, listener = (
        mock.MagicMock(wraps=kind(), spec=kind) for kind in (tf.train.SessionRunHook, tf.train.CheckpointSaverListener)
    )
    listener.after_save.return_value = None
    config = tf.estimator.RunConfig(save_checkpoints_steps=10)
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path), config)
    estimator.train(input_fn, steps=26, hooks=[hook], saving_listeners=[listener])
    assert hook.begin.call_count == hook.end.call_count == 1 and hook.after_run.call_count == 26
    assert listener.before_save.call_count == listener.after_save.call_count == 4
