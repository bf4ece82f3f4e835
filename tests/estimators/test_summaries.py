"""Event files and scalars.csv: what FileWriter writes, what an Estimator writes by itself, what is no reason to end."""

from __future__ import annotations

import csv
import gc
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.hooks import SessionRunArgs, SessionRunHook
from estimators.run_config import RunConfig
from estimators.summaries import FileWriter, FileWriterCache, file_writer, summary_iterator
from estimators.summaries.evaluation_results import write_results
from model_fns.errors import DataLossError, NotFoundError
from model_fns.estimator_spec import EstimatorSpec
from model_fns.graph.graph import Graph
from model_fns.protos import Event, GraphDef, SessionLog, Summary, SummaryMetadata
from tests.estimators.models import line_input


@pytest.fixture(autouse=True)
def no_writer_is_left() -> Any:
    yield
    FileWriterCache.clear()


def events(directory: Any) -> list[Event]:
    """All events of a directory's files but the first of each, which names the format."""
    found = []
    for path in sorted(Path(directory).glob("events.out.tfevents.*")):
        first, *rest = summary_iterator(path)
        assert first.file_version == "brain.Event:2"
        found += rest
    return found


def shown(directory: Any) -> list[tuple[int, str, Any]]:
    """(step, tag, value) of all numbers of a directory's event files."""
    numbers = [
        (event.step, value.tag, round(value.simple_value, 3))
        for event in events(directory)
        for value in event.summary.value
        if value.HasField("simple_value")
    ]
    table = Path(directory, "scalars.csv")
    if numbers or table.exists():
        with open(table, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert rows[0] == ["step", "tag", "value"]
        assert [(int(step), tag, round(float(np.float32(value)), 3)) for step, tag, value in rows[1:]] == numbers
    return numbers


def number(tag: str, value: float) -> Summary:
    return Summary(value=[{"tag": tag, "simple_value": value}])


# --- FileWriter ------------------------------------------------------------------------------------------------------


def test_what_a_writer_writes(tmp_path: Any) -> None:
    with Graph().as_default() as graph:
        tf.constant(1.0, name="c")
    with FileWriter(tmp_path / "new", graph, filename_suffix=".mine") as writer:
        writer.add_summary(number("a", 1.5).SerializeToString(), 3)
        writer.add_summary(number("b", 2.5), np.int64(4))
        writer.add_session_log(SessionLog(status=SessionLog.STOP), 4)
        writer.add_event(Event(wall_time=1.0, step=9, summary=number("a, b", 0.1)))
    assert writer.get_logdir() == tmp_path / "new"
    assert shown(tmp_path / "new") == [(3, "a", 1.5), (4, "b", 2.5), (9, "a, b", 0.1)]
    found = events(tmp_path / "new")
    assert [event.WhichOneof("what") for event in found] == [
        *("graph_def", "summary", "summary", "session_log", "summary"),
    ]
    assert [node.name for node in GraphDef.FromString(found[0].graph_def).node] == ["c"]
    assert len(list((tmp_path / "new").glob("events.out.tfevents.*.mine"))) == 1


def test_a_closed_writer_warns_and_a_reopened_one_writes_another_file(tmp_path: Any) -> None:
    writer = FileWriter(tmp_path)
    writer.add_summary(number("a", 1))
    writer.close()
    with pytest.warns(UserWarning, match="Attempting to use a closed FileWriter."):
        writer.add_summary(number("lost", 2))
    with pytest.warns(UserWarning, match="Attempting to use a closed FileWriter."):
        writer.flush()
    writer.reopen()
    writer.add_summary(number("b", 3))
    writer.close()
    assert shown(tmp_path) == [(0, "a", 1), (0, "b", 3)]
    assert len(list(tmp_path.glob("events*"))) == 2


def test_when_it_writes(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(file_writer, "time", SimpleNamespace(time=lambda: clock.now))
    writer = FileWriter(tmp_path, max_queue=3, flush_secs=60)
    writer.add_summary(number("a", 1))
    assert not list(tmp_path.iterdir())
    clock.now += 60
    writer.add_summary(number("b", 2))
    assert len(shown(tmp_path)) == 2
    for tag in "cd":
        writer.add_summary(number(tag, 3))
    assert len(shown(tmp_path)) == 2
    writer.add_summary(number("e", 3))
    assert len(shown(tmp_path)) == 5
    writer.add_summary(number("f", 3))
    del writer
    gc.collect()
    assert len(shown(tmp_path)) == 6  # a writer that is forgotten writes what it holds


def test_how_to_show_a_tag_is_said_once(tmp_path: Any) -> None:
    metadata = SummaryMetadata(display_name="nice")
    with FileWriter(tmp_path) as writer:
        for step in (1, 2):
            writer.add_summary(Summary(value=[{"tag": "a", "simple_value": 1, "metadata": metadata}]), step)
    assert [event.summary.value[0].HasField("metadata") for event in events(tmp_path)] == [True, False]


def test_there_is_one_writer_for_a_directory(tmp_path: Any) -> None:
    assert FileWriterCache.get(tmp_path) is FileWriterCache.get(tmp_path)
    FileWriterCache.get(tmp_path).add_summary(number("a", 1), 1)
    FileWriterCache.clear()
    assert shown(tmp_path) == [(1, "a", 1)]


@pytest.mark.parametrize(
    ("graph", "graph_def", "kind"), [(None, None, TypeError), ("g", None, TypeError), (1, 2, ValueError)]
)
def test_what_is_no_graph(tmp_path: Any, graph: Any, graph_def: Any, kind: Any) -> None:
    with pytest.raises(kind, match="Please pass only graph|must be an instance of"):
        FileWriter(tmp_path).add_graph(graph, graph_def=graph_def)


def test_a_directory_deleted_under_it_is_made_again(tmp_path: Any) -> None:
    writer = FileWriter(tmp_path / "d")
    writer.add_summary(number("a", 1))
    writer.flush()
    for path in (tmp_path / "d").iterdir():
        path.unlink()
    (tmp_path / "d").rmdir()
    writer.add_summary(number("b", 1))
    writer.close()
    assert shown(tmp_path / "d") == [(0, "b", 1)]


@pytest.mark.parametrize("begun", ["before it", "by it", "not at all"])
def test_a_writer_that_was_forgotten(tmp_path: Any, caplog: Any, begun: str) -> None:
    """It writes what waits; but a directory that was deleted stays so, and nothing is said of it."""
    directory = tmp_path / "logs"
    if begun == "before it":
        directory.mkdir()
    writer = FileWriter(str(directory))
    writer.add_summary(Summary(value=[{"tag": "a", "simple_value": 1.0}]), 1)
    if begun == "by it":
        writer.flush()
        writer.add_summary(Summary(value=[{"tag": "a", "simple_value": 2.0}]), 2)
    if begun != "not at all":
        shutil.rmtree(directory)
        directory.write_text("in its place")
    del writer
    gc.collect()
    assert directory.is_dir() == (begun == "not at all") and not caplog.messages


def test_a_file_that_cannot_be_written_is_a_warning(tmp_path: Any, caplog: Any) -> None:
    (tmp_path / "file").write_text("in the way")
    writer = FileWriter(tmp_path / "file" / "below")
    writer.add_summary(number("a", 1))
    writer.close()
    assert [line.partition(", and")[0] for line in caplog.messages] == [
        f"Summaries were not written to {tmp_path}/file/below"
    ]
    caplog.clear()
    writer.reopen()
    writer.close()
    assert not caplog.messages, "it is said once"


def test_reading_what_is_not_there_or_damaged(tmp_path: Any) -> None:
    with pytest.raises(NotFoundError, match="none; No such file or directory"):
        next(summary_iterator(tmp_path / "none"))
    with FileWriter(tmp_path) as writer:
        writer.add_summary(number("a", 1))
    (path,) = tmp_path.glob("events*")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataLossError, match="truncated record at"):
        list(summary_iterator(path))


# --- what an Estimator writes by itself ------------------------------------------------------------------------------


def model_fn(features: Any, labels: Any, mode: str) -> Any:
    loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"], 1, name="line"))
    with tf.name_scope("seen"):
        tf.summary.scalar("twice", 2 * loss)
        tf.summary.histogram("weights", tf.trainable_variables()[0])
    metrics = {"mean": tf.metrics.mean(labels)}
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


class Losses(SessionRunHook):
    """The loss of every run."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def before_run(self, run_context: Any) -> SessionRunArgs:
        return SessionRunArgs(tf.get_collection(tf.GraphKeys.LOSSES)[0])

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.seen.append(run_values.results)


def line(directory: Any, **config: Any) -> Estimator:
    return Estimator(
        model_fn, str(directory), RunConfig(tf_random_seed=1, save_summary_steps=4, log_step_count_steps=5, **config)
    )


def test_what_a_training_writes(tmp_path: Any) -> None:
    """The steps are those of the same training in TensorFlow 1.15.5."""
    estimator, losses = line(tmp_path), Losses()
    estimator.train(line_input(), [losses], steps=10)
    FileWriterCache.clear()
    found = [(step, tag) for step, tag, _ in shown(tmp_path) if tag != "global_step/sec"]
    assert found == [(step, tag) for step in (1, 5, 9) for tag in ("seen/twice", "loss")]
    by_tag = {(step, tag): value for step, tag, value in shown(tmp_path)}
    for step in (1, 5, 9):
        assert by_tag[step, "loss"] == pytest.approx(losses.seen[step - 1], rel=1e-3)
        assert by_tag[step, "seen/twice"] == pytest.approx(2 * losses.seen[step - 1], rel=1e-3)
    assert [step for step, tag, _ in shown(tmp_path) if tag == "global_step/sec"] == [6]
    logs = [(event.step, event.session_log.status) for event in events(tmp_path) if event.HasField("session_log")]
    assert logs == [(0, SessionLog.CHECKPOINT), (1, SessionLog.START), (10, SessionLog.CHECKPOINT)]
    histograms = [v.histo for event in events(tmp_path) for v in event.summary.value if v.HasField("histo")]
    assert [histogram.num for histogram in histograms] == [1, 1, 1]
    assert 'name: "line/kernel"' in (tmp_path / "graph.pbtxt").read_text()
    (graph,) = [event.graph_def for event in events(tmp_path) if event.graph_def]
    assert {"line/kernel", "GradientDescent"} <= {node.name for node in GraphDef.FromString(graph).node}


def test_what_an_evaluation_writes(tmp_path: Any) -> None:
    estimator = line(tmp_path).train(line_input(), steps=3)
    results = estimator.evaluate(line_input(), steps=2)
    estimator.evaluate(line_input(), steps=1, name="other")
    expected = [(3, name, round(float(results[name]), 3)) for name in ("loss", "mean")]
    assert shown(tmp_path / "eval") == expected
    assert [tag for _, tag, _ in shown(tmp_path / "eval_other")] == ["loss", "mean"]
    (path,) = [
        value.tensor.string_val
        for e in events(tmp_path / "eval")
        for value in e.summary.value
        if value.tensor.string_val
    ]
    assert path == [os.fsencode(tmp_path / "model.ckpt-3")]


def test_summaries_do_not_change_what_is_learnt_and_are_no_part_of_the_step(tmp_path: Any) -> None:
    with_summaries = line(tmp_path / "a").train(line_input(), steps=9)
    without = Estimator(model_fn, str(tmp_path / "b"), RunConfig(tf_random_seed=1, save_summary_steps=0)).train(
        line_input(), steps=9
    )
    assert not shown(tmp_path / "b") or all(tag == "global_step/sec" for _, tag, _ in shown(tmp_path / "b"))
    for name in ("line/kernel", "line/bias"):
        assert with_summaries.get_variable_value(name) == without.get_variable_value(name)
    assert "HistogramSummary" not in with_summaries.explain() and "MergeSummary" not in with_summaries.explain()


def test_a_loss_that_is_shown_already_is_not_shown_twice(tmp_path: Any) -> None:
    def shows_it(features: Any, labels: Any, mode: str) -> Any:
        spec = model_fn(features, labels, mode)
        tf.summary.scalar("loss", spec.loss * 0)
        return spec

    Estimator(shows_it, str(tmp_path), RunConfig(save_summary_steps=2)).train(line_input(), steps=1)
    assert [(tag, value) for _, tag, value in shown(tmp_path) if "loss" in tag] == [("loss", 0)]


def test_a_model_directory_whose_events_cannot_be_written_trains(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def full(path: str, content: bytes) -> None:
        raise OSError(28, "No space left on device", path)

    monkeypatch.setattr("estimators.summaries.event_file.append", full)
    assert line(tmp_path).train(line_input(), steps=6).get_variable_value("global_step") == 6
    assert any("Summaries were not written" in message and "No space left" in message for message in caplog.messages)


def test_results_of_other_kinds(tmp_path: Any, caplog: Any) -> None:
    write_results(tmp_path, {"b": number("x", 3).SerializeToString(), "n": None, "a": np.arange(3), "s": "text"}, 7)
    (event,) = events(tmp_path)
    assert [value.tag for value in event.summary.value] == ["b/0", "a"]
    assert event.summary.value[1].tensor.tensor_content == np.arange(3).tobytes()
    assert caplog.messages[0].startswith("Skipping summary for s, must be a float")
