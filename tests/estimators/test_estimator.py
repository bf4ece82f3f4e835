"""The Estimator from outside: train, evaluate, predict, what is kept, what is logged, what is refused."""

from __future__ import annotations

import logging as standard_logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimators.checkpoint import latest_checkpoint
from estimators.estimator import Estimator
from estimators.hooks import CheckpointSaverListener, LoggingTensorHook, SessionRunArgs, SessionRunHook
from estimators.run_config import RunConfig
from input_fns.numpy_input import numpy_input_fn
from model_fns import layers, losses
from model_fns.errors import DataLossError, InvalidArgumentError, NanLossDuringTrainingError, NotFoundError
from model_fns.estimator_spec import EstimatorSpec
from model_fns.global_step import get_global_step
from model_fns.graph.keys import GraphKeys
from model_fns.mode_keys import ModeKeys
from model_fns.ops.reduction import reduce_mean
from model_fns.optimizers import GradientDescentOptimizer
from model_fns.variables import Variable
from tests.estimators.models import DIGITS, line_input, model_fn, prediction_input, training_input
from tests.estimators.models import test_input as evaluation_input


def estimator(directory: Path | str | None, **params: Any) -> Estimator:
    return Estimator(model_fn, directory, RunConfig(tf_random_seed=1), params)


def linear_model(features: Any, labels: Any, mode: str) -> EstimatorSpec:
    out = layers.dense(features["x"], 1)
    if mode == "infer":
        return EstimatorSpec(mode, predictions=out)
    loss = losses.mean_squared_error(labels, out)
    return EstimatorSpec(
        mode, loss=loss, train_op=GradientDescentOptimizer(0.1).minimize(loss, global_step=get_global_step())
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Estimator:
    model = estimator(tmp_path_factory.mktemp("trained"), rate=0.1)
    return model.train(training_input(), steps=600)


def test_learns(trained: Estimator) -> None:
    result = trained.evaluate(evaluation_input())
    assert result["accuracy"] > 0.9
    assert list(result) == ["accuracy", "loss", "global_step"]
    assert result["global_step"] == 600 and isinstance(result["loss"], np.float32)


def test_evaluating_twice_gives_the_same(trained: Estimator) -> None:
    assert trained.evaluate(evaluation_input()) == trained.evaluate(evaluation_input())


def test_evaluation_does_not_depend_on_batches(trained: Estimator) -> None:
    by_one, by_many = (trained.evaluate(evaluation_input(size)) for size in (1, 357))
    assert by_one["accuracy"] == pytest.approx(by_many["accuracy"], abs=1e-6)
    assert by_one["loss"] == pytest.approx(by_many["loss"], rel=1e-4)


def test_evaluate_some_steps(trained: Estimator) -> None:
    first = numpy_input_fn({"x": DIGITS.test.features[:200]}, DIGITS.test.labels[:200], 100, 1, False)
    assert trained.evaluate(evaluation_input(), steps=2) == trained.evaluate(first)


def test_predicts(trained: Estimator) -> None:
    predictions = list(trained.predict(prediction_input()))
    assert sum(p["classes"] == label for p, label in zip(predictions, DIGITS.test.labels, strict=False)) >= 8
    assert predictions[0]["probabilities"].sum() == pytest.approx(1, abs=1e-5)


def test_predict_keys_and_batches(trained: Estimator) -> None:
    batches = list(trained.predict(prediction_input(), predict_keys=["classes"], yield_single_examples=False))
    assert [list(batch) for batch in batches] == [["classes"]] * 3
    assert [len(batch["classes"]) for batch in batches] == [4, 4, 2]
    with pytest.raises(ValueError, match="Expected to run at least one output from .*, provided"):
        next(trained.predict(prediction_input(), predict_keys="nothing"))


def test_predict_is_lazy_and_interleaves(trained: Estimator) -> None:
    first, second = trained.predict(prediction_input(8)), trained.predict(prediction_input(8))
    pairs = [(next(first)["classes"], next(second)["classes"]) for _ in range(8)]
    assert all(a == b for a, b in pairs)


def test_one_program_for_all_batches(trained: Estimator) -> None:
    """Batches of 1, 37 and 100 run the same machine code."""
    inputs = [numpy_input_fn({"x": DIGITS.test.features[:n]}, None, n, 1, False) for n in (1, 37, 100)]
    list(trained.predict(inputs[0]))
    source = trained.compiled_source("infer")
    for fn, count in zip(inputs, (1, 37, 100), strict=True):
        assert [p["classes"] for p in trained.predict(fn)] == list(trained_classes(trained, count))
    assert trained.compiled_source("infer") is source


def trained_classes(model: Estimator, count: int) -> list[int]:
    return [
        p["classes"] for p in model.predict(numpy_input_fn({"x": DIGITS.test.features[:count]}, None, 10, 1, False))
    ]


def test_variables(trained: Estimator) -> None:
    names = trained.get_variable_names()
    assert {
        "dense/kernel",
        "dense/bias",
        "logits/kernel",
        "dense/kernel/Adam",
        "dense/kernel/Adam_1",
        "beta1_power",
        "global_step",
    } <= set(names)
    assert trained.get_variable_value("dense/kernel").shape == (64, 25)


def test_explains_and_shows_its_source(trained: Estimator) -> None:
    trained.evaluate(evaluation_input())
    assert "def run(table, worker, workers):" in trained.compiled_source("train")
    assert "== merge_twins" in trained.explain("eval")


def test_a_new_process_would_find_the_weights(trained: Estimator) -> None:
    again = estimator(trained.model_dir, rate=0.1)
    assert again.evaluate(evaluation_input()) == trained.evaluate(evaluation_input())
    for a, b in zip(again.predict(prediction_input()), trained.predict(prediction_input()), strict=True):
        np.testing.assert_array_equal(a["probabilities"], b["probabilities"])


def test_steps_add_up_and_max_steps_do_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = estimator(tmp_path)
    model.train(training_input(), steps=10).train(training_input(), steps=10)
    assert model.get_variable_value("global_step") == 20
    caplog.set_level(standard_logging.INFO, "tensorflow")
    model.train(lambda: pytest.fail("input_fn must not be called"), max_steps=20)
    assert "Skipping training since max_steps has already saved." in caplog.messages


def test_calling_twice_is_training_straight(tmp_path: Path) -> None:
    estimator(tmp_path / "a").train(training_input(), steps=20).train(training_input(), steps=30)
    estimator(tmp_path / "b").train(training_input(), steps=50)
    for name in ("dense/kernel", "logits/bias", "dense/kernel/Adam_1"):
        a, b = (estimator(tmp_path / x).get_variable_value(name) for x in "ab")
        np.testing.assert_array_equal(a, b)


def test_finite_input_ends_training(tmp_path: Path) -> None:
    rows = numpy_input_fn({"x": DIGITS.train.features[:50]}, DIGITS.train.labels[:50], 8, 1, True)
    model = estimator(tmp_path)
    model.train(rows)
    assert model.get_variable_value("global_step") == 7  # the last batch has 2 rows
    model.train(rows)
    assert model.get_variable_value("global_step") == 14


def test_model_fn_is_called_once_for_each_mode(tmp_path: Path) -> None:
    calls: list[str] = []

    def counting(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        calls.append(mode)
        return linear_model(features, labels, mode)

    model = Estimator(counting, tmp_path)
    for _ in range(3):
        model.train(line_input(), steps=2)
        model.evaluate(line_input(), steps=2)
    assert calls == ["train", "eval"]


def test_other_input_makes_another_graph(tmp_path: Path) -> None:
    model = Estimator(linear_model, tmp_path)
    model.train(line_input(), steps=2)
    x = np.ones((4, 1), np.float32)
    model.train(numpy_input_fn({"x": x}, np.ones((4, 1), np.float32), 2, 1, False))
    assert model.get_variable_value("global_step") == 4


def test_deleted_directory_starts_anew(tmp_path: Path) -> None:
    model = Estimator(linear_model, tmp_path / "model")
    model.train(line_input(), steps=5)
    shutil.rmtree(tmp_path / "model")
    model.train(line_input(), steps=3)
    assert model.get_variable_value("global_step") == 3


def test_log_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(standard_logging.INFO, "tensorflow")
    config = RunConfig(tf_random_seed=1, log_step_count_steps=10, save_checkpoints_steps=20)
    Estimator(linear_model, tmp_path, config).train(line_input(), steps=25)
    text = "\n".join(caplog.messages)
    for pattern in (
        "Calling model_fn.",
        "Done calling model_fn.",
        "Create CheckpointSaverHook.",
        "Graph was finalized.",
        "Running local_init_op.",
        "Saving checkpoints for 0 into",
        "Saving checkpoints for 20 into",
        "Saving checkpoints for 25 into",
        "step = 1\n",
        ", step = 11 (",
        "global_step/sec: ",
        "Loss for final step: ",
    ):
        assert pattern in text, pattern


def test_hook_sees_every_step_and_tensors(tmp_path: Path) -> None:
    seen: list[tuple[int, tuple[int, ...]]] = []

    class Watcher(SessionRunHook):
        def before_run(self, run_context: Any) -> SessionRunArgs:
            return SessionRunArgs({"step": get_global_step(), "out": "dense/BiasAdd:0"})

        def after_run(self, run_context: Any, run_values: Any) -> None:
            seen.append((int(run_values.results["step"]), run_values.results["out"].shape))

    Estimator(linear_model, tmp_path).train(line_input(), hooks=[Watcher()], steps=4)
    assert seen == [(1, (5, 1)), (2, (5, 1)), (3, (5, 1)), (4, (5, 1))]


def test_observers_do_not_change_the_result(tmp_path: Path) -> None:
    class Watcher(SessionRunHook):
        def before_run(self, run_context: Any) -> SessionRunArgs:
            return SessionRunArgs("dense/Relu:0")

    estimator(tmp_path / "a").train(training_input(), steps=30)
    estimator(tmp_path / "b").train(
        training_input(), hooks=[Watcher(), LoggingTensorHook(["softmax_tensor"], 7)], steps=30
    )
    a, b = (estimator(tmp_path / x).get_variable_value("dense/kernel") for x in "ab")
    np.testing.assert_array_equal(a, b)


def test_saving_listeners(tmp_path: Path) -> None:
    steps: list[int] = []

    class Listener(CheckpointSaverListener):
        def after_save(self, session: Any, global_step_value: int) -> None:
            steps.append(global_step_value)

    config = RunConfig(save_checkpoints_steps=2)
    Estimator(linear_model, tmp_path, config).train(line_input(), steps=3, saving_listeners=[Listener()])
    assert steps == [0, 2, 3]


def test_untrained_model_runs_its_initialization(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(standard_logging.INFO, "tensorflow")
    model = estimator(tmp_path)
    assert 0 <= model.evaluate(evaluation_input())["accuracy"] < 0.5
    assert len(list(model.predict(prediction_input()))) == 10
    assert (
        f"Could not find trained model in model_dir: {tmp_path}, running initialization to evaluate." in caplog.messages
    )
    with pytest.raises(ValueError, match="Could not find trained model in model_dir: "):
        model.get_variable_names()


# -- what is refused, each with a sentence -----------------------------------------------------------------------------


def test_sizes_that_do_not_fit_between_layers(tmp_path: Path) -> None:
    from model_fns.ops.linalg import matmul
    from model_fns.variable_scope import get_variable, variable_scope

    def broken(features: Any, labels: Any, mode: str) -> Any:
        with variable_scope("wide"):
            return matmul(features["x"], get_variable("weights", [63, 10]))

    with pytest.raises(
        ValueError, match=r"Dimensions must be equal, but are 64 and 63 for 'wide/MatMul'.*wide/weights/read:0"
    ):
        Estimator(broken, tmp_path).train(training_input(), steps=1)


def test_label_out_of_range_leaves_the_weights_alone(tmp_path: Path) -> None:
    labels = DIGITS.train.labels.copy()
    model = estimator(tmp_path)
    model.train(training_input(), steps=3)
    before = model.get_variable_value("dense/kernel")
    labels[5] = 10
    bad = numpy_input_fn({"x": DIGITS.train.features}, labels, 32, None, False)
    with pytest.raises(InvalidArgumentError, match=r"label value of 10 which is outside the valid range of \[0, 10\)"):
        model.train(bad, steps=3)
    np.testing.assert_array_equal(model._weights._state.arrays["dense/kernel"], before)  # type: ignore[union-attr]


def test_nan_loss(tmp_path: Path) -> None:
    x = np.ones((20, 1), np.float32)
    y = np.ones((20, 1), np.float32)
    y[13] = np.nan
    with pytest.raises(NanLossDuringTrainingError, match="NaN loss during training."):
        Estimator(linear_model, tmp_path).train(numpy_input_fn({"x": x}, y, 5, None, False), steps=10)


def test_unknown_tensor_name_in_a_hook(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="softmax_tenser"):
        estimator(tmp_path).train(training_input(), hooks=[LoggingTensorHook(["softmax_tenser"], 10)], steps=1)


def test_model_fn_that_returns_something_else(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="model_fn should return an EstimatorSpec."):
        Estimator(lambda features, labels, mode: 3, tmp_path).train(training_input(), steps=1)


def test_checkpoint_of_another_model(tmp_path: Path) -> None:
    estimator(tmp_path, units=25).train(training_input(), steps=1)
    with pytest.raises(
        InvalidArgumentError, match=r"dense/kernel has shape \[64, 30\] in the graph, but \[64, 25\] in the checkpoint"
    ):
        estimator(tmp_path, units=30).train(training_input(), steps=1)
    with pytest.raises(NotFoundError, match="conv2d/kernel not found in checkpoint"):
        estimator(tmp_path, convolution=True).train(training_input(), steps=1)


def test_truncated_checkpoint(tmp_path: Path) -> None:
    model = estimator(tmp_path)
    model.train(training_input(), steps=1)
    for path in tmp_path.glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataLossError, match=r"model.ckpt-\d+.safetensors"):
        estimator(tmp_path).train(training_input(), steps=1)


def test_falls_back_to_the_last_good_checkpoint(tmp_path: Path) -> None:
    config = RunConfig(tf_random_seed=1, save_checkpoints_steps=2)
    Estimator(model_fn, tmp_path, config, {}).train(training_input(), steps=4)
    newest = Path(f"{latest_checkpoint(tmp_path)}.safetensors")
    newest.write_bytes(newest.read_bytes()[:-1])
    Estimator(model_fn, tmp_path, config, {}).train(training_input(), max_steps=5)
    assert estimator(tmp_path).get_variable_value("global_step") == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 1, "max_steps": 2}, "Can not provide both steps and max_steps."),
        ({"steps": 0}, "Must specify steps > 0, given: 0"),
        ({"max_steps": -1}, "Must specify max_steps > 0, given: -1"),
    ],
)
def test_step_numbers(tmp_path: Path, arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        estimator(tmp_path).train(training_input(), **arguments)


@pytest.mark.parametrize(
    ("function", "params", "message"),
    [
        (None, None, "model_fn must be provided to Estimator."),
        (lambda labels: 0, None, "must include features argument."),
        (lambda features: 0, {}, "does not include params argument, but params"),
        (lambda features, batch: 0, None, r"has following not expected args: \['batch'\]"),
    ],
)
def test_model_functions_arguments(function: Any, params: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Estimator(function, params=params)


def test_input_fn_of_three(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"input_fn should return \(features, labels\) as a len 2 tuple."):
        estimator(tmp_path).train(lambda: (1, 2, 3), steps=1)


def test_wrong_hook(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="Hooks must be a SessionRunHook, given: 3"):
        estimator(tmp_path).train(training_input(), hooks=[3], steps=1)


def test_after_a_nan_loss_the_last_checkpoint_is_gone_on_with(tmp_path: Path) -> None:
    x, y = np.ones((40, 1), np.float32), np.ones((40, 1), np.float32)
    y[33] = np.nan
    model = Estimator(linear_model, tmp_path, RunConfig(save_checkpoints_steps=5))
    with pytest.raises(NanLossDuringTrainingError):
        model.train(numpy_input_fn({"x": x}, y, 5, None, False), steps=20)
    result = model.evaluate(line_input(), steps=2)
    assert result["global_step"] == 5 and np.isfinite(result["loss"])


def test_a_failing_step_keeps_the_books_in_order(tmp_path: Path) -> None:
    """The steps before it are done, so their batches are consumed and their draws drawn."""
    labels = DIGITS.train.labels.copy()
    labels[10 * 32] = 77
    model = estimator(tmp_path)
    with pytest.raises(InvalidArgumentError):
        model.train(numpy_input_fn({"x": DIGITS.train.features}, labels, 32, None, False), steps=30)
    state = model._weights._state
    assert state is not None and state.arrays["global_step"] == 10
    assert (state.resume["draws"], state.resume["input"]["position"]) == (10, 320)


def test_init_fn_that_failed_is_called_again(tmp_path: Path) -> None:
    from estimators.scaffold import Scaffold

    calls: list[int] = []

    def init_fn(scaffold: Any, session: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("not there yet")

    def with_init_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        return linear_model(features, labels, mode)._replace(scaffold=Scaffold(init_fn=init_fn))

    model = Estimator(with_init_fn, tmp_path)
    with pytest.raises(OSError, match="not there yet"):
        model.train(line_input(), steps=1)
    model.train(line_input(), steps=1)
    assert len(calls) == 2


def test_init_fn_gives_the_first_values_to_evaluation_too(tmp_path: Path) -> None:
    from estimators.scaffold import Scaffold

    def init_fn(scaffold: Any, session: Any) -> None:
        session.state.arrays["dense/bias"][...] = 1000

    def with_init_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        return linear_model(features, labels, mode)._replace(scaffold=Scaffold(init_fn=init_fn))

    assert Estimator(with_init_fn, tmp_path).evaluate(line_input(), steps=1)["loss"] > 900_000


def test_predicting_from_several_threads(trained: Estimator) -> None:
    """Each gets the predictions of its own examples."""
    import threading

    expected = [p["probabilities"] for p in trained.predict(prediction_input(24, 24))]
    wrong: list[int] = []

    def ask(row: int) -> None:
        x = {"x": DIGITS.test.features[row : row + 1]}
        for _ in range(20):
            found = next(trained.predict(numpy_input_fn(x, None, 1, 1, False)))["probabilities"]
            if not np.allclose(found, expected[row], atol=1e-6):
                wrong.append(row)

    threads = [threading.Thread(target=ask, args=(row,)) for row in range(0, 24, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_evaluating_what_never_ends(tmp_path: Path) -> None:
    model = Estimator(linear_model, tmp_path).train(line_input(), steps=1)
    with pytest.raises(ValueError, match="never ends .*: say how many batches to evaluate with steps="):
        model.evaluate(line_input())


def test_plain_arrays_are_one_batch(tmp_path: Path) -> None:
    x, y = np.ones((4, 1), np.float32), np.ones((4, 1), np.float32)
    model = Estimator(linear_model, tmp_path).train(lambda: ({"x": x}, y), steps=3)
    assert model.evaluate(lambda: ({"x": x}, y))["global_step"] == 3


def test_predictions_one_after_another_see_the_present_weights_and_their_own_input(tmp_path: Path) -> None:
    """...though a session that an earlier one left behind is used again."""
    estimator = Estimator(model_fn, str(tmp_path), RunConfig(tf_random_seed=1))
    estimator.train(training_input(), steps=5)

    def predicted() -> list[int]:
        return [int(item["classes"]) for item in estimator.predict(prediction_input(40))]

    before = predicted()
    built = estimator._graphs.built[ModeKeys.PREDICT]
    (left,) = built.idle
    assert predicted() == before
    assert built.idle == [left]
    slow = estimator.predict(prediction_input(40))
    first = next(slow)  # while it is in use, others make their own
    assert predicted() == before
    assert [int(item["classes"]) for item in (first, *slow)] == before
    estimator.train(training_input(), steps=200)
    after = predicted()
    assert after != before
    fresh = Estimator(model_fn, str(tmp_path), RunConfig(tf_random_seed=1))
    assert [int(item["classes"]) for item in fresh.predict(prediction_input(40))] == after
    fresh.train(training_input(), steps=200)  # behind the other's back
    assert predicted() == [int(item["classes"]) for item in fresh.predict(prediction_input(40))]


def test_a_local_variable_may_begin_with_what_another_holds(tmp_path: Path) -> None:
    def spec(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        weight = Variable(3.0, name="weight")
        start = Variable(weight * 2.0, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES], name="start")
        loss = reduce_mean((features["x"] - weight) ** 2.0)
        train_op = GradientDescentOptimizer(0.1).minimize(loss, get_global_step())
        return EstimatorSpec(mode, predictions={"start": features["x"] * 0.0 + start}, loss=loss, train_op=train_op)

    x = np.array([[1.0], [2.0]], np.float32)
    estimator = Estimator(spec, str(tmp_path))
    estimator.train(numpy_input_fn({"x": x}, None, 2, 1, False), steps=1)
    for _ in range(2):
        found = [item["start"] for item in estimator.predict(numpy_input_fn({"x": x}, None, 2, 1, False))]
        np.testing.assert_allclose(found, np.full((2, 1), 2 * estimator.get_variable_value("weight")), rtol=1e-6)
