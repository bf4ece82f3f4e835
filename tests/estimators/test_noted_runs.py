"""Hooks that are told of many runs at once write and log what they do when they are called at each of them."""

from __future__ import annotations

import contextlib
import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.executable import Executable
from estimators.compiler.notes import MOST_NOTES, Notes
from estimators.hooks.noted_runs import NotedRuns
from estimators.hooks.seat import Seat
from estimators.hooks.session_run_hook import Noting
from estimators.summaries.event_file import summary_iterator
from tests.compiled import SEED
from tests.test_compiler import compiled

STEPS = 700
NEVER = 100_000


class Counter(tf.train.StepCounterHook):
    """As a subclass may do something else, it is called at each of its runs."""


class Writer(tf.train.SummarySaverHook):
    """Likewise."""


class Chatty(tf.train.LoggingTensorHook):
    """Likewise."""


TOLD = (tf.train.StepCounterHook, tf.train.SummarySaverHook, tf.train.LoggingTensorHook)
CALLED = (Counter, Writer, Chatty)


def train(directory: Path, kinds: Any, nan_at: int) -> None:
    """700 steps, whose loss at step n is n, and NaN at `nan_at`, with hooks of `kinds` of different cadences."""
    counter, writer, chatty = kinds
    events = str(directory / "events")

    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        step = tf.train.get_global_step()
        loss = tf.cast(step, tf.float32) + 0 * tf.reduce_min(features["x"])
        tf.summary.scalar("half", loss / 2)
        train_op = tf.group(tf.assign_add(step, 1), tf.get_variable("w", [3]).assign_add(tf.ones([3])))
        hooks = [
            counter(every_n_steps=10, output_dir=events),
            writer(save_steps=13, output_dir=events, summary_op=tf.summary.merge_all()),
            chatty({"loss": loss, "step": step}, every_n_iter=7),
        ]
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=hooks)

    x = np.where(np.arange(STEPS) == nan_at, np.nan, 1).astype(np.float32)
    config = tf.estimator.RunConfig(save_summary_steps=None, log_step_count_steps=None)
    input_fn = tf.estimator.inputs.numpy_input_fn({"x": x}, batch_size=1, shuffle=False)
    with contextlib.suppress(tf.train.NanLossDuringTrainingError):
        tf.estimator.Estimator(model_fn, str(directory), config).train(input_fn)
    tf.summary.FileWriterCache.clear()


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged, without what differs from one time to another."""
    shown = [line for line in caplog.messages if line.startswith(("global_step/sec", "loss = "))]
    return [re.sub(r"\([\d.]+ sec\)|sec: .*", "", line) for line in shown]


def events_of(directory: Path) -> list[tuple[Any, ...]]:
    (file,) = directory.glob("events.out*")
    shown = [(event, value) for event in summary_iterator(str(file)) for value in event.summary.value]
    assert all(event.wall_time > 1e9 for event, _ in shown)
    return sorted((value.tag, e.step, None if "sec" in value.tag else value.simple_value) for e, value in shown)


@pytest.mark.parametrize("nan_at", [NEVER, 341])
def test_what_is_written_and_logged_is_the_same(
    nan_at: int, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    tell = NotedRuns.tell

    def counting(self: Any, prepared: Any, notes: Notes | None, runs: int, **rest: Any) -> None:
        counts.append(0 if notes is None else notes.count)
        tell(self, prepared, notes, runs, **rest)

    monkeypatch.setattr(NotedRuns, "tell", counting)
    found = []
    for name, kinds in (("called", CALLED), ("told", TOLD)):
        counts.clear()
        caplog.clear()
        with caplog.at_level(logging.INFO, logger="tensorflow"):
            train(tmp_path / name, kinds, nan_at)
        table = (tmp_path / name / "events" / "scalars.csv").read_text(encoding="utf-8").splitlines()
        rows = sorted(line if "sec" not in line else line.rpartition(",")[0] for line in table)
        found.append((lines_of(caplog), events_of(tmp_path / name / "events"), rows))
        assert (max(counts) > 20) == (kinds is TOLD)
    assert found[0] == found[1]
    lines, events, _ = found[1]
    until = min(nan_at, STEPS)
    assert len(lines) == -(-until // 7) + (until - 1) // 10
    assert ("half", 14, 6.5) in events


def test_what_was_noted_before_an_error_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def model_fn(features: Any, labels: Any, mode: str) -> Any:
        step = tf.train.get_global_step()
        loss = tf.reduce_mean(tf.gather(tf.ones([5]), features["row"])) + tf.cast(step, tf.float32)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.assign_add(step, 1))

    rows = np.where(np.arange(STEPS) == 555, 5, 0).astype(np.int32)
    input_fn = tf.estimator.inputs.numpy_input_fn({"row": rows}, batch_size=1, shuffle=False)
    config = tf.estimator.RunConfig(log_step_count_steps=50)
    with caplog.at_level(logging.INFO, logger="tensorflow"), pytest.raises(tf.errors.InvalidArgumentError):
        tf.estimator.Estimator(model_fn, str(tmp_path), config).train(input_fn)
    logged = [int(line.partition("step = ")[2].split()[0]) for line in lines_of(caplog) if "step =" in line]
    assert logged == list(range(1, 556, 50))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_notes_are_what_single_runs_compute(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    with tf.Graph().as_default():
        w, count = tf.Variable(np.ones([40, 3], np.float32), name="w"), tf.Variable(0, name="count")
        loss = tf.reduce_mean(tf.square(w))
        fetches = [tf.assign_sub(w, tf.gradients(loss, w)[0] * 0.3), loss, tf.assign_add(count, 2)]
        single = compiled(fetches, [])
    noted = [single.program.fetches[1], next(value for value in single.program.variables if value.name == "count:0")]
    several = Executable(single.program, noted=noted)
    state: dict[str, np.ndarray] = {"w": np.ones([40, 3], np.float32), "count": np.array(0, np.int32)}
    expected = []
    for _ in range(30):
        expected.append((single.run(state, seed=SEED)[1][1], int(state["count"])))
    at = np.array([0, 1, 7, 28, 29, 31])
    notes = Notes(at)
    state = {"w": np.ones([40, 3], np.float32), "count": np.array(0, np.int32)}
    several.run(state, steps=30, workers=workers, notes=notes)
    assert notes.count == 5  # the last is not reached
    assert list(zip(*(notes.values[value].tolist() for value in noted), strict=True)) == [expected[i] for i in at[:5]]


def test_a_chunk_ends_where_notes_find_no_more_room() -> None:
    with tf.Graph().as_default() as graph:
        loss = tf.constant(1.0)

    class Watcher(tf.train.SessionRunHook):
        def __init__(self, every: int) -> None:
            self.every = every

        def noting(self) -> Noting:
            return Noting(self.every, (loss,))

    seats = [Seat(Watcher(every)) for every in (1, 3, 4)]
    for seat, due in zip(seats, (1, 2, 5), strict=True):
        seat.due = due

    class Program:
        noted = {loss: None}  # noqa: RUF012

    loop = NotedRuns(graph, seats)
    runs = loop.runs_without_call(1_000_000, Program)  # type: ignore[arg-type]
    notes = loop.notes(runs)
    assert notes is not None
    assert MOST_NOTES // 4 < len(notes.at) <= MOST_NOTES
    Program.noted = {}
    assert loop.runs_without_call(1_000_000, Program) == 1  # type: ignore[arg-type]
    assert loop.notes(1) is None
