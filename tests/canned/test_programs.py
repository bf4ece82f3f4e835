"""Programs as TensorFlow 1's tutorials write them: a table, feature columns, a premade estimator."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import estimators.compat.v1 as tf
from tests.canned.flowers import COLORS, KINDS, flowers


def columns() -> tuple[list[Any], list[Any]]:
    """Wide ones and deep ones."""
    length = tf.feature_column.numeric_column("petal_length")
    width = tf.feature_column.numeric_column("petal_width", normalizer_fn=lambda x: (x - 1.5) / 0.6)
    color = tf.feature_column.categorical_column_with_vocabulary_list("color", COLORS)
    buckets = tf.feature_column.bucketized_column(length, boundaries=[3.5, 4.5])
    wide = [color, buckets, tf.feature_column.crossed_column(["color", buckets], hash_bucket_size=50)]
    deep = [length, width, tf.feature_column.indicator_column(color), tf.feature_column.embedding_column(color, 2)]
    return wide, deep


def test_a_premade_classifier_learns_flowers(tmp_path: Path):
    train_x, train_y = flowers(300, seed=1)
    test_x, test_y = flowers(100, seed=2)
    classifier = tf.estimator.DNNClassifier(
        feature_columns=columns()[1],
        hidden_units=[10, 10],
        n_classes=3,
        model_dir=str(tmp_path),
        config=tf.estimator.RunConfig(tf_random_seed=1),
        label_vocabulary=KINDS,
        dropout=0.1,
    )
    inputs = tf.estimator.inputs.numpy_input_fn
    names = np.array(KINDS)  # labels of fixed width, as np.array makes them of strings
    classifier.train(inputs(train_x, names[train_y], batch_size=32, num_epochs=None, shuffle=True), steps=300)
    eval_result = classifier.evaluate(input_fn=inputs(test_x, names[test_y], batch_size=32, shuffle=False))
    assert sorted(eval_result) == ["accuracy", "average_loss", "global_step", "loss"]
    assert eval_result["accuracy"] > 0.85

    predict_x = {"petal_length": np.array([3.0, 5.0]), "petal_width": np.array([2.0, 1.0])}
    predict_x["color"] = np.array(["pink", "red"])
    predictions = list(classifier.predict(inputs(predict_x, shuffle=False)))
    assert [prediction["classes"].tolist() for prediction in predictions] == [[b"campion"], [b"poppy"]]
    for prediction in predictions:
        class_id = prediction["class_ids"][0]
        assert prediction["probabilities"][class_id] == max(prediction["probabilities"])
    # A checkpoint brings it all back.
    again = tf.estimator.DNNClassifier([10, 10], columns()[1], str(tmp_path), 3, label_vocabulary=KINDS, dropout=0.1)
    assert again.evaluate(inputs(test_x, names[test_y], batch_size=32, shuffle=False)) == eval_result


def test_the_premade_estimator_of_the_tutorial_reads_a_dataset(tmp_path: Path):
    def train_input_fn(features: Any, labels: Any, batch_size: int) -> Any:
        dataset = tf.data.Dataset.from_tensor_slices((dict(features), labels))
        return dataset.shuffle(1000).repeat().batch(batch_size)

    def eval_input_fn(features: Any, labels: Any, batch_size: int) -> Any:
        inputs = dict(features) if labels is None else (dict(features), labels)
        return tf.data.Dataset.from_tensor_slices(inputs).batch(batch_size)

    (train_x, train_y), (test_x, test_y) = flowers(300, seed=1), flowers(100, seed=2)
    config = tf.estimator.RunConfig(tf_random_seed=1)
    classifier = tf.estimator.DNNClassifier([10, 10], columns()[1], str(tmp_path), n_classes=3, config=config)
    classifier.train(input_fn=lambda: train_input_fn(train_x, train_y, 32), steps=200)
    eval_result = classifier.evaluate(input_fn=lambda: eval_input_fn(test_x, test_y, 32))
    assert eval_result["accuracy"] > 0.85
    predict_x = {"petal_length": [3.0, 5.0], "petal_width": [2.0, 1.0], "color": ["pink", "red"]}
    predictions = classifier.predict(input_fn=lambda: eval_input_fn(predict_x, labels=None, batch_size=32))
    assert [KINDS[prediction["class_ids"][0]] for prediction in predictions] == ["campion", "poppy"]


def test_a_wide_and_deep_model_takes_a_data_frame(tmp_path: Path):
    (train_x, train_y), (test_x, test_y) = flowers(300, seed=1), flowers(100, seed=2)
    wide, deep = columns()
    model = tf.estimator.DNNLinearCombinedClassifier(
        model_dir=str(tmp_path),
        linear_feature_columns=wide,
        dnn_feature_columns=deep,
        dnn_hidden_units=[10],
        dnn_optimizer=tf.train.AdamOptimizer(0.01),
        linear_optimizer=tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
        config=tf.estimator.RunConfig(tf_random_seed=1),
    )
    inputs = tf.estimator.inputs.pandas_input_fn

    def input_fn(x: Any, y: Any, **options: Any) -> Any:
        return inputs(pd.DataFrame(x), pd.Series(y == KINDS.index("poppy")), batch_size=50, **options)

    model.train(input_fn(train_x, train_y, num_epochs=20, shuffle=True))
    result = model.evaluate(input_fn(test_x, test_y, num_epochs=1, shuffle=False))
    assert result["global_step"] == 120
    assert result["accuracy"] > result["accuracy_baseline"] + 0.15
    assert result["auc"] > 0.9
    assert model.get_variable_value("linear/linear_model/color/weights").shape == (4, 1)


def test_examples_are_parsed_by_what_the_columns_say(tmp_path: Path):
    def example(x: float, tags: list[bytes], weights: list[float]) -> bytes:
        feature = {
            "x": tf.train.Feature(float_list=tf.train.FloatList(value=[x])),
            "tags": tf.train.Feature(bytes_list=tf.train.BytesList(value=tags)),
            "weights": tf.train.Feature(float_list=tf.train.FloatList(value=weights)),
        }
        return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()

    rows = [example(1.0, [b"a", b"b"], [1.0, 0.5]), example(2.0, [], []), example(3.0, [b"b"], [2.0])]
    tags = tf.feature_column.categorical_column_with_vocabulary_list("tags", ["a", "b"])
    weighted = tf.feature_column.weighted_categorical_column(tags, "weights")
    columns = [tf.feature_column.numeric_column("x"), tf.feature_column.indicator_column(weighted)]
    spec = tf.feature_column.make_parse_example_spec(columns)

    def input_fn() -> Any:
        dataset = tf.data.Dataset.from_tensor_slices(rows).batch(2)
        features = tf.parse_example(dataset.make_one_shot_iterator().get_next(), spec)
        return features, features["x"]

    def model_fn(features: Any, mode: str) -> Any:
        return tf.estimator.EstimatorSpec(mode, {"layer": tf.feature_column.input_layer(features, columns)})

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    layer = [row["layer"].tolist() for row in estimator.predict(lambda: input_fn()[0])]
    assert layer == [[1.0, 0.5, 1.0], [0.0, 0.0, 2.0], [0.0, 2.0, 3.0]]
    model = tf.estimator.LinearRegressor(columns, str(tmp_path / "linear"))
    assert model.train(input_fn).evaluate(input_fn)["global_step"] == 2


def test_a_saved_classifier_answers_as_the_estimator_does(tmp_path: Path):
    x, y = flowers(60, seed=4)
    deep = columns()[1]
    classifier = tf.estimator.DNNClassifier([4], deep, str(tmp_path), 3, label_vocabulary=KINDS)
    inputs = tf.estimator.inputs.numpy_input_fn
    classifier.train(inputs(x, np.array(KINDS)[y], shuffle=False))
    spec = tf.feature_column.make_parse_example_spec(deep)
    receiver_fn = tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)
    saved = classifier.export_savedmodel(str(tmp_path / "export"), receiver_fn)
    feature = {
        "petal_length": tf.train.Feature(float_list=tf.train.FloatList(value=[float(x["petal_length"][0])])),
        "petal_width": tf.train.Feature(float_list=tf.train.FloatList(value=[float(x["petal_width"][0])])),
        "color": tf.train.Feature(bytes_list=tf.train.BytesList(value=[x["color"][0].encode()])),
    }
    example = tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()
    answer = tf.contrib.predictor.from_saved_model(saved)({"inputs": [example]})
    expected = next(iter(classifier.predict(inputs(x, shuffle=False))))
    np.testing.assert_allclose(answer["scores"], [expected["probabilities"]], rtol=1e-5)
    assert answer["classes"].tolist() == [[kind.encode() for kind in KINDS]]


def test_columns_feed_a_model_function_of_the_user(tmp_path: Path):
    def model_fn(features: Any, labels: Any, mode: str, params: Any) -> Any:
        net = tf.feature_column.input_layer(features, params["feature_columns"])
        logits = tf.layers.dense(tf.layers.dense(net, 8, tf.nn.relu), 3)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        accuracy = tf.metrics.accuracy(labels, tf.argmax(logits, 1))
        train_op = tf.train.AdagradOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={"accuracy": accuracy})

    x, y = flowers(200, seed=3)
    estimator = tf.estimator.Estimator(
        model_fn, str(tmp_path), tf.estimator.RunConfig(tf_random_seed=1), {"feature_columns": columns()[1]}
    )
    inputs = tf.estimator.inputs.numpy_input_fn
    estimator.train(inputs(x, y, batch_size=20, num_epochs=None, shuffle=True), steps=150)
    assert estimator.evaluate(inputs(x, y, shuffle=False))["accuracy"] > 0.85


def input_fn() -> Any:
    return tf.estimator.inputs.numpy_input_fn({"x": np.arange(4.0)}, np.array([0, 0, 1, 1]), shuffle=False)


def number() -> list[Any]:
    return [tf.feature_column.numeric_column("x")]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: tf.estimator.DNNClassifier([3], number(), optimizer="adagrad").train(input_fn()),
            r"Unsupported optimizer name: adagrad. Supported names are: \('Adagrad', 'Adam', 'Ftrl', ",
        ),
        (
            lambda: tf.estimator.LinearRegressor(number(), optimizer=3).train(input_fn()),
            "The given object is not an Optimizer instance. Given: 3",
        ),
        (
            lambda: tf.estimator.DNNRegressor([3], number()).train(
                tf.estimator.inputs.numpy_input_fn(np.arange(4.0), np.arange(4.0), shuffle=False)
            ),
            "features should be a dictionary of `Tensor`s. Given type:",
        ),
        (
            lambda: tf.estimator.DNNLinearCombinedClassifier(dnn_hidden_units=[3]),
            "Either linear_feature_columns or dnn_feature_columns must be defined.",
        ),
        (
            lambda: tf.estimator.DNNLinearCombinedRegressor(dnn_feature_columns=number()).train(input_fn()),
            "dnn_hidden_units must be defined when dnn_feature_columns is specified.",
        ),
        (lambda: tf.estimator.LinearClassifier([]).train(input_fn()), "feature_columns must not be empty."),
        (
            lambda: tf.estimator.BaselineRegressor(weight_column="x").train(input_fn()),
            "takes the number of examples from a feature besides the weights",
        ),
        (
            lambda: tf.contrib.estimator.add_metrics(tf.estimator.BaselineClassifier(), lambda logits: {}),
            r"has following not expected args: \['logits'\]",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Any, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where the estimators make their directories
    with pytest.raises(ValueError, match=sentence):
        make()


def test_metrics_are_added_to_an_estimator(tmp_path: Path):
    def metric_fn(features: Any, labels: Any, predictions: Any) -> Any:
        right = tf.equal(predictions["class_ids"][:, 0], tf.cast(labels, tf.int64))
        return {"right": tf.metrics.mean(right), "largest": tf.metrics.mean(tf.reduce_max(features["x"]))}

    plain = tf.estimator.LinearClassifier(number(), str(tmp_path))
    plain.train(input_fn(), steps=1)
    found = tf.contrib.estimator.add_metrics(plain, metric_fn).evaluate(input_fn())
    assert found["right"] == found["accuracy"]
    assert found["largest"] == 3
    assert found["global_step"] == 1


def test_an_estimator_of_a_given_head(tmp_path: Path):
    head = tf.contrib.estimator.regression_head(label_dimension=1)
    shared = {"head": head, "config": tf.estimator.RunConfig(tf_random_seed=1)}
    for name, estimator in {
        "deep": tf.estimator.DNNEstimator(
            hidden_units=[2], feature_columns=number(), model_dir=str(tmp_path / "deep"), **shared
        ),
        "linear": tf.estimator.LinearEstimator(feature_columns=number(), model_dir=str(tmp_path / "linear"), **shared),
        "both": tf.estimator.DNNLinearCombinedEstimator(
            linear_feature_columns=number(), model_dir=str(tmp_path / "both"), **shared
        ),
        "none": tf.estimator.BaselineEstimator(model_dir=str(tmp_path / "none"), **shared),
    }.items():
        estimator.train(input_fn(), steps=1)
        assert estimator.evaluate(input_fn())["loss"] >= 0, name
