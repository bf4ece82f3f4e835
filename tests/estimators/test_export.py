"""Exported models: what a directory holds, who can read it, and the exporters of train_and_evaluate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.export.saved_model import read_saved_model
from estimators.predictor import from_saved_model
from estimators.run_config import RunConfig
from estimators.summaries import FileWriterCache
from estimators.train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from model_fns.errors import DataLossError
from tests.estimators.models import DIGITS, line_input, model_fn, prediction_input, training_input

export = tf.estimator.export
raw_receiver = export.build_raw_serving_input_receiver_fn({"x": DIGITS.test.features[:1]})


@pytest.fixture(autouse=True)
def no_writer_is_left() -> Any:
    yield
    FileWriterCache.clear()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: Any) -> Estimator:
    directory = tmp_path_factory.mktemp("model")
    config = RunConfig(tf_random_seed=1, save_checkpoints_steps=None, save_checkpoints_secs=600)
    return Estimator(model_fn, str(directory), config, {"units": 9}).train(training_input(), steps=20)


@pytest.fixture(scope="module")
def exported(trained: Estimator, tmp_path_factory: Any) -> str:
    return trained.export_saved_model(str(tmp_path_factory.mktemp("exports")), raw_receiver).decode()


def test_what_is_in_the_directory(exported: str, trained: Estimator) -> None:
    files = sorted(str(path.relative_to(exported)) for path in Path(exported).rglob("*") if path.is_file())
    assert files == ["saved_model.json", "variables/variables.safetensors"]
    assert len(os.path.basename(exported)) == 10 and os.path.basename(exported).isdigit()
    assert not [name for name in os.listdir(os.path.dirname(exported)) if name.startswith("temp")]
    model = read_saved_model(exported)
    assert sorted(model.arrays) == ["dense/bias", "dense/kernel", "logits/bias", "logits/kernel"]
    for name, array in model.arrays.items():  # what predicting does not need, such as Adam's slots, stays behind
        np.testing.assert_array_equal(array, trained.get_variable_value(name))
    signature = model.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    assert (signature.inputs["x"].name, sorted(signature.outputs)) == ("x:0", ["classes", "probabilities"])
    assert [dim.size for dim in signature.inputs["x"].tensor_shape.dim] == [-1, 64]


def recurrent(features: Any, labels: Any, mode: str) -> Any:
    """A recurrent network over rows of 8, and a branch that depends on its states."""
    cell = tf.nn.rnn_cell.GRUCell(5)
    _, state = tf.nn.dynamic_rnn(cell, tf.reshape(features["x"], [-1, 8, 8]), dtype=tf.float32)
    scale = tf.get_variable("scale", [], initializer=tf.ones_initializer())
    state = tf.cond(tf.reduce_mean(state) > 0, lambda: state * scale, lambda: state - scale)
    out = tf.layers.dense(state, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"out": out})
    loss = tf.losses.mean_squared_error(tf.cast(labels[:, None], tf.float32), out)
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def test_recurrent_networks_and_branches_can_be_exported(tmp_path: Any) -> None:
    estimator = Estimator(recurrent, str(tmp_path / "model"), RunConfig(tf_random_seed=1))
    directory = estimator.train(training_input(), steps=5).export_saved_model(str(tmp_path / "exports"), raw_receiver)
    ask = from_saved_model(directory.decode())
    expected = [item["out"] for item in estimator.predict(prediction_input(10, 10))]
    np.testing.assert_allclose(ask({"x": DIGITS.test.features[:10]})["out"], expected, rtol=1e-5)
    assert np.ptp(expected) > 0


def test_a_predictor_gives_what_predict_gives(exported: str, trained: Estimator) -> None:
    ask = from_saved_model(exported)
    expected = list(trained.predict(prediction_input(10, 10)))
    for rows in (10, 3, 1):
        found = ask({"x": DIGITS.test.features[:rows]})
        np.testing.assert_array_equal(found["classes"], [item["classes"] for item in expected[:rows]])
        np.testing.assert_allclose(
            found["probabilities"], [item["probabilities"] for item in expected[:rows]], rtol=1e-5
        )
    assert sorted(ask.feed_tensors) == ["x"] and ask.graph is ask.session.graph
    with pytest.raises(ValueError, match=r"Got unexpected keys in input_dict: \{'y'\}\nexpected: \{'x'\}"):
        ask({"y": 1})


ASK = """
import sys
import numpy as np
import estimators.compat.v1 as tf
ask = tf.contrib.predictor.from_saved_model(sys.argv[1])
print(ask({"x": np.load(sys.argv[2])})["classes"].tolist())
assert "tests.estimators.models" not in sys.modules
"""


def test_a_process_that_never_saw_the_model_function(exported: str, trained: Estimator, tmp_path: Any) -> None:
    np.save(tmp_path / "x.npy", DIGITS.test.features[:5])
    command = [sys.executable, "-c", ASK, exported, str(tmp_path / "x.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [int(item["classes"]) for item in trained.predict(prediction_input(5))]


def test_the_loader_fills_a_session(exported: str) -> None:
    with tf.Session(graph=tf.Graph()) as session:
        model = tf.saved_model.loader.load(session, [tf.saved_model.tag_constants.SERVING], exported)
        signature = model.signature_def[tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY]
        fetch, feed = signature.outputs["classes"].name, signature.inputs["x"].name
        assert session.run(fetch, {feed: DIGITS.test.features[:3]}).shape == (3,)
        with pytest.raises(RuntimeError, match="MetaGraphDef associated with tags 'train' could not be found"):
            tf.saved_model.loader.load(session, ["train"], exported)


def test_other_ways_to_name_inputs_and_outputs(exported: str) -> None:
    ask = from_saved_model(exported, input_names={"in": "x:0"}, output_names={"out": "softmax_tensor:0"})
    assert ask({"in": DIGITS.test.features[:2]})["out"].shape == (2, 10)
    with pytest.raises(
        ValueError, match=r'Got signature_def_key "other". Available signatures are \[\'serving_default'
    ):
        from_saved_model(exported, signature_def_key="other")
    with pytest.raises(ValueError, match="You must specify at most one of signature_def_key OR signature_def OR"):
        from_saved_model(exported, signature_def_key="a", input_names={})
    with pytest.raises(ValueError, match="must both be specified or both be unspecified"):
        from_saved_model(exported, output_names={})


def test_directories_that_are_no_saved_models(exported: str, tmp_path: Any) -> None:
    with pytest.raises(OSError, match="SavedModel file does not exist at: "):
        from_saved_model(tmp_path)
    content = Path(exported, "saved_model.json").read_text()
    for damaged in ("", "[]", content[:-5], content.replace('"format"', '"other"'), content.replace("x:0", "none:0")):
        (tmp_path / "saved_model.json").write_text(damaged)
        with pytest.raises((ValueError, OSError)):
            from_saved_model(tmp_path)
    (tmp_path / "saved_model.json").write_text(content)
    with pytest.raises(OSError, match="There is no checkpoint"):
        from_saved_model(tmp_path)
    (tmp_path / "variables").mkdir()
    weights = bytearray(Path(exported, "variables", "variables.safetensors").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "variables" / "variables.safetensors").write_bytes(weights)
    with pytest.raises(DataLossError, match="does not match its checksum"):
        from_saved_model(tmp_path)


# --- receivers and outputs -------------------------------------------------------------------------------------------


def several_outputs(features: Any, mode: str) -> Any:
    total = tf.reduce_sum(features["f"] * tf.get_variable("w", [], initializer=tf.ones_initializer()), axis=1)
    outputs = {
        "serving_default": export.PredictOutput(total),
        "regress": export.RegressionOutput(total),
        "classify": export.ClassificationOutput(scores=tf.expand_dims(total, 1)),
    }
    loss, step = tf.reduce_sum(total), tf.assign_add(tf.train.get_global_step(), 1)
    return tf.estimator.EstimatorSpec(mode, {"total": total}, loss, step, export_outputs=outputs)


def f_input() -> Any:
    return tf.estimator.inputs.numpy_input_fn({"f": np.ones((2, 3), np.float32)}, shuffle=False)


def test_signatures_of_examples(tmp_path: Any, caplog: Any) -> None:
    """Classification and regression are asked with serialized examples; with anything else they are left out."""
    caplog.set_level("INFO", "tensorflow")
    estimator = Estimator(several_outputs, str(tmp_path / "m")).train(f_input(), steps=1)
    spec = {"f": tf.FixedLenFeature([3], tf.float32)}
    parsing = estimator.export_savedmodel(tmp_path / "a", export.build_parsing_serving_input_receiver_fn(spec))
    assert sorted(read_saved_model(parsing).signature_def) == ["classify", "regress", "serving_default"]
    assert "Signatures INCLUDED in export for Classify: ['classify']" in caplog.messages
    example = tf.train.Example()
    example.features.feature["f"].float_list.value.extend([1.0, 2.0, 3.0])
    for key, output in (("serving_default", "output"), ("regress", "outputs"), ("classify", "scores")):
        ask = from_saved_model(parsing, signature_def_key=key)
        (name,) = ask.feed_tensors
        assert ask({name: [example.SerializeToString()]})[output].reshape(-1) == [6]
    raw = export.build_raw_serving_input_receiver_fn({"f": np.ones((1, 3), np.float32)}, default_batch_size=2)
    model = read_saved_model(estimator.export_savedmodel(tmp_path / "a", raw))
    assert list(model.signature_def) == ["serving_default"]
    assert [dim.size for dim in model.signature_def["serving_default"].inputs["f"].tensor_shape.dim] == [2, 3]
    assert any(line.startswith("'classify' : Classification input must be a single string") for line in caplog.messages)


def test_features_that_are_one_tensor_and_alternatives(tmp_path: Any) -> None:
    def one_tensor(features: Any, mode: str) -> Any:
        total = tf.reduce_sum(features, axis=1)
        step = tf.assign_add(tf.train.get_global_step(), 1)
        return tf.estimator.EstimatorSpec(mode, total, tf.reduce_sum(total), step)

    def receiver() -> Any:
        whole, half = tf.placeholder(tf.float32, [None, 3], "whole"), tf.placeholder(tf.float32, [None, 3], "half")
        return export.TensorServingInputReceiver(whole + 2 * half, {"whole": whole, "half": half}, {"other": whole})

    ones = np.ones((2, 3), np.float32)
    inputs = tf.estimator.inputs.numpy_input_fn(ones, shuffle=False)
    estimator = Estimator(one_tensor, str(tmp_path / "m")).train(inputs, steps=1)
    path = estimator.export_saved_model(tmp_path / "e", receiver, assets_extra={"notes/a.txt": __file__})
    assert sorted(read_saved_model(path).signature_def) == ["other:serving_default", "serving_default"]
    np.testing.assert_array_equal(from_saved_model(path)({"whole": ones, "half": ones})["output"], [9, 9])
    assert Path(path.decode(), "assets.extra", "notes", "a.txt").read_bytes() == Path(__file__).read_bytes()


@pytest.mark.parametrize(
    ("provoke", "sentence"),
    [
        (lambda t: export.ServingInputReceiver(None, t), "features must be defined."),
        (
            lambda t: export.ServingInputReceiver({"a": 3}, t),
            "feature a must be a Tensor or SparseTensor.",
        ),
        (lambda t: export.ServingInputReceiver({1.5: t}, t), "feature keys must be strings: 1.5."),
        (lambda t: export.ServingInputReceiver(t, None), "receiver_tensors must be defined."),
        (lambda t: export.ServingInputReceiver(t, {3: t}), "receiver_tensor keys must be strings: 3."),
        (lambda t: export.ServingInputReceiver(t, t, [t]), "receiver_tensors_alternatives must be a dict: "),
        (
            lambda t: export.TensorServingInputReceiver({"a": t}, t),
            "feature must be a Tensor or SparseTensor.",
        ),
        (lambda t: export.PredictOutput({3: t}), "Prediction output key must be a string; got 3."),
        (lambda t: export.PredictOutput(3), "Prediction output value must be a Tensor; got 3."),
        (lambda t: export.ClassificationOutput(), "At least one of scores and classes must be set."),
        (lambda t: export.ClassificationOutput(classes=t), "Classification classes must be a string Tensor; got "),
        (lambda t: export.ClassificationOutput(scores=3), "Classification scores must be a float32 Tensor; got 3"),
        (lambda t: export.RegressionOutput(3), "Regression output value must be a float32 Tensor; got 3"),
    ],
)
def test_refusals(provoke: Any, sentence: str) -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError) as caught:
        provoke(tf.placeholder(tf.float32, [None]))
    assert str(caught.value).startswith(sentence)


def test_without_a_checkpoint_there_is_nothing_to_export(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="Couldn't find trained model at "):
        Estimator(model_fn, str(tmp_path), params={}).export_saved_model(tmp_path, raw_receiver)


# --- exporters -------------------------------------------------------------------------------------------------------


def line_model(features: Any, labels: Any, mode: str) -> Any:
    value = tf.layers.dense(features["x"], 1, name="line")
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, value)
    loss = tf.losses.mean_squared_error(labels, value)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, value, loss, train_op)


line_receiver = export.build_raw_serving_input_receiver_fn({"x": np.ones((1, 1), np.float32)})


def exports(directory: Any, name: str) -> list[Path]:
    return sorted(path for path in Path(directory, "export", name).glob("*") if path.name.isdigit())


def test_the_exporters_of_a_training(tmp_path: Any) -> None:
    kinds = [
        tf.estimator.LatestExporter("latest", line_receiver, exports_to_keep=2),
        tf.estimator.FinalExporter("final", line_receiver),
        tf.estimator.BestExporter("best", line_receiver, exports_to_keep=1),
        tf.estimator.BestExporter(
            "worst", line_receiver, compare_fn=lambda best_eval_result, current_eval_result: False
        ),
    ]
    estimator = Estimator(line_model, str(tmp_path), RunConfig(tf_random_seed=1, save_checkpoints_steps=2))
    eval_spec = EvalSpec(line_input(), 4, exporters=kinds, throttle_secs=0)
    _, results = train_and_evaluate(estimator, TrainSpec(line_input(), 8), eval_spec)
    counts = {name: len(exports(tmp_path, name)) for name in ("latest", "final", "best", "worst")}
    # When BestExporter first looks, the evaluation itself has been written: as in TensorFlow, it is not better.
    assert counts == {"latest": 2, "final": 1, "best": 1, "worst": 0}
    assert results is not None and [item is not None for item in results] == [True, True, True, False]
    x = np.ones((1, 1), np.float32)
    expected = from_saved_model(results[1])({"x": x})["output"]
    for found in (exports(tmp_path, "latest")[-1], exports(tmp_path, "best")[-1]):
        np.testing.assert_array_equal(from_saved_model(str(found))({"x": x})["output"], expected)
    assert len({path.name for path in Path(tmp_path, "export", "latest").iterdir()}) == 2
    older = from_saved_model(str(exports(tmp_path, "latest")[0]))({"x": x})["output"]
    assert older != expected


@pytest.mark.parametrize(
    ("provoke", "sentence"),
    [
        (
            lambda: tf.estimator.LatestExporter("a", None, exports_to_keep=0),
            "`exports_to_keep`, if provided, must be",
        ),
        (lambda: tf.estimator.BestExporter(compare_fn=None), "`compare_fn` must not be None."),
        (
            lambda: tf.estimator.BestExporter(compare_fn=lambda best_eval_result: True),
            "must include current_eval_result",
        ),
        (
            lambda: tf.estimator.BestExporter(compare_fn=lambda best_eval_result, current_eval_result, c: True),
            "has following not expected args: ['c']",
        ),
    ],
)
def test_refused_exporters(provoke: Any, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        provoke()
    assert sentence in str(caught.value)
