"""EvalSpec(eval_every_steps): evaluations within a training, of the weights as they are, without checkpoints."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimators.checkpoint import Saver
from estimators.early_stopping import read_eval_metrics
from estimators.estimator import Estimator
from estimators.hooks import SessionRunHook
from estimators.run_config import RunConfig
from estimators.train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from tests.estimators.small_models import line, points

NO_CHECKPOINTS = {"save_checkpoints_steps": None, "save_checkpoints_secs": None}


def estimator(directory: Any, **config: Any) -> Estimator:
    return Estimator(line, str(directory), RunConfig(tf_random_seed=1, **config))


def spec(every: int = 10, **arguments: Any) -> EvalSpec:
    return EvalSpec(points(num_epochs=1), None, eval_every_steps=every, **arguments)


class Interrupted(SessionRunHook):
    def __init__(self, runs: int) -> None:
        self.runs = runs

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.runs -= 1
        if self.runs == 0:
            raise KeyboardInterrupt


def test_the_weights_of_each_step_and_no_checkpoint(tmp_path: Path, caplog: Any) -> None:
    caplog.set_level("INFO", "tensorflow")
    trained = estimator(tmp_path / "a", **NO_CHECKPOINTS)
    metrics, exported = train_and_evaluate(trained, TrainSpec(points(), 25), spec())
    assert "Start train and evaluate loop. The evaluate will happen every 10 steps, in memory." in caplog.messages
    assert not list(tmp_path.glob("a/*.safetensors"))
    expected = {}
    for step in (10, 20, 25):
        other = estimator(tmp_path / str(step)).train(points(), steps=step)
        found = other.evaluate(points(num_epochs=1))
        expected[step] = {name: float(found[name]) for name in ("error", "loss")}
    assert read_eval_metrics(trained.eval_dir()) == expected
    with open(tmp_path / "a" / "eval" / "scalars.csv") as file:
        rows = [(int(row["step"]), row["tag"], np.float32(row["value"])) for row in csv.DictReader(file)]
    assert sorted(rows) == sorted((s, tag, np.float32(v)) for s, all_ in expected.items() for tag, v in all_.items())
    assert metrics == found and exported is None


def test_interrupted_it_evaluates_at_the_same_steps(tmp_path: Path) -> None:
    trained = estimator(tmp_path, save_checkpoints_steps=7)
    with pytest.raises(KeyboardInterrupt):
        train_and_evaluate(trained, TrainSpec(points(), 40, [Interrupted(17)]), spec())
    train_and_evaluate(estimator(tmp_path, save_checkpoints_steps=7), TrainSpec(points(), 40), spec())
    assert list(read_eval_metrics(trained.eval_dir())) == [10, 20, 30, 40]


def test_a_last_step_is_evaluated_once(tmp_path: Path, caplog: Any) -> None:
    caplog.set_level("INFO", "tensorflow")
    train_and_evaluate(estimator(tmp_path), TrainSpec(points(), 20), spec())
    assert sum(message.startswith("Saving dict for global step 20") for message in caplog.messages) == 1


class Exporter:
    """Writes down what it is called with."""

    name = "mine"

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def export(self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any, is_final: bool) -> str:
        self.calls.append((export_path, checkpoint_path, int(eval_result["global_step"]), is_final))
        return "done"


def test_exporters_get_the_last_checkpoint(tmp_path: Path) -> None:
    exporter = Exporter()
    _, exported = train_and_evaluate(estimator(tmp_path), TrainSpec(points(), 25), spec(exporters=exporter))
    assert exporter.calls == [(f"{tmp_path}/export/mine", f"{tmp_path}/model.ckpt-25", 25, True)]
    assert exported == ["done"]
    with pytest.raises(
        ValueError, match="Exporters need a checkpoint: set RunConfig's save_checkpoints_steps or _secs"
    ):
        train_and_evaluate(estimator(tmp_path, **NO_CHECKPOINTS), TrainSpec(points(), 30), spec(exporters=exporter))


def test_what_is_no_number_of_steps() -> None:
    with pytest.raises(ValueError, match="^Must specify eval_every_steps > 0, given: 0$"):
        spec(0)


def test_checkpoints_that_cannot_be_written(tmp_path: Path, monkeypatch: Any, caplog: Any) -> None:
    """After each checkpoint, as TensorFlow evaluates: the last one is missing, and what is in memory is evaluated."""
    real = Saver.save

    def full(self: Any, session: Any, path: Any, global_step: Any = None, **arguments: Any) -> Any:
        if int(global_step) >= 9:
            raise OSError(28, "No space left on device")
        return real(self, session, path, global_step, **arguments)

    monkeypatch.setattr(Saver, "save", full)
    trained = estimator(tmp_path / "a", save_checkpoints_steps=3)
    metrics, _ = train_and_evaluate(
        trained, TrainSpec(points(), 12), EvalSpec(points(num_epochs=1), None, throttle_secs=0)
    )
    assert "There is no checkpoint of step 12: what is in memory is evaluated." in caplog.messages
    monkeypatch.undo()
    straight = estimator(tmp_path / "b").train(points(), steps=12).evaluate(points(num_epochs=1))
    assert metrics == straight and list(read_eval_metrics(trained.eval_dir())) == [3, 6, 12]
