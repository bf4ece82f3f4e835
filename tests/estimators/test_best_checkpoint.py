"""The best checkpoint is kept, whatever happens to the others, and early stopping can go back to it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.best_metric import BestMetric
from estimators.checkpoint import atomic_file, best, best_checkpoint, read_checkpoint
from estimators.estimator import Estimator
from estimators.hooks import SessionRunHook
from estimators.run_config import RunConfig
from estimators.training_result import StopReason
from tests.estimators.small_models import line, points

BY_LOSS = BestMetric("loss", higher_is_better=False)


def spoiled(features: Any, labels: Any, mode: str) -> Any:
    """`line`, which from step 20 on is taught something else: the best step is 20."""
    step = tf.train.get_or_create_global_step()
    late = tf.cast(step >= 20, tf.float32) if mode == tf.estimator.ModeKeys.TRAIN else 0.0
    return line(features, labels + 5 * late, mode)


def estimator(directory: Any, model_fn: Any = spoiled, **config: Any) -> Estimator:
    config = {"tf_random_seed": 1, "keep_best": BY_LOSS, "keep_checkpoint_max": 2, **config}
    return Estimator(model_fn, str(directory), RunConfig(**config))


def rounds(trained: Estimator, count: int = 6, steps: int = 10) -> list[float]:
    """Trains and evaluates in turn; the losses."""
    found = []
    for _ in range(count):
        trained.train(points(), steps=steps)
        found.append(float(trained.evaluate(points(num_epochs=1))["loss"]))
    return found


def kept(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "best").iterdir())


@pytest.mark.parametrize("checkpoints", [600, None])  # linked, or written from memory
def test_the_best_outlives_the_others(tmp_path: Path, checkpoints: int | None) -> None:
    trained = estimator(tmp_path, save_checkpoints_secs=checkpoints)
    losses = rounds(trained)
    found = best_checkpoint(tmp_path)
    assert found is not None and found.step == 20 == 10 * (1 + int(np.argmin(losses)))
    assert (found.metric, found.score, found.higher_is_better) == ("loss", min(losses), False)
    assert set(found.metrics) == {"loss", "error"}
    assert kept(tmp_path) == ["index.json", "model.ckpt-20.safetensors"]
    assert found.path == str(tmp_path / "best" / "model.ckpt-20")
    result = trained.evaluate(points(num_epochs=1), checkpoint_path=found, name="again")
    assert result["loss"] == np.float32(found.score) and result["global_step"] == 20
    assert str(found) == os.fspath(found) == found.path
    warm = Estimator(line, str(tmp_path / "warm"), warm_start_from=found).train(points(), steps=1)
    assert warm.evaluate(points(num_epochs=1))["loss"] < min(losses) + 0.1
    if checkpoints:
        assert not (tmp_path / "model.ckpt-20.safetensors").exists()
    arrays, metadata = read_checkpoint(found.path)
    assert "line/kernel" in arrays and metadata["resume"]["input"]["position"] == 100, "all that a training needs"


def test_a_new_process_knows_it(tmp_path: Path) -> None:
    rounds(estimator(tmp_path), 2)
    rounds(estimator(tmp_path), 3)
    found = best_checkpoint(tmp_path)
    assert found is not None and found.step == 20


def test_only_the_evaluation_that_counts(tmp_path: Path) -> None:
    trained = estimator(tmp_path, keep_best=BestMetric("error", False, "chosen")).train(points(), steps=1)
    trained.evaluate(points(num_epochs=1))
    assert best_checkpoint(tmp_path) is None
    trained.evaluate(points(num_epochs=1), name="chosen")
    found = best_checkpoint(tmp_path)
    assert found is not None and found.metric == "error"
    other = estimator(tmp_path, keep_best=BestMetric("loss", True))  # not comparable: begins anew
    other.evaluate(points(num_epochs=1))
    found = best_checkpoint(tmp_path)
    assert found is not None and (found.metric, found.higher_is_better) == ("loss", True)


def test_higher_is_better_and_nan_is_not() -> None:
    higher, lower = BestMetric("a", True), BestMetric("a", False)
    nan = float("nan")
    assert higher.prefers(2, 1) and not higher.prefers(1, 2) and not higher.prefers(1, 1)
    assert lower.prefers(1, 2) and not lower.prefers(2, 1) and not lower.prefers(1, 1)
    assert higher.prefers(0, nan) and not higher.prefers(nan, 0) and not higher.prefers(nan, nan)


@pytest.mark.parametrize("stage", ["put", "index", "remove"])
def test_killed_at_any_stage(tmp_path: Path, monkeypatch: Any, stage: str) -> None:
    """The index names a checkpoint that is there, and the next evaluation clears up."""
    put = best.put_values({"global_step": np.array(1)}, {})

    def keep(score: float, step: int) -> None:
        best.keep_if_best(tmp_path, BY_LOSS, {"loss": score}, step, put)

    class Killed(BaseException):
        pass

    def kill(*arguments: Any) -> None:
        raise Killed

    keep(3, 1)
    with monkeypatch.context() as patch:
        place = {
            "put": (atomic_file.os, "replace"),
            "index": (best, "replace_file"),
            "remove": (best, "_remove_others"),
        }
        patch.setattr(*place[stage], kill)
        with pytest.raises(Killed):
            keep(2, 2)
    found = best_checkpoint(tmp_path)
    assert found is not None and found.step == (2 if stage == "remove" else 1)
    assert int(read_checkpoint(found.path)[0]["global_step"]) == 1
    keep(1, 3)
    assert kept(tmp_path) == ["index.json", "model.ckpt-3.safetensors"]


def test_damage_and_loss(tmp_path: Path, caplog: Any) -> None:
    trained = estimator(tmp_path)
    rounds(trained, 1)
    index = tmp_path / "best" / "index.json"
    for content in (b"", b"[]", b"{}", b"\xff", b'{"format": "x"}', b"[" * 100_000):
        index.write_bytes(content)
        assert best_checkpoint(tmp_path) is None
    assert "The best checkpoint is not known, as " in caplog.messages[-1]
    rounds(trained, 1)
    found = best_checkpoint(tmp_path)
    assert found is not None and found.step == 20
    os.unlink(f"{found.path}.safetensors")
    assert best_checkpoint(tmp_path) is None
    assert caplog.messages[-1] == f"The best checkpoint is gone: there is no file of {found.path}."


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: Any, caplog: Any) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    trained = estimator(tmp_path)
    rounds(trained, 1)
    monkeypatch.setattr(best, "replace_file", full)
    rounds(trained, 1)
    assert "at step 20, was not kept: [Errno 28] No space left on device" in caplog.text
    found = best_checkpoint(tmp_path)
    assert found is not None and found.step == 10


def test_where_there_are_no_links(tmp_path: Path, monkeypatch: Any) -> None:
    def no_links(*arguments: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    rounds(estimator(tmp_path), 2)
    found = best_checkpoint(tmp_path)
    assert found is not None and int(read_checkpoint(found.path)[0]["global_step"]) == 20


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="keep_best must be a BestMetric, such as BestMetric"):
        RunConfig(keep_best="loss")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="name must be a metric's name, such as 'accuracy', not ''"):
        BestMetric("", True)
    with pytest.raises(TypeError, match="higher_is_better must be True or False, not 'max'"):
        BestMetric("loss", "max")  # type: ignore[arg-type]
    trained = estimator(tmp_path, keep_best=BestMetric("acuracy", True))
    trained.train(points(), steps=1)
    with pytest.raises(ValueError, match="'acuracy'.*, but the metrics of the evaluation are error, global_step, loss"):
        trained.evaluate(points(num_epochs=1))
    make = tf.estimator.experimental.make_early_stopping_hook
    with pytest.raises(ValueError, match="restore_best=True needs an Estimator that keeps its best checkpoint"):
        make(Estimator(line, str(tmp_path)), lambda: True, restore_best=True)


# -- early stopping --------------------------------------------------------------------------------------------------


def stopping(trained: Estimator, restore_best: bool, every: int = 10) -> Any:
    make = tf.estimator.experimental.stop_if_no_decrease_hook
    return make(trained, "loss", 15, run_every_secs=None, run_every_steps=every, restore_best=restore_best)


@pytest.mark.parametrize("restores", [False, True])
def test_early_stopping_goes_back_to_the_best_weights(tmp_path: Path, caplog: Any, restores: bool) -> None:
    caplog.set_level("INFO", "tensorflow")
    trained = estimator(tmp_path)
    specs = (
        tf.estimator.TrainSpec(points(), 100, [stopping(trained, restores)]),
        tf.estimator.EvalSpec(points(num_epochs=1), None, eval_every_steps=10),
    )
    metrics, _ = tf.estimator.train_and_evaluate(trained, *specs)
    found, result = best_checkpoint(tmp_path), trained.last_training
    assert found is not None and found.step == 20
    assert (
        result is not None
        and result.reason == StopReason.EARLY_STOPPING
        and result.restored == (found if restores else None)
    )
    step = 20 if restores else result.steps
    assert result.global_step == step == trained.get_variable_value("global_step")
    assert trained.latest_checkpoint() == str(tmp_path / f"model.ckpt-{step}")
    assert metrics["global_step"] == step and (metrics["loss"] == found.score) == restores
    here, anew = trained.evaluate(points(num_epochs=1)), estimator(tmp_path).evaluate(points(num_epochs=1))
    assert here == anew and (here["loss"] == np.float32(found.score)) == restores
    told = [message for message in caplog.messages if " to the best checkpoint, of step 20: loss = " in message]
    assert len(told) == restores


def test_gone_on_with_from_the_best(tmp_path: Path) -> None:
    """What follows is to the bit what followed the best step before."""
    trained = estimator(tmp_path / "a", line)
    trained.train(points(), steps=20)
    trained.evaluate(points(num_epochs=1))
    hook = tf.estimator.experimental.make_early_stopping_hook(
        trained, lambda: trained_to(35), run_every_secs=None, run_every_steps=5, restore_best=True
    )
    reached = []

    class Reached(SessionRunHook):
        def before_run(self, run_context: Any) -> Any:
            return tf.train.SessionRunArgs(tf.train.get_global_step())

        def after_run(self, run_context: Any, run_values: Any) -> None:
            reached.append(int(run_values.results))

    def trained_to(step: int) -> bool:
        return bool(reached) and reached[-1] >= step

    trained.train(points(), [Reached(), hook])
    assert trained.last_training is not None and trained.last_training.global_step == 20
    trained.train(points(), max_steps=40)
    straight = estimator(tmp_path / "b", line).train(points(), max_steps=40)
    for name in straight.get_variable_names():
        np.testing.assert_array_equal(trained.get_variable_value(name), straight.get_variable_value(name))


def test_nothing_to_go_back_to(tmp_path: Path, caplog: Any) -> None:
    trained = estimator(tmp_path)
    make = tf.estimator.experimental.make_early_stopping_hook
    trained.train(points(), [make(trained, lambda: True, restore_best=True)], steps=5)
    assert "There is no best checkpoint to go back to: no evaluation has said which is." in caplog.messages
    assert trained.last_training is not None and trained.last_training.restored is None
