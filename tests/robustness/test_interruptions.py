"""What is broken off (generators, input functions, hooks) leaves a state that is consistent: the next call works."""

from __future__ import annotations

import gc
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.hooks.checkpoint_saver import CheckpointSaverListener
from estimators.hooks.session_run_hook import SessionRunHook
from tests.estimators.models import DIGITS, prediction_input, training_input
from tests.estimators.models import test_input as evaluation_input
from tests.robustness.attempts import assert_same, estimator_in, newest


class Broken(Exception):
    """What the tests raise."""


# -- predict ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return estimator_in(tmp_path_factory.mktemp("trained")).train(training_input(), steps=20)


def probabilities(estimator: Any, count: int) -> np.ndarray:
    return np.array([found["probabilities"] for found in estimator.predict(prediction_input(count))])


def test_interleaved_generators(trained: Any) -> None:
    expected = probabilities(trained, 25)
    generators = [trained.predict(prediction_input(25, size)) for size in (4, 7, 25)]
    rows: list[list[Any]] = [[], [], []]
    for found in itertools.zip_longest(*generators):
        for row, prediction in zip(rows, found, strict=True):
            row.append(prediction["probabilities"])
        if len(rows[0]) == 9:  # in the middle of them, another, and an evaluation
            np.testing.assert_array_equal(probabilities(trained, 25), expected)
            assert trained.evaluate(evaluation_input(), steps=1)["global_step"] == 20
    for row in rows:
        np.testing.assert_allclose(np.array(row), expected, rtol=1e-6)


class Sums(SessionRunHook):
    """Adds an operation to the graph, and looks at its value in every run."""

    def __init__(self) -> None:
        self.sums: list[float] = []

    def begin(self) -> None:
        self._sum = tf.reduce_sum(tf.get_default_graph().get_tensor_by_name("softmax_tensor:0"))

    def before_run(self, run_context: Any) -> Any:
        return tf.train.SessionRunArgs(self._sum)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.sums.append(float(run_values.results))


def test_interleaved_generators_with_hooks(trained: Any) -> None:
    """What one's hooks added to the graph is not taken back by another, which begins later."""
    expected = probabilities(trained, 25)
    hooks = [Sums(), Sums()]
    generators = [trained.predict(prediction_input(25), hooks=[hook]) for hook in hooks]
    generators.append(trained.predict(prediction_input(25)))
    rows: list[list[Any]] = [[] for _ in generators]
    for found in zip(*generators, strict=True):
        for row, prediction in zip(rows, found, strict=True):
            row.append(prediction["probabilities"])
    for row in rows:
        np.testing.assert_array_equal(np.array(row), expected)
    for hook in hooks:
        np.testing.assert_allclose(hook.sums, [4] * 6 + [1], rtol=1e-5)


def test_a_generator_goes_on_while_the_model_is_trained(tmp_path: Path) -> None:
    """Which weights it uses then is not promised, but each is a prediction."""
    estimator = estimator_in(tmp_path).train(training_input(), steps=2)
    generator = estimator.predict(prediction_input(12))
    first = [next(generator) for _ in range(5)]
    estimator.train(training_input(), steps=20)
    rest = list(generator)
    assert len(first + rest) == 12
    for found in first + rest:
        np.testing.assert_allclose(found["probabilities"].sum(), 1, rtol=1e-5)
    straight = estimator_in(tmp_path / "straight").train(training_input(), steps=22)
    assert_same(newest(tmp_path), newest(straight.model_dir))


def test_generators_closed_early_or_forgotten(trained: Any) -> None:
    expected = probabilities(trained, 10)
    for taken in (0, 1, 5):
        generator = trained.predict(prediction_input())
        list(itertools.islice(generator, taken))
        generator.close()
        assert list(generator) == []
    forgotten = [trained.predict(prediction_input()) for _ in range(3)]
    next(forgotten[0])
    del forgotten
    gc.collect()
    generator = trained.predict(prediction_input())
    next(generator)
    with pytest.raises(Broken):
        generator.throw(Broken())
    np.testing.assert_array_equal(probabilities(trained, 10), expected)


# -- input functions --------------------------------------------------------------------------------------------------


def rows_until(last: int, labelled: bool = True) -> Any:
    """An input function whose generator raises after so many rows, in the middle of a batch of 8."""

    def rows() -> Any:
        for number in range(last):
            features = {"x": DIGITS.train.features[number]}
            yield (features, DIGITS.train.labels[number]) if labelled else features
        raise Broken("the generator")

    def input_fn() -> Any:
        types, shapes = {"x": tf.float32}, {"x": [64]}
        if labelled:
            types, shapes = (types, tf.int64), (shapes, [])  # type: ignore[assignment]
        return tf.data.Dataset.from_generator(rows, types, shapes).batch(8)

    return input_fn


def test_an_input_that_raises_in_the_middle_of_training(tmp_path: Path) -> None:
    estimator = estimator_in(tmp_path, every=4)
    for _ in range(2):
        with pytest.raises(Exception, match="the generator") as caught:
            estimator.train(rows_until(50), steps=60)
        assert isinstance(caught.value, Broken | tf.errors.OpError)
    assert estimator.get_variable_value("global_step") == 10  # saved at 4, 6 (as the second begins), and 10
    assert estimator.train(training_input(), max_steps=14).get_variable_value("global_step") == 14
    assert estimator_in(tmp_path).evaluate(evaluation_input(), steps=1)["global_step"] == 14


def test_an_input_that_raises_in_the_middle_of_an_evaluation_or_a_prediction(trained: Any) -> None:
    expected = trained.evaluate(evaluation_input()), probabilities(trained, 10)
    for _ in range(2):
        with pytest.raises(Exception, match="the generator"):
            trained.evaluate(rows_until(50))
        found = []
        with pytest.raises(Exception, match="the generator"):
            for prediction in trained.predict(rows_until(50, labelled=False)):
                found.append(prediction)
        assert len(found) == 48
    assert trained.evaluate(evaluation_input()) == expected[0]
    np.testing.assert_array_equal(probabilities(trained, 10), expected[1])


def test_input_and_model_functions_that_raise_at_once(trained: Any, tmp_path: Path) -> None:
    def broken(*arguments: Any, **others: Any) -> Any:
        raise Broken

    for call in (trained.train, trained.evaluate, lambda function: list(trained.predict(function))):
        with pytest.raises(Broken):
            call(broken)
    assert trained.evaluate(evaluation_input(), steps=1)["global_step"] == 20
    calls = itertools.count()

    def first_time_broken(features: Any, labels: Any, mode: str) -> Any:
        if next(calls) == 0:
            raise Broken
        return trained.model_fn(features, labels, mode, None)

    estimator = tf.estimator.Estimator(first_time_broken, str(tmp_path))
    with pytest.raises(Broken):
        estimator.train(training_input(), steps=3)
    assert estimator.train(training_input(), steps=3).get_variable_value("global_step") == 3


# -- hooks ------------------------------------------------------------------------------------------------------------


class Raises(SessionRunHook):
    """Raises in one of its methods, the third time it is called, or the first if it is called only once."""

    METHODS = ("begin", "after_create_session", "before_run", "after_run", "end", "next_run")

    def __init__(self, method: str) -> None:
        self._method, self._left = method, 3 if method in ("before_run", "after_run", "next_run") else 1

    def _at(self, method: str) -> None:
        if method == self._method:
            self._left -= 1
            if self._left == 0:
                raise Broken(method)

    def begin(self) -> None:
        tf.constant(1.0, name="added_by_a_hook")
        self._at("begin")

    def after_create_session(self, session: Any, coord: Any) -> None:
        self._at("after_create_session")

    def before_run(self, run_context: Any) -> None:
        self._at("before_run")

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self._at("after_run")

    def end(self, session: Any) -> None:
        self._at("end")

    def next_run(self) -> int:
        self._at("next_run")
        return 1


@pytest.mark.parametrize("method", Raises.METHODS)
def test_a_hook_of_training_that_raises(tmp_path: Path, in_peace: dict[str, np.ndarray], method: str) -> None:
    estimator = estimator_in(tmp_path)
    for _ in range(2):
        with pytest.raises(Broken, match=method):
            estimator.train(training_input(), [Raises(method)], max_steps=25)
        if method == "end":
            assert newest(tmp_path)["global_step"] == 25, "the CheckpointSaverHook ends before it"
            break
    assert estimator.evaluate(evaluation_input(), steps=1)["global_step"] <= 25
    estimator.train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)


@pytest.mark.parametrize("method", Raises.METHODS)
def test_a_new_process_goes_on_after_it(tmp_path: Path, in_peace: dict[str, np.ndarray], method: str) -> None:
    """As far as another estimator is like another process: it knows what is on the disk, and that alone."""
    with pytest.raises(Broken, match=method):
        estimator_in(tmp_path, every=2).train(training_input(), [Raises(method)], max_steps=25)
    estimator_in(tmp_path).train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)


@pytest.mark.parametrize("method", Raises.METHODS)
def test_a_hook_of_an_evaluation_or_prediction_that_raises(trained: Any, method: str) -> None:
    expected = trained.evaluate(evaluation_input()), probabilities(trained, 12)
    with pytest.raises(Broken, match=method):
        trained.evaluate(evaluation_input(), hooks=[Raises(method)])
    with pytest.raises(Broken, match=method):
        list(trained.predict(prediction_input(12), hooks=[Raises(method)]))
    assert trained.evaluate(evaluation_input()) == expected[0]
    np.testing.assert_array_equal(probabilities(trained, 12), expected[1])


class RaisesWhileSaving(CheckpointSaverListener):
    """Raises in one of its methods at the second save."""

    METHODS = ("begin", "before_save", "after_save", "end")

    def __init__(self, method: str) -> None:
        self._method, self._left = method, 2 if method.endswith("save") else 1

    def _at(self, method: str) -> None:
        if method == self._method:
            self._left -= 1
            if self._left == 0:
                raise Broken(method)

    def begin(self) -> None:
        self._at("begin")

    def before_save(self, session: Any, global_step_value: int) -> None:
        self._at("before_save")

    def after_save(self, session: Any, global_step_value: int) -> None:
        self._at("after_save")

    def end(self, session: Any, global_step_value: int) -> None:
        self._at("end")


@pytest.mark.parametrize("method", RaisesWhileSaving.METHODS)
def test_a_listener_that_raises(tmp_path: Path, in_peace: dict[str, np.ndarray], method: str) -> None:
    estimator = estimator_in(tmp_path)
    with pytest.raises(Broken, match=method):
        estimator.train(training_input(), max_steps=25, saving_listeners=[RaisesWhileSaving(method)])
    estimator.train(training_input(), max_steps=40)
    estimator_in(tmp_path).train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)
