"""train_and_evaluate: the order of calls, the throttle, resumed runs, and TensorFlow 1.15's messages."""

from __future__ import annotations

import json
import logging as standard_logging
import os
import signal
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from estimators import run_loop
from estimators.estimator import Estimator
from estimators.hooks import (
    CheckpointSaverHook,
    CheckpointSaverListener,
    SessionRunHook,
    StopAtStepHook,
    second_or_step_timer,
)
from estimators.run_config import RunConfig
from estimators.train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from input_fns.numpy_input import numpy_input_fn
from model_fns import layers, losses, metrics
from model_fns.estimator_spec import EstimatorSpec
from model_fns.global_step import get_global_step
from model_fns.optimizers import GradientDescentOptimizer
from tests.estimators.models import line_input, model_fn, training_input
from tests.estimators.models import test_input as evaluation_input

VARIABLES = ("dense/kernel", "dense/kernel/Adam_1", "logits/bias", "global_step")


class Diary(SessionRunHook, CheckpointSaverListener):
    """Writes down what happens: as a hook of the evaluation, and as a listener of the saves."""

    def __init__(self, entries: list[Any], name: str) -> None:
        self.entries, self.name = entries, name

    def begin(self) -> None:
        self.entries.append(f"{self.name} begins")

    def after_save(self, session: Any, global_step_value: int) -> None:
        self.entries.append(f"{global_step_value} saved")

    def end(self, session: Any, global_step_value: int | None = None) -> None:
        step = session.run(get_global_step()) if global_step_value is None else global_step_value
        self.entries.append(f"{self.name} ends at {step}")


def linear_model(features: Any, labels: Any, mode: str) -> EstimatorSpec:
    loss = losses.mean_squared_error(labels, layers.dense(features["x"], 1))
    train_op = GradientDescentOptimizer(0.1).minimize(loss, get_global_step())
    return EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={"mean": metrics.mean(labels)})


def line(directory: Any, every: int | None = 2, **config: Any) -> Estimator:
    return Estimator(linear_model, directory, RunConfig(tf_random_seed=1, save_checkpoints_steps=every, **config))


def digits(directory: Any, every: int = 10) -> Estimator:
    return Estimator(model_fn, directory, RunConfig(tf_random_seed=1, save_checkpoints_steps=every), {})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock of the throttle, which stands still unless a test moves it."""
    clock = SimpleNamespace(now=1000.0)
    faked = SimpleNamespace(time=lambda: clock.now, perf_counter=time.perf_counter)
    for module in (second_or_step_timer, run_loop):
        monkeypatch.setattr(module, "time", faked)
    return clock


class Ticks(SessionRunHook):
    """A step of the training takes so many seconds."""

    def __init__(self, clock: SimpleNamespace, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds

    def before_run(self, run_context: Any) -> None:
        self.clock.now += self.seconds


class EvaluatedSteps(SessionRunHook):
    """The global steps that were evaluated."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def end(self, session: Any) -> None:
        self.steps.append(int(session.run(get_global_step())))


def evaluated(estimator: Estimator, max_steps: int, throttle_secs: float, hooks: Any = ()) -> list[int]:
    """Trains to `max_steps`; which steps were evaluated."""
    seen = EvaluatedSteps()
    spec = EvalSpec(line_input(), 4, hooks=[seen], throttle_secs=throttle_secs)
    train_and_evaluate(estimator, TrainSpec(line_input(), max_steps, hooks), spec)
    return seen.steps


# -- when it evaluates -------------------------------------------------------------------------------------------------


def test_each_checkpoint_but_the_first_is_evaluated_as_soon_as_it_is_saved(tmp_path: Any) -> None:
    entries: list[Any] = []
    diary = Diary(entries, "training")
    saver = CheckpointSaverHook(tmp_path, save_steps=2, listeners=[diary])
    eval_spec = EvalSpec(line_input(), 2, "some", hooks=[Diary(entries, "evaluation")], throttle_secs=0)
    train_and_evaluate(line(tmp_path), TrainSpec(line_input(), 5, [saver]), eval_spec)
    assert entries == [
        *("training begins", "0 saved"),
        *("2 saved", "evaluation begins", "evaluation ends at 2"),
        *("4 saved", "evaluation begins", "evaluation ends at 4"),
        *("5 saved", "evaluation begins", "evaluation ends at 5"),
        "training ends at 5",
    ]


@pytest.mark.parametrize(
    ("seconds_of_a_step", "throttle_secs", "expected", "skipped"),  # as run on TensorFlow, with the same clock
    [
        (1, 0, [2, 4, 6, 8, 9], 0),
        (1, 2, [2, 4, 6, 8, 9], 1),  # two seconds after the one before is soon enough
        (1, 3, [2, 6, 9], 2),
        (1, 5, [2, 8, 9], 3),
        (1, 600, [2, 9], 4),  # the first is never throttled, and the last one is evaluated at all events
        (0, 600, [2, 9], 4),
        (1000, 600, [2, 4, 6, 8, 9], 0),
    ],
)
def test_throttle(
    tmp_path: Any,
    clock: Any,
    caplog: Any,
    seconds_of_a_step: float,
    throttle_secs: float,
    expected: list[int],
    skipped: int,
) -> None:
    caplog.set_level(standard_logging.INFO, "tensorflow")
    steps = evaluated(line(tmp_path), 9, throttle_secs, [Ticks(clock, seconds_of_a_step)])
    assert steps == expected
    sentence = f"Skip the current checkpoint eval due to throttle secs ({throttle_secs} secs)."
    assert caplog.messages.count(sentence) == skipped


def test_a_last_step_that_was_evaluated_is_not_evaluated_again(tmp_path: Any) -> None:
    assert evaluated(line(tmp_path), 4, 0) == [2, 4]


def test_a_resumed_run_does_not_evaluate_where_it_begins(tmp_path: Any) -> None:
    assert evaluated(line(tmp_path), 4, 0) == [2, 4]
    assert evaluated(line(tmp_path), 7, 0) == [6, 7]
    again = line(tmp_path)
    assert evaluated(again, 8, 0) == [8]
    assert evaluated(again, 10, 0) == [10]


def test_a_run_that_had_come_to_its_end_gives_nothing(tmp_path: Any, caplog: Any) -> None:
    line(tmp_path).train(line_input(), steps=3)
    caplog.set_level(standard_logging.INFO, "tensorflow")
    spec = TrainSpec(lambda: pytest.fail("input_fn must not be called"), 3)
    assert train_and_evaluate(line(tmp_path), spec, EvalSpec(spec.input_fn)) == (None, None)
    assert "Skipping training since max_steps has already saved." in caplog.messages


def test_without_max_steps_the_input_ends_it(tmp_path: Any) -> None:
    x = np.ones((7, 1), np.float32)
    train_spec = TrainSpec(numpy_input_fn({"x": x}, x, 2, 3, True))
    result, exported = train_and_evaluate(line(tmp_path), train_spec, EvalSpec(line_input(), 1))
    assert result is not None and result["global_step"] == 11 and exported == []  # 21 rows, two at a time


def test_a_hook_ends_it(tmp_path: Any) -> None:
    assert evaluated(line(tmp_path), 100, 0, [StopAtStepHook(num_steps=3)]) == [2, 3]


def test_clocked_checkpoints(tmp_path: Any, clock: Any) -> None:
    estimator = Estimator(linear_model, tmp_path, RunConfig(save_checkpoints_secs=30))
    assert evaluated(estimator, 8, 0, [Ticks(clock, 10)]) == [3, 6, 8]


# -- what it gives and what it leaves alone ----------------------------------------------------------------------------


def test_it_is_training_and_evaluating_apart(tmp_path: Any) -> None:
    """Results and weights are those of plain train and evaluate calls, bit for bit: evaluating disturbs nothing."""
    together, apart, plain = (digits(tmp_path / name) for name in ("together", "apart", "plain"))
    every: list[Any] = []
    for max_steps in (10, 20, 25):
        apart.train(training_input(), max_steps=max_steps)
        every.append(apart.evaluate(evaluation_input(), steps=2))
    plain.train(training_input(), max_steps=25)

    result, exported = train_and_evaluate(
        together, TrainSpec(training_input(), 25), EvalSpec(evaluation_input(), 2, throttle_secs=0)
    )
    assert result == every[-1] == plain.evaluate(evaluation_input(), steps=2)
    assert list(result) == ["accuracy", "loss", "global_step"] and exported == []
    assert together.evaluate(evaluation_input(), steps=2) == result
    for name in VARIABLES:
        values = [estimator.get_variable_value(name) for estimator in (together, apart, plain)]
        np.testing.assert_array_equal(values[0], values[1])
        np.testing.assert_array_equal(values[0], values[2])


def test_interrupted_and_run_again_it_comes_to_the_same(tmp_path: Any) -> None:
    class Fails(SessionRunHook):
        def after_run(self, run_context: Any, run_values: Any) -> None:
            if run_context.session.run(get_global_step()) == 17:
                raise OSError("the power failed")

    eval_spec = EvalSpec(evaluation_input(), 2, throttle_secs=0)
    with pytest.raises(OSError, match="the power failed"):
        train_and_evaluate(digits(tmp_path / "a"), TrainSpec(training_input(), 25, [Fails()]), eval_spec)
    resumed, _ = train_and_evaluate(digits(tmp_path / "a"), TrainSpec(training_input(), 25), eval_spec)
    straight, _ = train_and_evaluate(digits(tmp_path / "b"), TrainSpec(training_input(), 25), eval_spec)
    assert resumed == straight


def test_a_listener_that_evaluates_leaves_the_weights_in_memory_alone(tmp_path: Any) -> None:
    """As programs do by hand: without a checkpoint's path, in the midst of a training."""
    estimator, seen = line(tmp_path), []

    class Listener(CheckpointSaverListener):
        def after_save(self, session: Any, global_step_value: int) -> None:
            if global_step_value == 2:
                seen.append(estimator.evaluate(line_input(), steps=4))

    estimator.train(line_input(), steps=5, saving_listeners=[Listener()])
    now = estimator.evaluate(line_input(), steps=4)
    assert [seen[0]["global_step"], now["global_step"]] == [2, 5]
    assert now == line(tmp_path).evaluate(line_input(), steps=4)
    assert estimator.train(line_input(), steps=1).get_variable_value("global_step") == 6


def test_ctrl_c_saves_and_does_not_evaluate(tmp_path: Any) -> None:
    class Interrupts(SessionRunHook):
        def after_run(self, run_context: Any, run_values: Any) -> None:
            if run_context.session.run(get_global_step()) == 3:
                os.kill(os.getpid(), signal.SIGINT)

    estimator = line(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        evaluated(estimator, 10**6, 0, [Interrupts()])
    assert estimator.get_variable_value("global_step") == 3


def test_ctrl_c_in_the_last_evaluation_is_not_forgotten(tmp_path: Any) -> None:
    class Interrupts(SessionRunHook):
        def end(self, session: Any) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    spec = EvalSpec(line_input(), 1, hooks=[Interrupts()])
    with pytest.raises(KeyboardInterrupt):
        train_and_evaluate(line(tmp_path, every=100), TrainSpec(line_input(), 3), spec)


def test_log_lines(tmp_path: Any, caplog: Any) -> None:
    caplog.set_level(standard_logging.INFO, "tensorflow")
    evaluated(line(tmp_path), 2, 0)
    expected = [
        "Running training and evaluation locally (non-distributed).",
        "Start train and evaluate loop. The evaluate will happen after every checkpoint. Checkpoint frequency is "
        "determined based on RunConfig arguments: save_checkpoints_steps 2 or save_checkpoints_secs None.",
        f"Saving 'checkpoint_path' summary for global step 2: {tmp_path / 'model.ckpt-2'}",
    ]
    assert [message for message in caplog.messages if message in expected] == expected


# -- what is refused, each with TensorFlow's sentence ------------------------------------------------------------------


def input_fn() -> None: ...


def exporter(name: Any) -> Any:
    return SimpleNamespace(name=name, export=print)


NO_EXPORTER = "`exporters` must be an Exporter, an iterable of Exporter, or `None`, found {}."


@pytest.mark.parametrize(
    ("spec", "arguments", "error_type", "message"),
    [
        (TrainSpec, {"input_fn": 3}, TypeError, "`input_fn` must be callable, given: 3"),
        (TrainSpec, {"max_steps": 0}, ValueError, "Must specify max_steps > 0, given: 0"),
        (TrainSpec, {"hooks": [3]}, TypeError, "All hooks must be `SessionRunHook` instances, given: 3"),
        (EvalSpec, {"input_fn": None}, TypeError, "`input_fn` must be callable, given: None"),
        (EvalSpec, {"steps": -1}, ValueError, "Must specify steps > 0, given: -1"),
        (EvalSpec, {"name": 3}, TypeError, "`name` must be string, given: 3"),
        (EvalSpec, {"hooks": [3]}, TypeError, "All hooks must be `SessionRunHook` instances, given: 3"),
        (EvalSpec, {"start_delay_secs": -1}, ValueError, "Must specify start_delay_secs >= 0, given: -1"),
        (EvalSpec, {"throttle_secs": -1}, ValueError, "Must specify throttle_secs >= 0, given: -1"),
        *((EvalSpec, {"exporters": it}, TypeError, NO_EXPORTER.format(it)) for it in (3, [3], "best", [None])),
        (
            EvalSpec,
            {"exporters": [exporter("a"), exporter("a")]},
            ValueError,
            "`exporters` must have unique names. Such a name cannot be `None`. All exporter names: ['a', 'a']",
        ),
        (
            EvalSpec,
            {"exporters": exporter("")},
            ValueError,
            "An Exporter cannot have a name that is `None` or empty. All exporter names: ['']",
        ),
        (
            EvalSpec,
            {"exporters": exporter(3)},
            ValueError,
            "An Exporter must have a string name. Given: <class 'int'>",
        ),
    ],
)
def test_messages(spec: Any, arguments: dict[str, Any], error_type: Any, message: str) -> None:
    with pytest.raises(error_type) as caught:
        spec(**{"input_fn": input_fn, **arguments})
    assert str(caught.value) == message


def test_defaults() -> None:
    assert TrainSpec(input_fn) == (input_fn, None, ())
    assert EvalSpec(input_fn) == (input_fn, 100, None, (), (), 120, 600, None)
    assert EvalSpec(input_fn, exporters=[])._replace(steps=3).steps == 3
    one, two = exporter("a"), exporter("b")
    assert [EvalSpec(input_fn, exporters=given).exporters for given in (one, [one, two])] == [(one,), (one, two)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3, 4, 5), "`eval_spec` must have type `tf.estimator.EvalSpec`. Got: <class 'int'>"),
        ((3, 4, EvalSpec(input_fn)), "`estimator` must have type `tf.estimator.Estimator`. Got: <class 'int'>"),
        ((None, 4, EvalSpec(input_fn)), "`train_spec` must have type `tf.estimator.TrainSpec`. Got: <class 'int'>"),
    ],
)
def test_wrong_types(tmp_path: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        train_and_evaluate(arguments[0] or line(tmp_path), *arguments[1:])
    assert str(caught.value) == message


def test_without_checkpoints_there_is_nothing_to_evaluate_after(tmp_path: Any) -> None:
    config = RunConfig(save_checkpoints_steps=None, save_checkpoints_secs=None)
    with pytest.raises(ValueError, match="There should be a CheckpointSaverHook to use saving_listeners."):
        evaluated(Estimator(linear_model, tmp_path, config), 1, 0)


def test_checkpoints_that_are_not_in_model_dir(tmp_path: Any) -> None:
    saver = CheckpointSaverHook(tmp_path / "elsewhere", save_steps=100)
    with pytest.raises(RuntimeError) as caught:
        evaluated(line(tmp_path / "model"), 3, 0, [saver])
    assert str(caught.value) == "There was no new checkpoint after the training. Eval status: missing checkpoint"


def test_a_cluster(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = {"chief": ["a:1"], "worker": ["b:1"]}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": {"type": "chief", "index": 0}}))
    with pytest.raises(NotImplementedError, match="runs in one process; TF_CONFIG makes this one 'chief' of a cluster"):
        evaluated(line(tmp_path), 1, 0)
