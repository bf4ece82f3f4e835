"""What a training came to, and why it stopped."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.hooks import CheckpointSaverListener, SessionRunHook
from estimators.run_config import RunConfig
from estimators.training_result import StopReason
from model_fns.errors import InvalidArgumentError, NanLossDuringTrainingError
from tests.estimators.small_models import line, points


@pytest.fixture
def estimator(tmp_path: Path) -> Estimator:
    return Estimator(line, str(tmp_path), RunConfig(tf_random_seed=1))


class At(SessionRunHook):
    """Does something with the run context after so many runs."""

    def __init__(self, runs: int, action: Any) -> None:
        self.runs, self.action = runs, action

    def after_create_session(self, session: Any, coord: Any) -> None:
        self.coordinator = coord

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.runs -= 1
        if self.runs == 0:
            self.action(self, run_context)


class Satisfied(CheckpointSaverListener):
    def after_save(self, session: Any, global_step_value: int) -> bool:
        return True

    def __str__(self) -> str:
        return "Satisfied"


def interrupt(hook: Any, context: Any) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def fail(hook: Any, context: Any) -> None:
    raise InvalidArgumentError(message="no good")


@pytest.mark.parametrize(
    ("arguments", "reason", "steps", "sentence"),
    [
        ({"steps": 6}, "steps", 6, "All steps are made, in 6 runs of the training step."),
        ({"max_steps": 1}, "steps", 1, "All steps are made, in 1 run of the training step."),
        ({"epochs": 1}, "input ended", 8, "The input ended after 8 batches."),
        (
            {"input_fn": points(num_epochs=1), "steps": 20},
            "input ended",
            8,
            "The input ended after 8 batches, before step 20, which was asked for.",
        ),
        ({"hooks": [At(3, lambda _, context: context.request_stop())]}, "hook", 3, "At requested a stop."),
        (
            {"hooks": [At(3, lambda hook, _: hook.coordinator.request_stop())]},
            "hook",
            3,
            "A thread asked the coordinator for a stop.",
        ),
        (
            {"saving_listeners": [Satisfied()], "hooks": [tf.train.CheckpointSaverHook("{}", save_steps=4)]},
            "hook",
            4,
            "CheckpointSaverHook requested a stop: its listener Satisfied did.",
        ),
        ({"hooks": [At(3, interrupt)]}, "interrupted", 3, "KeyboardInterrupt."),
        ({"hooks": [At(3, fail)]}, "error", 3, "InvalidArgumentError: no good"),
        ({"input_fn": points({12: np.nan}), "steps": 9}, "NaN loss", None, "NaN loss during training."),
    ],
)
def test_why_it_stopped(
    estimator: Estimator, arguments: dict[str, Any], reason: str, steps: int | None, sentence: str
) -> None:
    for hook in arguments.get("hooks", ()):
        if isinstance(hook, tf.train.CheckpointSaverHook):
            hook._checkpoint_dir, hook._save_path = estimator.model_dir, f"{estimator.model_dir}/m"
    try:
        estimator.train(**{"input_fn": points(), **arguments})
    except (KeyboardInterrupt, InvalidArgumentError, NanLossDuringTrainingError):
        assert reason in ("interrupted", "error", "NaN loss")
    result = estimator.last_training
    assert result is not None and result.reason == StopReason(reason) == reason
    assert result.sentence.endswith(sentence)
    assert steps is None or (result.steps, result.global_step) == (steps, steps)
    assert 0 < result.seconds < 100 and result.skipped == 0 and result.restored is None
    ended_in_peace = reason not in ("interrupted", "error", "NaN loss")
    assert (result.loss is not None) == ended_in_peace


def test_nothing_was_trained(estimator: Estimator) -> None:
    assert estimator.last_training is None
    assert estimator.train(points(), steps=5) is estimator
    estimator.train(points(), max_steps=5)
    result = estimator.last_training
    assert result is not None and result.reason == StopReason.MAX_STEPS_BEFORE and result.loss is None
    assert (result.steps, result.sentence) == (0, "global_step is 5 already, and max_steps is 5.")


def test_early_stopping_says_what_it_found(estimator: Estimator) -> None:
    estimator.train(points(), steps=1)
    estimator.evaluate(points(num_epochs=1))
    hook = tf.estimator.experimental.stop_if_higher_hook(estimator, "loss", 0.5, run_every_secs=None, run_every_steps=1)
    estimator.train(points(), [hook], steps=9)
    result = estimator.last_training
    assert result is not None and (result.reason, result.steps) == (StopReason.EARLY_STOPPING, 1)
    assert result.sentence.startswith('At step 1, metric "loss" has value ')


def test_the_log_says_no_more_than_tensorflows(estimator: Estimator, caplog: Any) -> None:
    caplog.set_level("INFO", "tensorflow")
    estimator.train(points(), steps=2)
    assert caplog.messages[-1].startswith("Loss for final step: ")
    caplog.set_level("DEBUG", "tensorflow")
    estimator.train(points(), steps=2)
    assert any(message.startswith("The training stopped at step 4: All steps are made") for message in caplog.messages)
