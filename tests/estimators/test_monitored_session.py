"""Monitored sessions: what a program saw of them in TensorFlow 1.15.5."""

from __future__ import annotations

from typing import Any

import pytest

import estimators.compat.v1 as tf
from estimators.summaries import FileWriterCache, summary_iterator


class Diary(tf.train.SessionRunHook):
    """Writes down what it sees of `y`, and stops when it is more than `most`."""

    def __init__(self, most: float = 8) -> None:
        self.entries: list[Any] = []
        self.most = most

    def begin(self) -> None:
        self.entries.append("begin")
        self.tensor = tf.get_default_graph().get_tensor_by_name("y:0")

    def after_create_session(self, session: Any, coord: Any) -> None:
        self.entries.append((type(coord).__name__, int(session.run(tf.train.get_global_step()))))

    def before_run(self, run_context: Any) -> Any:
        self.entries.append(run_context.original_args.feed_dict)
        return tf.train.SessionRunArgs(self.tensor)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.entries.append(float(run_values.results))
        if run_values.results > self.most:
            run_context.request_stop()

    def end(self, session: Any) -> None:
        self.entries.append("end")


class Feeds(tf.train.SessionRunHook):
    """Feeds `x`."""

    def before_run(self, run_context: Any) -> Any:
        return tf.train.SessionRunArgs(None, {"x:0": 3.0})


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as made:
        yield made
    FileWriterCache.clear()


def model() -> tuple[Any, Any, Any]:
    """A placeholder, twice its value, and an operation that makes a step."""
    step = tf.train.get_or_create_global_step()
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.multiply(x, 2.0, name="y")
    tf.summary.scalar("shown", y)
    return x, y, tf.assign_add(step, 1)


def train(directory: Any, diary: Diary) -> list[int]:
    with tf.Graph().as_default():
        x, _, step = model()
        options = {"save_checkpoint_steps": 2, "save_summaries_steps": 2, "log_step_count_steps": None}
        with tf.train.MonitoredTrainingSession(checkpoint_dir=str(directory), hooks=[diary], **options) as session:
            steps = []
            while not session.should_stop():
                steps.append(int(session.run([step], {x: len(steps) + 1})[0]))
            with pytest.raises(RuntimeError, match="Run called even after should_stop requested."):
                session.run(step, {x: 0})
        assert session.should_stop() and session.graph is None
        with pytest.raises(RuntimeError, match="Session is closed."):
            session.run(step)
    return steps


def test_a_training_and_its_resumption(tmp_path: Any, caplog: Any) -> None:
    caplog.set_level("INFO", "tensorflow")
    first, second = Diary(), Diary()
    assert train(tmp_path, first) == [1, 2, 3, 4, 5]
    lines = [line.replace(str(tmp_path), "DIR") for line in caplog.messages]
    assert lines == [
        "Create CheckpointSaverHook.",
        "Graph was finalized.",
        "Running local_init_op.",
        "Done running local_init_op.",
        "Saving checkpoints for 0 into DIR/model.ckpt.",
        "Saving checkpoints for 2 into DIR/model.ckpt.",
        "Saving checkpoints for 4 into DIR/model.ckpt.",
        "Saving checkpoints for 5 into DIR/model.ckpt.",
    ]
    seen = [entry for entry in first.entries if not isinstance(entry, dict)]
    assert seen == ["begin", ("Coordinator", 0), 2, 4, 6, 8, 10, "end"]
    assert [list(entry.values()) for entry in first.entries if isinstance(entry, dict)] == [[1], [2], [3], [4], [5]]
    assert train(tmp_path, second) == [6, 7, 8, 9, 10]
    assert ("Coordinator", 5) in second.entries
    assert f"Restoring parameters from {tmp_path / 'model.ckpt-5'}" in caplog.messages
    FileWriterCache.clear()
    numbers = [
        (event.step, value.tag, value.simple_value)
        for path in tmp_path.glob("events*")
        for event in summary_iterator(path)
        for value in event.summary.value
    ]
    assert numbers == [
        (1, "shown", 2),
        (3, "shown", 6),
        (5, "shown", 10),
        *((s, "shown", 2 * s - 10) for s in (6, 8, 10)),
    ]


def test_a_session_that_is_not_the_chiefs_saves_nothing(tmp_path: Any) -> None:
    x, y, _ = model()
    with tf.train.MonitoredTrainingSession(is_chief=False, checkpoint_dir=str(tmp_path)) as session:
        assert session.run(y, {x: 3}) == 6
    assert not list(tmp_path.iterdir())


def test_the_session_inside_and_step_functions() -> None:
    x, y, _ = model()
    v = tf.get_variable("v", [], initializer=tf.ones_initializer())
    diary = Diary()
    with tf.train.SingularMonitoredSession(hooks=[diary]) as session:
        assert session.raw_session().run(v) == 1
        assert session.run({"v": v, "y": y}, {x: 1.0}) == {"v": 1, "y": 2}

        def step_fn(step_context: Any) -> None:
            assert step_context.session.run(v) == 1
            assert step_context.run_with_hooks(y, {x: 3.0}) == 6
            step_context.request_stop()

        with pytest.raises(ValueError, match=r"Got \('other',\) instead\."):
            session.run_step_fn(lambda other: None)
        session.run_step_fn(step_fn)
        raise AssertionError("StopIteration ends the block before this line")
    assert session.raw_session() is None and session.should_stop()
    assert [entry for entry in diary.entries if not isinstance(entry, dict)] == [
        "begin",
        ("Coordinator", 0),
        2,
        6,
        "end",
    ]


def test_the_end_of_the_input_is_a_good_end_and_another_error_is_not() -> None:
    model()
    diary = Diary()
    with tf.train.MonitoredSession(hooks=[diary]):
        raise tf.errors.OutOfRangeError(None, None, "no more")
    assert diary.entries == ["begin", ("Coordinator", 0), "end"]
    with tf.Graph().as_default():
        model()
        with pytest.raises(KeyError), tf.train.MonitoredSession(hooks=[diary]):
            raise KeyError("no")
    assert diary.entries[3:] == ["begin", ("Coordinator", 0)]


@pytest.mark.parametrize(("hooks", "by"), [(1, "a SessionRunHook and user"), (2, "two hooks")])
def test_a_tensor_fed_twice(hooks: int, by: str) -> None:
    x, y, _ = model()
    with tf.train.MonitoredSession(hooks=[Feeds() for _ in range(hooks)]) as session:
        with pytest.raises(RuntimeError) as caught:
            session.run(y, {x: 1.0} if hooks == 1 else None)
        assert str(caught.value) == f"Same tensor is fed by {by}. Conflict(s): ['x:0']"
    with tf.Graph().as_default():
        _, y, _ = model()
        with tf.train.MonitoredSession(hooks=[Feeds()]) as session:
            assert session.run(y) == 6


def test_one_checkpoint_and_an_init_fn(tmp_path: Any) -> None:
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    plus = tf.assign_add(v, 1.0)
    tf.train.get_or_create_global_step()
    scaffold = tf.train.Scaffold(init_fn=lambda scaffold, session: session.run(plus))
    with tf.train.SingularMonitoredSession(scaffold=scaffold) as session:
        assert session.run(v) == 1
        tf.train.Saver  # noqa: B018  # the name is there
        path = scaffold.saver.save(session.raw_session(), str(tmp_path / "mine"))
    with tf.Graph().as_default():
        v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
        tf.train.get_or_create_global_step()
        with tf.train.SingularMonitoredSession(checkpoint_filename_with_path=path) as session:
            assert session.run(v) == 1


class AbortsOnce(tf.train.SessionRunHook):
    """Aborts before its second run, and counts the sessions."""

    def __init__(self, error: type[Exception]) -> None:
        self.runs, self.sessions, self.error = 0, 0, error

    def after_create_session(self, session: Any, coord: Any) -> None:
        self.sessions += 1

    def before_run(self, run_context: Any) -> None:
        self.runs += 1
        if self.runs == 2:
            raise self.error(None, None, "Abort")


@pytest.mark.parametrize("error", [tf.errors.AbortedError, tf.errors.UnavailableError])
def test_a_run_that_is_aborted_begins_anew(error):
    *_, train = model()
    hook = AbortsOnce(error)
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        assert [session.run(train) for _ in range(3)] == [1, 1, 2]
        assert not session.should_stop()
    assert hook.sessions == 2


def test_what_is_saved_outlives_an_abort(tmp_path):
    train = tf.assign_add(tf.train.get_or_create_global_step(), 1)
    hook = AbortsOnce(tf.errors.AbortedError)
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=str(tmp_path), save_checkpoint_steps=1, hooks=[hook]
    ) as session:
        assert [session.run(train) for _ in range(3)] == [1, 2, 3]


def test_a_singular_session_is_given_up():
    *_, train = model()
    with (
        pytest.raises(tf.errors.AbortedError),
        tf.train.SingularMonitoredSession(hooks=[AbortsOnce(tf.errors.AbortedError)]) as session,
    ):
        session.run(train)
        session.run(train)


def test_a_thread_that_loops():
    turns: list[Any] = []
    coord = tf.train.Coordinator()

    def turn(number: int, *, most: int) -> None:
        turns.append(number)
        if len(turns) == most:
            coord.request_stop()

    looper = tf.train.LooperThread.loop(coord, 0.001, turn, (7,), {"most": 3})
    coord.join([looper])
    assert turns == [7, 7, 7]

    class Once(tf.train.LooperThread):
        def start_loop(self) -> None:
            turns.append("start")

        def run_loop(self) -> None:
            self._coord.request_stop()

        def stop_loop(self) -> None:
            turns.append("stop")

    coord = tf.train.Coordinator()
    Once(coord, None).start()
    coord.join()
    assert turns[3:] == ["start", "stop"]
    failing = tf.train.Coordinator()
    tf.train.LooperThread.loop(failing, None, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failing.join()
    with pytest.raises(ValueError, match="'coord' argument must be a Coordinator: 3"):
        tf.train.LooperThread(3, None)
