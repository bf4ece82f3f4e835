"""Predicting from many threads at once, and in processes that were forked or spawned after a training."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunHook
from tests.estimators.models import prediction_input, training_input
from tests.estimators.models import test_input as evaluation_input
from tests.robustness.attempts import estimator_in

ROOT = Path(__file__).parents[2]
SECONDS = 120  # after which something hangs

# What a program does that spawns workers; spawn imports it again in each of them.
SPAWNS = """
import multiprocessing, sys
from tests.robustness.test_threads_and_forks import digest

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[2])
    with context.Pool(2) as pool:
        print(*pool.map(digest, [sys.argv[1]] * 4))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return estimator_in(tmp_path_factory.mktemp("trained")).train(training_input(), steps=20)


def probabilities(estimator: Any, count: int = 300, batch_size: int = 64, hooks: Any = ()) -> np.ndarray:
    found = estimator.predict(prediction_input(count, batch_size), hooks=hooks, yield_single_examples=False)
    return np.concatenate([batch["probabilities"] for batch in found])


def digest(directory: str) -> str:
    """What a new estimator in the directory makes of the digits, as text."""
    return probabilities(estimator_in(directory)).tobytes().hex()[:2000]


def run_in_threads(functions: list[Any]) -> list[BaseException]:
    """Runs all at once; what they raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(functions))

    def run(function: Any) -> None:
        try:
            start.wait(SECONDS)
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[function], daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive(), "a thread hangs"
    return errors


@pytest.fixture
def switching() -> Iterator[None]:
    """Python changes between threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class Sums(SessionRunHook):
    """Adds an operation to the graph, and looks at its value in every run."""

    def begin(self) -> None:
        self._sum = tf.reduce_sum(tf.get_default_graph().get_tensor_by_name("softmax_tensor:0"))
        self.sums: list[float] = []

    def before_run(self, run_context: Any) -> SessionRunArgs:
        return SessionRunArgs(self._sum)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.sums.append(run_values.results)


@pytest.mark.usefixtures("switching")
@pytest.mark.parametrize("hooked", [False, True], ids=["", "with hooks"])
@pytest.mark.parametrize("fresh", [False, True], ids=["after a predict", "at the very first predict"])
def test_eight_threads_predict_at_once(trained: Any, fresh: bool, hooked: bool) -> None:
    expected = {size: probabilities(trained, 300, size) for size in (32, 64, 300)}

    def predicts(size: int) -> Any:
        def predict() -> None:
            for _ in range(3):
                hooks = [Sums()] if hooked else []
                found = probabilities(estimator, 300, size, hooks)
                np.testing.assert_array_equal(found, expected[size])
                for hook in hooks:
                    assert sum(hook.sums) == pytest.approx(300, rel=1e-4)

        return predict

    for _ in range(5 if fresh else 1):
        estimator = estimator_in(trained.model_dir) if fresh else trained
        assert run_in_threads([predicts(size) for size in (32, 64, 300, 32, 64, 300, 32, 64)]) == []


@pytest.mark.usefixtures("switching")
def test_threads_predict_and_evaluate_at_once(trained: Any) -> None:
    """Each an estimator of its own, and two that share one."""
    expected = probabilities(trained), trained.evaluate(evaluation_input())

    def predict() -> None:
        for estimator in (estimator_in(trained.model_dir), trained):
            np.testing.assert_array_equal(probabilities(estimator), expected[0])

    def evaluate() -> None:
        for estimator in (estimator_in(trained.model_dir), trained):
            assert estimator.evaluate(evaluation_input()) == expected[1]
            found = estimator.evaluate(evaluation_input(), steps=2, hooks=[SessionRunHook()])
            assert found["global_step"] == 20

    assert run_in_threads([predict, evaluate, predict, evaluate]) == []


@pytest.mark.usefixtures("switching")
def test_predicting_while_another_thread_trains(trained: Any, tmp_path: Path) -> None:
    """What a prediction is made with is not promised; that it is one, and that the training is not disturbed, is."""
    estimator = estimator_in(tmp_path)
    done = threading.Event()

    def train() -> None:
        try:
            for _ in range(2):
                estimator.train(training_input(), steps=10)
        finally:
            done.set()

    def predict() -> None:
        while not done.is_set():
            np.testing.assert_allclose(probabilities(estimator).sum(1), 1, rtol=1e-4)

    assert run_in_threads([train, predict, predict]) == []
    np.testing.assert_array_equal(probabilities(estimator), probabilities(trained))


def in_a_fork(function: Any) -> int:
    """The exit status of a forked child that runs the function."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork_after_training(trained: Any, tmp_path: Path) -> None:
    expected = probabilities(trained)

    def predict() -> None:
        np.testing.assert_array_equal(probabilities(trained), expected)
        assert trained.evaluate(evaluation_input(), steps=1)["global_step"] == 20

    def train() -> None:
        estimator = estimator_in(tmp_path / "child").train(training_input(), steps=20)
        np.testing.assert_array_equal(probabilities(estimator), expected)

    assert [in_a_fork(function) for function in (predict, train, predict)] == [0, 0, 0]
    predict()  # the parent has its workers still


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_while_another_thread_predicts(trained: Any) -> None:
    """No lock that is held at that instant stays held in the child for ever."""
    expected, stop = probabilities(trained), threading.Event()

    def predict() -> None:
        while not stop.is_set():
            probabilities(trained)

    def fork() -> None:
        try:
            for _ in range(6):
                context = multiprocessing.get_context("fork")
                child = context.Process(target=np.testing.assert_array_equal, args=(probabilities(trained), expected))
                child.start()
                child.join(SECONDS)
                assert child.exitcode == 0
                child = context.Process(target=digest, args=(trained.model_dir,))
                child.start()
                child.join(SECONDS)
                if child.exitcode is None:
                    child.kill()
                assert child.exitcode == 0, "the child hung or failed"
        finally:
            stop.set()

    assert run_in_threads([predict, fork]) == []


@pytest.mark.parametrize("method", [m for m in ("fork", "spawn") if m in multiprocessing.get_all_start_methods()])
def test_multiprocessing(trained: Any, tmp_path: Path, method: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(SPAWNS)
    result = subprocess.run(
        [sys.executable, str(program), trained.model_dir, method],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [digest(trained.model_dir)] * 4
