"""Every hook, driven at every run, as TensorFlow 1 does, and only when its cadence asks for it: nothing differs.

`CASES` has, for each hook class of the package, ways to make it. A tiny fake loop stands for the compiled one: it
makes many steps at once and comes back to Python after at most `CHUNK` of them, or when a hook must be called. Time is
faked: a step takes 0.01 s, so that every log line is the same in both.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import pkgutil
from unittest import mock

import numpy as np
import pytest

import estimators.hooks
import estimators.logging
from estimators.checkpoint import Saver, latest_checkpoint, read_checkpoint
from estimators.hooks import (
    CheckpointSaverHook,
    CheckpointSaverListener,
    FeedFnHook,
    FinalOpsHook,
    GlobalStepWaiterHook,
    InMemoryEvaluatorHook,
    LoggingTensorHook,
    NanTensorHook,
    ProfilerHook,
    ProgressBarHook,
    SecondOrStepTimer,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    StepCounterHook,
    StopAtStepHook,
    StopOnPredicateHook,
    SummarySaverHook,
    cadence,
    global_step_waiter,
    second_or_step_timer,
)
from estimators.scaffold import Scaffold
from model_fns.errors import NanLossDuringTrainingError, OutOfRangeError
from model_fns.global_step import get_or_create_global_step
from model_fns.graph.constant import constant
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from tests.estimators.fake_session import FakeSession

STEP_SECONDS = 0.01
CHUNK = 7


class Listener(CheckpointSaverListener):
    """Writes down what it is called with."""

    def __init__(self, stop_at=None):
        self.calls, self.stop_at = [], stop_at

    def __repr__(self):
        return "a listener"

    def begin(self):
        self.calls.append(("begin",))

    def before_save(self, session, step):
        self.calls.append(("before_save", step))

    def after_save(self, session, step):
        self.calls.append(("after_save", step))
        return step == self.stop_at

    def end(self, session, step):
        self.calls.append(("end", step))


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self):
        return True


CASES = {
    CheckpointSaverHook: [
        lambda m: CheckpointSaverHook(m.directory, save_steps=1),
        lambda m: CheckpointSaverHook(m.directory, save_steps=4, saver=m.saver, checkpoint_basename="b"),
        lambda m: CheckpointSaverHook(m.directory, save_steps=9, listeners=[m.listener(9)]),
        lambda m: CheckpointSaverHook(m.directory, save_steps=10**6, scaffold=Scaffold(saver=m.saver)),
    ],
    FeedFnHook: [lambda m: FeedFnHook(lambda: {m.loss: 1.0})],
    FinalOpsHook: [
        lambda m: FinalOpsHook(m.loss),
        lambda m: FinalOpsHook({"step": m.step}),
        lambda m: FinalOpsHook(None),
    ],
    GlobalStepWaiterHook: [lambda m: GlobalStepWaiterHook(0)],
    InMemoryEvaluatorHook: [
        lambda m: InMemoryEvaluatorHook(m, None, every_n_iter=1),
        lambda m: InMemoryEvaluatorHook(m, None, steps=3, name="n", every_n_iter=6),
    ],
    LoggingTensorHook: [
        lambda m: LoggingTensorHook({"step": m.step, "loss": m.loss}, every_n_iter=1),
        lambda m: LoggingTensorHook({"step": "global_step", "loss": "loss:0"}, every_n_iter=4),
        lambda m: LoggingTensorHook(["loss"], every_n_iter=100, at_end=True),
        lambda m: LoggingTensorHook([m.loss], at_end=True),
        lambda m: LoggingTensorHook({"s": m.step}, every_n_iter=3, formatter=lambda values: f"at {values['s']}"),
    ],
    NanTensorHook: [lambda m: NanTensorHook(m.loss), lambda m: NanTensorHook(m.loss, fail_on_nan_loss=False)],
    ProfilerHook: [
        lambda m: ProfilerHook(save_steps=1, output_dir=m.directory),
        lambda m: ProfilerHook(save_steps=6, output_dir=m.directory),
    ],
    ProgressBarHook: [
        lambda m: ProgressBarHook(last_step=25, file=Terminal()),
        lambda m: ProgressBarHook(file=Terminal()),
        lambda m: ProgressBarHook(last_step=25, file=io.StringIO()),
    ],
    StepCounterHook: [
        lambda m: StepCounterHook(),
        lambda m: StepCounterHook(every_n_steps=1),
        lambda m: StepCounterHook(every_n_steps=6, summary_writer=m.writer),
    ],
    StopAtStepHook: [
        lambda m: StopAtStepHook(num_steps=1),
        lambda m: StopAtStepHook(num_steps=11),
        lambda m: StopAtStepHook(last_step=11),
        lambda m: StopAtStepHook(last_step=10**6),
    ],
    StopOnPredicateHook: [
        lambda m: StopOnPredicateHook(lambda: m.runs > 12, None, 4),
        lambda m: StopOnPredicateHook(lambda: False, None, 1),
    ],
    SummarySaverHook: [
        lambda m: SummarySaverHook(save_steps=1, summary_writer=m.writer, summary_op=m.loss),
        lambda m: SummarySaverHook(save_steps=4, summary_writer=m.writer, summary_op=[m.loss, m.loss]),
        lambda m: SummarySaverHook(save_steps=4, summary_writer=m.writer, scaffold=Scaffold()),
        lambda m: SummarySaverHook(save_steps=4, summary_op=m.loss),
    ],
}
MAKERS = [
    pytest.param(make, id=f"{cls.__name__}-{n}") for cls, makers in CASES.items() for n, make in enumerate(makers)
]


def test_every_hook_has_a_case():
    modules = [
        importlib.import_module(f"estimators.hooks.{module.name}")
        for module in pkgutil.iter_modules(estimators.hooks.__path__)
    ]
    found = {
        item
        for module in modules
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, SessionRunHook) and item is not SessionRunHook
    }
    missing = sorted(cls.__name__ for cls in found - CASES.keys())
    assert not missing, f"tests/test_every_hook.py: add to CASES how to make {missing}"
    for cls in found:
        assert getattr(estimators.hooks, cls.__name__, None) is cls, (
            f"estimators/hooks/__init__.py: export {cls.__name__}"
        )


# --- the fake loop ---------------------------------------------------------------------------------------------------


class Model:
    """A graph with a global step and a loss, and a session in which runs advance them."""

    def __init__(self, directory, monkeypatch, advance=1, nan_at=None, batches=None):
        self.directory, self.advance, self.nan_at, self.batches = str(directory), advance, nan_at, batches
        self.runs = self.called = 0
        self.graph = Graph()
        with self.graph.as_default():
            self.step = get_or_create_global_step()
            self.loss = constant(0.0, name="loss")
            self.saver = Saver(max_to_keep=None)
            self.graph.add_to_collection(GraphKeys.SAVERS, self.saver)
        self.session = FakeSession(self.graph, {self.loss: self.value})
        self.session.state.arrays["global_step"] = np.array(0, np.int64)
        self.writer = mock.Mock()
        self.listeners = []
        monkeypatch.setattr(second_or_step_timer.time, "time", lambda: 1e9 + self.runs * STEP_SECONDS)

    def listener(self, stop_at=None):
        self.listeners.append(Listener(stop_at))
        return self.listeners[-1]

    def value(self):
        return np.float32(np.nan if self.nan_at is not None and self.runs >= self.nan_at else 1 / (1 + self.runs))

    def evaluate_session(self, session, input_fn, steps, hooks, name):
        """Of the Estimator that the model stands for."""
        self.writer.evaluate(int(session.run(self.step)), steps, name)

    def one_run(self):
        if self.batches is not None and self.runs >= self.batches:
            raise OutOfRangeError(None, None, "End of sequence")
        self.runs += 1
        self.session.state.arrays["global_step"] += self.advance(self.runs) if callable(self.advance) else self.advance

    def train(self, hooks, runs, by_cadence):
        """Up to `runs` runs with `hooks`; the way of TensorFlow's monitored session."""
        with self.graph.as_default():
            for hook in hooks:
                hook.begin()
            for hook in hooks:
                hook.after_create_session(self.session, None)
            with contextlib.suppress(OutOfRangeError, StopIteration):
                (self._by_cadence if by_cadence else self._every_run)(hooks, runs)
            for hook in hooks:
                hook.end(self.session)

    def _every_run(self, hooks, runs):
        for _ in range(runs):
            context = SessionRunContext(SessionRunArgs(None), self.session)
            asked = [hook.before_run(context) for hook in hooks]
            self.one_run()
            for hook, args in zip(hooks, asked, strict=True):
                self.called += 1
                hook.after_run(context, self.values_of(args))
            if context.stop_requested:
                return

    def _by_cadence(self, hooks, runs):
        """`due` counts down the runs until each hook's next call, `since` up those after its last one."""
        due, since = {hook: cadence(hook) for hook in hooks}, dict.fromkeys(hooks, 0)
        while runs > 0:
            wanted = [due[hook] for hook in hooks if due[hook]]
            count = min([*wanted, CHUNK, runs])
            called = [hook for hook in hooks if due[hook] in (0, count)]
            context = SessionRunContext(SessionRunArgs(None), self.session)
            asked = {}
            for hook in called:
                context.runs = since[hook] + count
                asked[hook] = hook.before_run(context)
            done = self._chunk(count, any(getattr(hook, "checks_every_run", False) for hook in called))
            runs -= done
            for hook in hooks:
                since[hook] += done
                due[hook] = due[hook] - done if due[hook] else due[hook]
            for hook in called:
                self.called += 1
                context.runs, since[hook] = since[hook], 0
                hook.after_run(context, self.values_of(asked[hook]))
                due[hook] = cadence(hook)
            if context.stop_requested:
                return

    def _chunk(self, count, stop_at_nan):
        for done in range(1, count + 1):
            self.one_run()
            if done == count or (stop_at_nan and np.isnan(self.value())):
                return done
        raise AssertionError("a chunk has at least one run")

    def values_of(self, args):
        return SessionRunValues(None if args is None else self.session.run(args.fetches), None, None)


def both_ways(tmp_path, monkeypatch, caplog, make, runs, **options):
    """What happened when `make`'s hook was driven at every run, and when it was driven by cadence."""
    caplog.set_level("INFO", "tensorflow")
    outcomes, calls = [], []
    monkeypatch.setattr(second_or_step_timer.time, "sleep", lambda seconds: None)
    estimators.logging._calls.clear()  # log_first_n counts for the whole process
    for by_cadence in (False, True):
        caplog.clear()
        estimators.logging._calls.clear()
        with monkeypatch.context() as patch:
            model = Model(tmp_path / str(by_cadence), patch, **options)
            error = None
            try:
                with model.graph.as_default():
                    hook = make(model)
                model.train([hook], runs, by_cadence)
                model.train([hook], 3, by_cadence)  # and again with the same hook
            except NanLossDuringTrainingError as raised:
                error = str(raised)
        outcomes.append(
            {
                "runs": model.runs,
                "log": [line.replace(model.directory, "DIR") for line in caplog.messages],
                "checkpoints": [path.replace(model.directory, "DIR") for path in model.saver.last_checkpoints],
                "listeners": [listener.calls for listener in model.listeners],
                "written": model.writer.mock_calls,
                "final": getattr(hook, "final_ops_values", None),
                "error": error,
            }
        )
        calls.append(model.called)
    return outcomes, calls


@pytest.mark.parametrize("runs", [0, 1, 2, 25])
@pytest.mark.parametrize("make", MAKERS)
def test_by_cadence_as_at_every_run(tmp_path, monkeypatch, caplog, make, runs):
    (every_run, by_cadence), calls = both_ways(tmp_path, monkeypatch, caplog, make, runs)
    assert by_cadence == every_run
    assert calls[1] <= calls[0]


@pytest.mark.parametrize(
    "advance",
    [2, 3, 0, lambda run: run % 2, lambda run: 1 + (run > 10), lambda run: 5 * (run % 5 == 0)],
    ids=["2", "3", "0", "every other run", "faster later", "5 in 5"],
)
@pytest.mark.parametrize("make", MAKERS)
def test_a_global_step_of_another_pace(tmp_path, monkeypatch, caplog, make, advance):
    (every_run, by_cadence), _ = both_ways(tmp_path, monkeypatch, caplog, make, 25, advance=advance)
    if advance in (2, 3, 0):
        assert by_cadence == every_run
    else:  # an irregular pace may be seen some runs late, but never more than a hook's own interval
        assert by_cadence["error"] == every_run["error"] and by_cadence["final"] == every_run["final"]


@pytest.mark.parametrize("make", MAKERS)
def test_the_end_of_the_input(tmp_path, monkeypatch, caplog, make):
    (every_run, by_cadence), _ = both_ways(tmp_path, monkeypatch, caplog, make, 25, batches=12)
    assert by_cadence == every_run


@pytest.mark.parametrize("nan_at", [1, 5, 18])
@pytest.mark.parametrize("make", CASES[NanTensorHook])
def test_nan(tmp_path, monkeypatch, caplog, make, nan_at):
    (every_run, by_cadence), _ = both_ways(tmp_path, monkeypatch, caplog, make, 25, nan_at=nan_at)
    assert by_cadence == every_run
    if every_run["error"]:
        assert (every_run["runs"], every_run["error"]) == (nan_at, "NaN loss during training.")
    assert every_run["log"][0] == "Model diverged with loss = NaN."


@pytest.mark.parametrize(
    "make, most",
    [
        (lambda m: LoggingTensorHook(["loss"], every_n_iter=100), 10),
        (lambda m: CheckpointSaverHook(m.directory, save_steps=400), 5),
        (lambda m: StepCounterHook(every_n_steps=100), 11),
        (lambda m: StopAtStepHook(num_steps=1000), 3),
        (lambda m: SummarySaverHook(save_steps=100, summary_writer=m.writer, summary_op=m.loss), 12),
        (lambda m: LoggingTensorHook(["loss"], at_end=True), 0),
        (lambda m: FinalOpsHook(m.loss), 0),
        (lambda m: GlobalStepWaiterHook(0), 1),
        (lambda m: NanTensorHook(m.loss), 1000 // CHUNK + 1),
    ],
)
def test_a_thousand_runs_need_few_calls(tmp_path, monkeypatch, make, most):
    model = Model(tmp_path, monkeypatch)
    with model.graph.as_default():
        hook = make(model)
    model.train([hook], 1000, by_cadence=True)
    assert model.runs == 1000 and model.called <= most


# --- what TensorFlow 1.15 printed and called -------------------------------------------------------------------------


@pytest.mark.parametrize("by_cadence", [False, True])
def test_as_tensorflow_prints_it(tmp_path, monkeypatch, caplog, by_cadence):
    """The same program was run on TensorFlow 1.15.5, with the same fake clock."""
    caplog.set_level("INFO", "tensorflow")
    model = Model(tmp_path, monkeypatch)
    with model.graph.as_default():
        constant(0.000012345, name="const")
        listener = model.listener()
        hooks = [
            CheckpointSaverHook(model.directory, save_steps=2, saver=model.saver, listeners=[listener]),
            StepCounterHook(every_n_steps=2),
            StopAtStepHook(num_steps=5),
            LoggingTensorHook({"step": model.step, "b": "const"}, every_n_iter=2),
            LoggingTensorHook(["const:0"], at_end=True),
        ]
    model.session.values[model.graph.get_tensor_by_name("const:0")] = lambda: np.float32(0.000012345)
    model.train(hooks, 100, by_cadence)
    assert [line for line in caplog.messages if "Manually adding it" not in line] == [
        "Create CheckpointSaverHook.",
        f"Saving checkpoints for 0 into {tmp_path}/model.ckpt.",
        "b = 1.2345e-05, step = 1",
        f"Saving checkpoints for 2 into {tmp_path}/model.ckpt.",
        "global_step/sec: 100",
        "b = 1.2345e-05, step = 3 (0.020 sec)",
        f"Saving checkpoints for 4 into {tmp_path}/model.ckpt.",
        "global_step/sec: 100",
        "b = 1.2345e-05, step = 5 (0.020 sec)",
        f"Saving checkpoints for 5 into {tmp_path}/model.ckpt.",
        "const:0 = 1.2345e-05",
    ]
    saves = [("before_save", 0), ("after_save", 0)]
    saves += [(name, step) for step in (2, 4, 5) for name in ("before_save", "after_save")]
    assert listener.calls == [("begin",), *saves, ("end", 5)]


class Recorder(SessionRunHook):
    """A foreign hook: says nothing about its cadence."""

    def __init__(self, name, record):
        self.name, self.record = name, record

    def begin(self):
        self.record.append(f"{self.name}.begin")

    def after_create_session(self, session, coord):
        self.record.append(f"{self.name}.after_create_session")

    def before_run(self, run_context):
        self.record.append(f"{self.name}.before_run")

    def after_run(self, run_context, run_values):
        self.record.append(f"{self.name}.after_run {run_context.runs} {run_values.results}")

    def end(self, session):
        self.record.append(f"{self.name}.end")


@pytest.mark.parametrize("by_cadence", [False, True])
def test_the_order_of_calls(tmp_path, monkeypatch, by_cadence):
    record = []
    model = Model(tmp_path, monkeypatch)
    model.train([Recorder("a", record), Recorder("b", record)], 2, by_cadence)
    run = ["a.before_run", "b.before_run", "a.after_run 1 None", "b.after_run 1 None"]
    start = ["a.begin", "b.begin", "a.after_create_session", "b.after_create_session"]
    assert record == [*start, *run, *run, "a.end", "b.end"]


@pytest.mark.parametrize("by_cadence", [False, True])
def test_the_progress_bar(tmp_path, monkeypatch, by_cadence):
    terminal, file = Terminal(), io.StringIO()
    model = Model(tmp_path, monkeypatch)
    model.train(
        [ProgressBarHook(25, terminal), ProgressBarHook(25, file), StopAtStepHook(num_steps=20)], 100, by_cadence
    )
    last = terminal.getvalue().rpartition("\r")[2]
    assert " 80%" in last and "20/25" in last and last.endswith("\n")
    assert file.getvalue() == ""


def test_what_is_printed_appears_above_the_progress_bar(tmp_path, monkeypatch, capsys):
    model = Model(tmp_path, monkeypatch)

    class Talking(SessionRunHook):
        def after_run(self, run_context, run_values):
            print("hello")

    model.train([ProgressBarHook(2, terminal := Terminal()), Talking()], 2, by_cadence=False)
    print("after")
    assert capsys.readouterr().out.splitlines()[-1] == "after"
    assert "2/2" in terminal.getvalue()


# --- cadence ---------------------------------------------------------------------------------------------------------


class Quiet(LoggingTensorHook):
    def _log_tensors(self, tensor_values):
        pass


class Counting(LoggingTensorHook):
    def after_run(self, run_context, run_values):
        super().after_run(run_context, run_values)


class OwnCadence(Counting):
    def next_run(self):
        return 17


class Mixin:
    def before_run(self, run_context):
        return None


class Mixed(Mixin, StopAtStepHook):
    pass


class EndOnly(SessionRunHook):
    def end(self, session):
        pass


def test_cadence():
    def logging(cls, n):
        return cls(["x"], every_n_iter=n)

    assert cadence(SessionRunHook()) is None
    assert cadence(EndOnly()) is None
    assert cadence(FinalOpsHook(None)) is None
    assert cadence(Recorder("a", [])) == 1
    assert cadence(FeedFnHook(dict)) == 1
    assert cadence(NanTensorHook("loss")) == 0 and NanTensorHook.checks_every_run
    assert cadence(LoggingTensorHook(["x"], at_end=True)) is None
    for cls, expected in ((LoggingTensorHook, 9), (Quiet, 9), (Counting, 1), (OwnCadence, 17)):
        hook = logging(cls, 9)
        hook._timer.update_last_triggered_step(0)
        hook._iter_count = 1
        assert cadence(hook) == expected
    assert cadence(Mixed(last_step=5)) == 1
    patched = logging(LoggingTensorHook, 9)
    patched._timer.update_last_triggered_step(0)
    patched.after_run = lambda *arguments: None
    assert cadence(patched) == 1
    assert cadence(mock.Mock(spec=SessionRunHook)) == 1


def test_hooks_driven_by_hand_need_no_context(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO", "tensorflow")
    model = Model(tmp_path, monkeypatch)
    hook = LoggingTensorHook({"loss": model.loss}, every_n_iter=2)
    with model.graph.as_default():
        hook.begin()
    for run in range(5):
        args = hook.before_run(None)
        assert (args is not None) == (run % 2 == 0)
        hook.after_run(None, SessionRunValues({"loss": run} if args else None, None, None))
    assert [line.split(" (")[0] for line in caplog.messages] == ["loss = 0", "loss = 2", "loss = 4"]


def test_by_seconds(tmp_path, monkeypatch, caplog):
    """Hooks that go by the clock are looked at whenever the loop comes back to Python."""
    caplog.set_level("INFO", "tensorflow")
    model = Model(tmp_path, monkeypatch)
    hooks = [
        LoggingTensorHook({"s": model.step}, every_n_secs=20 * STEP_SECONDS),
        CheckpointSaverHook(model.directory, save_secs=30 * STEP_SECONDS, saver=model.saver),
        StepCounterHook(every_n_steps=None, every_n_secs=50 * STEP_SECONDS),
    ]
    model.train(hooks, 100, by_cadence=True)
    steps = [int(line.split()[2]) for line in caplog.messages if line.startswith("s = ")]
    assert steps[0] == 1 and all(20 <= b - a <= 20 + 2 * CHUNK for a, b in itertools.pairwise(steps))
    saved = [int(line.split()[3]) for line in caplog.messages if line.startswith("Saving")]
    assert saved[0] == 0 and saved[-1] == 100 and all(b - a <= 30 + CHUNK for a, b in itertools.pairwise(saved))
    assert caplog.text.count("global_step/sec: 100") == 1


# --- one by one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make, error",
    [
        (
            lambda: LoggingTensorHook(["t"]),
            "either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.",
        ),
        (
            lambda: LoggingTensorHook(["t"], every_n_iter=5, every_n_secs=5),
            "either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.",
        ),
        (lambda: LoggingTensorHook(["t"], every_n_iter=0), "invalid every_n_iter=0."),
        (lambda: StopAtStepHook(), "One of num_steps or last_step must be specified."),
        (lambda: StopAtStepHook(1, 2), "Only one of num_steps or last_step can be specified."),
        (lambda: CheckpointSaverHook("d"), "Either every_secs or every_steps should be provided."),
        (lambda: CheckpointSaverHook("d", 1, 2), "Can not provide both every_secs and every_steps."),
        (
            lambda: CheckpointSaverHook("d", save_steps=1, saver=1, scaffold=1),
            "You cannot provide both saver and scaffold.",
        ),
        (lambda: StepCounterHook(None), "exactly one of every_n_steps and every_n_secs should be provided."),
        (lambda: StepCounterHook(1, 1), "exactly one of every_n_steps and every_n_secs should be provided."),
        (lambda: SecondOrStepTimer(), "Either every_secs or every_steps should be provided."),
        (lambda: SecondOrStepTimer(1, 1), "Can not provide both every_secs and every_steps."),
    ],
)
def test_errors_of_constructors(make, error):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == error


@pytest.mark.parametrize(
    "hook, name",
    [
        (StopAtStepHook(1), "StopAtStepHook"),
        (CheckpointSaverHook("d", 1), "CheckpointSaverHook"),
        (StepCounterHook(), "StepCounterHook"),
        (GlobalStepWaiterHook(1), "_GlobalStepWaiterHook"),
    ],
)
def test_no_global_step(hook, name):
    with Graph().as_default(), pytest.raises(RuntimeError, match=f"Global step should be created to use {name}."):
        hook.begin()


def test_names_of_tensors(tmp_path, monkeypatch):
    model = Model(tmp_path, monkeypatch)
    with model.graph.as_default():
        LoggingTensorHook(["loss", "loss:0", model.loss, model.step], every_n_iter=1).begin()
        with pytest.raises(KeyError, match=r"'lost:0' refers to a Tensor which does not exist.*Did you mean 'loss'\?"):
            LoggingTensorHook(["lost"], every_n_iter=1).begin()
        with pytest.raises(KeyError, match="does not exist in the graph."):
            LoggingTensorHook(["nothing/like:0"], every_n_iter=1).begin()
    with (
        Graph().as_default(),
        pytest.raises(ValueError, match="should have graph attribute that is equal to current graph"),
    ):
        LoggingTensorHook([model.loss], every_n_iter=1).begin()


def test_the_print_options_are_put_back(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO", "tensorflow")
    model = Model(tmp_path, monkeypatch)
    hook = LoggingTensorHook({"a": model.loss}, every_n_iter=1, formatter=lambda values: values["missing"])
    before = np.get_printoptions()
    model.session.values[model.loss] = lambda: np.array([1e-5, 1.0], np.float32)
    with pytest.raises(KeyError):
        model.train([hook], 1, by_cadence=False)
    assert np.get_printoptions() == before
    model.train([LoggingTensorHook({"a": model.loss}, every_n_iter=1)], 1, by_cadence=False)
    assert caplog.messages == ["a = [0.00001 1.     ]"]


def test_stop_at_step_counts_from_where_the_session_started(tmp_path, monkeypatch):
    model = Model(tmp_path, monkeypatch)
    model.session.state.arrays["global_step"][...] = 100
    hook = StopAtStepHook(num_steps=10)
    model.train([hook], 50, by_cadence=True)
    assert model.runs == 10
    model.train([hook], 50, by_cadence=True)  # the step was settled: a recovery must not add to it
    assert model.runs == 11


def test_a_listener_stops_the_training(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO", "tensorflow")
    model = Model(tmp_path, monkeypatch)
    listener = model.listener(stop_at=6)
    model.train([CheckpointSaverHook(model.directory, save_steps=3, listeners=[listener])], 50, by_cadence=True)
    assert model.runs == 6
    assert f"A CheckpointSaverListener requested that training be stopped. listener: {listener}" in caplog.messages


def test_a_checkpoint_that_cannot_be_written(tmp_path, monkeypatch, caplog):
    model = Model(tmp_path, monkeypatch)
    listener, real_save = model.listener(), model.saver.save

    def save(session, path, global_step):
        if global_step in (4, 6):
            raise OSError(28, "No space left on device")
        return real_save(session, path, global_step)

    saver = mock.Mock(save=save)
    model.train(
        [CheckpointSaverHook(model.directory, save_steps=2, saver=saver, listeners=[listener])], 9, by_cadence=True
    )
    assert model.runs == 9
    assert [call for call in listener.calls if call[0] == "after_save"] == [
        ("after_save", step) for step in (0, 2, 8, 9)
    ]
    warning = (
        "The checkpoint for step 4 was not saved, and training goes on without it: [Errno 28] No space left on device"
    )
    assert caplog.messages[0] == warning
    assert latest_checkpoint(model.directory) == f"{model.directory}/model.ckpt-9"


@pytest.mark.parametrize("fails_at, saves", [((), [0, 4]), ((4,), [0, 4, 4])])
def test_the_last_step_is_saved_once(tmp_path, monkeypatch, fails_at, saves):
    model, tried = Model(tmp_path, monkeypatch), []

    def save(session, path, global_step):
        tried.append(global_step)
        if global_step in fails_at:
            raise OSError("no")

    model.train([CheckpointSaverHook(model.directory, save_steps=4, saver=mock.Mock(save=save))], 4, by_cadence=True)
    assert tried == saves


def test_a_directory_deleted_under_the_job(tmp_path, monkeypatch):
    model = Model(tmp_path / "model", monkeypatch)
    hook = CheckpointSaverHook(model.directory, save_steps=2)
    model.train([hook], 2, by_cadence=True)
    for path in (tmp_path / "model").iterdir():
        path.unlink()
    (tmp_path / "model").rmdir()
    model.train([hook], 2, by_cadence=True)
    assert read_checkpoint(latest_checkpoint(model.directory))[0]["global_step"] == 4


def test_which_saver(tmp_path, monkeypatch):
    model = Model(tmp_path, monkeypatch)
    model.graph.get_collection_ref(GraphKeys.SAVERS).clear()
    hook = CheckpointSaverHook(model.directory, save_steps=2)
    with pytest.raises(
        RuntimeError, match="No items in collection savers. Please add a saver to the collection or provide"
    ):
        model.train([hook], 1, by_cadence=False)
    model.graph.get_collection_ref(GraphKeys.SAVERS).extend([model.saver, model.saver])
    with pytest.raises(RuntimeError, match="More than one item in collection savers. Please indicate which one to use"):
        model.train([hook], 1, by_cadence=False)


def test_a_step_that_is_not_counted_is_warned_of(tmp_path, monkeypatch, caplog):
    estimators.logging._calls.clear()
    model = Model(tmp_path, monkeypatch, advance=0)
    model.train([StepCounterHook()], 30, by_cadence=True)
    warnings = [
        line for line in caplog.messages if line.startswith("It seems that global step (tf.train.get_global_step)")
    ]
    assert len(warnings) == 5
    assert "Current value (could be stable): 0 vs previous value: 0. You could increase" in warnings[0]


def test_step_counter_gives_its_number_to_a_writer(tmp_path, monkeypatch):
    model = Model(tmp_path, monkeypatch)
    model.train([StepCounterHook(every_n_steps=10, summary_writer=model.writer)], 25, by_cadence=True)
    written = [(call.args[0].value[0].tag, call.args[1]) for call in model.writer.add_summary.mock_calls]
    assert written == [("global_step/sec", 11), ("global_step/sec", 21)]


def test_summary_saver_by_the_clock(tmp_path, monkeypatch):
    model = Model(tmp_path, monkeypatch)
    model.train([SummarySaverHook(save_secs=0.1, summary_writer=model.writer, summary_op=model.loss)], 50, True)
    steps = [call.args[1] for call in model.writer.add_summary.mock_calls]
    assert steps[0] == 1 and 3 <= len(steps) <= 6  # it looks at the clock once in CHUNK runs of 0.01 s


def test_global_step_waiter(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO", "tensorflow")
    model = Model(tmp_path, monkeypatch)
    step = model.session.state.arrays["global_step"]
    monkeypatch.setattr(global_step_waiter.time, "sleep", lambda seconds: np.add(step, 900, out=step))
    model.train([GlobalStepWaiterHook(2500)], 3, by_cadence=True)
    assert step == 2703 and model.called == 1
    assert caplog.messages == [
        "Waiting for global step 2500 before starting training.",
        "Waiting for global step 2500 before starting training. Current step is 1800.",
    ]


def test_final_ops(tmp_path, monkeypatch, caplog):
    model = Model(tmp_path, monkeypatch)
    hook = FinalOpsHook([model.step, model.loss])
    assert hook.final_ops_values is None
    model.train([hook], 3, by_cadence=True)
    assert hook.final_ops_values == [3, 0.25]

    def ended():
        raise OutOfRangeError(None, None, "End of sequence")

    model.session.values[model.loss] = ended
    with pytest.raises(OutOfRangeError):
        FinalOpsHook(model.loss).end(model.session)
    assert "An OutOfRangeError or StopIteration exception is raised by the code in FinalOpsHook." in caplog.messages[0]


def test_feed_fn():
    feeds = iter([{"x": 1}, {"x": 2}])
    hook = FeedFnHook(lambda: next(feeds))
    assert [hook.before_run(None) for _ in range(2)] == [SessionRunArgs(None, {"x": 1}), SessionRunArgs(None, {"x": 2})]


def test_timer(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(second_or_step_timer.time, "time", lambda: now[0])
    timer = SecondOrStepTimer(every_secs=1.0)
    assert timer.should_trigger_for_step(5) and timer.last_triggered_step() is None
    assert timer.update_last_triggered_step(5) == (None, None)
    assert timer.last_triggered_step() == 5 and not timer.should_trigger_for_step(5)
    now[0] += 1.5
    assert timer.should_trigger_for_step(6) and not timer.should_trigger_for_step(5)
    assert timer.update_last_triggered_step(8) == (1.5, 3)
    timer.reset()
    assert timer.should_trigger_for_step(8)
    timer = SecondOrStepTimer(every_steps=3)
    timer.update_last_triggered_step(10)
    assert [timer.should_trigger_for_step(step) for step in (10, 11, 12, 13, 20)] == [False, False, False, True, True]


def test_run_context():
    context = SessionRunContext(SessionRunArgs("fetches", {"a": 1}), "session")
    assert (context.runs, context.session, context.original_args) == (1, "session", ("fetches", {"a": 1}, None))
    assert not context.stop_requested
    context.request_stop()
    assert context.stop_requested
