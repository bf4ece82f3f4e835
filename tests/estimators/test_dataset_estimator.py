"""Estimators fed by datasets: training to the end of the sequence, evaluation, prediction, and programs as they are."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from input_fns.datasets import load_digits
from tests.estimators.models import DIGITS, model_fn

TRAIN, TEST = DIGITS.train, DIGITS.test


def training_input(rows: int = 320, epochs: Any = 1, seed: Any = None):
    def input_fn():
        data = tf.data.Dataset.from_tensor_slices(({"x": TRAIN.features[:rows]}, TRAIN.labels[:rows]))
        return data.shuffle(rows, seed).repeat(epochs).batch(32)

    return input_fn


def test_input():
    data = tf.data.Dataset.from_tensor_slices(({"x": TEST.features}, TEST.labels)).batch(100)
    return data.make_one_shot_iterator().get_next()


test_input.__test__ = False


def prediction_input():
    return tf.data.Dataset.from_tensor_slices({"x": TEST.features}).batch(4).take(3)


@pytest.fixture(scope="module")
def estimator(tmp_path_factory):
    """One that has learnt for 400 steps."""
    config = tf.estimator.RunConfig(tf_random_seed=1)
    made = tf.estimator.Estimator(model_fn, str(tmp_path_factory.mktemp("digits")), config, params={})
    return made.train(training_input(epochs=None), steps=400)


def step(estimator) -> int:
    return int(estimator.get_variable_value("global_step"))


def test_training_goes_to_the_end_of_the_sequence_and_starts_anew(estimator):
    before = step(estimator)
    for runs in (1, 2):
        estimator.train(training_input(325, 2))
        assert step(estimator) == before + 21 * runs  # 650 rows: 20 batches of 32, and one of 10


def test_evaluation_is_that_of_arrays(estimator):
    found = estimator.evaluate(test_input)
    arrays = tf.estimator.inputs.numpy_input_fn({"x": TEST.features}, TEST.labels, 100, shuffle=False)
    assert found == estimator.evaluate(arrays)
    assert found["accuracy"] > 0.7
    assert estimator.evaluate(test_input, steps=2) != found


def test_an_endless_evaluation_is_refused(estimator):
    with pytest.raises(ValueError, match="never ends"):
        estimator.evaluate(training_input(epochs=None))
    assert estimator.evaluate(training_input(epochs=None), steps=2)["loss"] > 0


def test_predictions_come_in_order(estimator):
    found = [int(prediction["classes"]) for prediction in estimator.predict(prediction_input)]
    assert len(found) == 12
    assert np.mean(found == TEST.labels[:12]) > 0.5


def test_a_graph_is_used_again(estimator):
    estimator.train(training_input(64))
    built = estimator._graphs.built["train"]
    estimator.train(training_input(96, 1))
    assert estimator._graphs.built["train"] is built
    assert len(list(built.session._prepared.values())[-1]) == 1


def test_the_same_program_twice_learns_the_same(tmp_path):
    kernels = []
    for name in ("a", "b"):
        config = tf.estimator.RunConfig(tf_random_seed=3)
        estimator = tf.estimator.Estimator(model_fn, str(tmp_path / name), config, params={})
        estimator.train(training_input(96))
        kernels.append(estimator.get_variable_value("dense/kernel"))
    assert (kernels[0] == kernels[1]).all()


def test_what_is_no_pair_is_refused(estimator):
    def three():
        return tf.data.Dataset.from_tensors((1.0, 2.0, 3.0))

    with pytest.raises(ValueError, match=r"input_fn should return \(features, labels\) as a len 2 tuple."):
        estimator.train(three)


# -- programs as they are ----------------------------------------------------------------------------------------------

COLUMNS = ["SepalLength", "SepalWidth", "PetalLength", "PetalWidth", "Species"]
CENTRES = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])


@pytest.fixture
def flowers(tmp_path):
    """A table of 150 flowers of three kinds, made on the spot."""
    generator = np.random.default_rng(0)
    kinds = np.repeat(np.arange(3), 50)
    path = tmp_path / "flowers.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for kind, row in zip(kinds, CENTRES[kinds] + generator.normal(0, 0.2, (150, 4)), strict=True):
            writer.writerow([*(f"{number:.1f}" for number in row), kind])
    return str(path)


def parse_line(line):
    fields = tf.decode_csv(line, record_defaults=[[0.0], [0.0], [0.0], [0.0], [0]])
    features = dict(zip(COLUMNS, fields, strict=True))
    label = features.pop("Species")
    return features, label


def flowers_input(path, training):
    dataset = tf.data.TextLineDataset(path).skip(1)
    dataset = dataset.map(parse_line)
    if training:
        dataset = dataset.shuffle(1000).repeat()
    return dataset.batch(32)


def flower_model(features, labels, mode):
    net = tf.stack([features[name] for name in COLUMNS[:4]], axis=1)
    net = tf.layers.dense(net, 10, activation=tf.nn.relu)
    logits = tf.layers.dense(net, 3)
    classes = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"class_ids": classes})
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    metrics = {"accuracy": tf.metrics.accuracy(labels=labels, predictions=classes)}
    train_op = tf.train.AdamOptimizer(0.03).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def test_flowers_from_a_csv_file(flowers, tmp_path):
    config = tf.estimator.RunConfig(tf_random_seed=2)
    classifier = tf.estimator.Estimator(flower_model, str(tmp_path / "model"), config)
    classifier.train(lambda: flowers_input(flowers, True), steps=200)
    assert classifier.evaluate(lambda: flowers_input(flowers, False))["accuracy"] > 0.9


def test_lines_in_batches_are_read_in_the_step(flowers, tmp_path):
    """...as programs do that decode after batching: text is read on the host, and the step is compiled once."""

    def input_fn():
        lines = tf.data.TextLineDataset(flowers).skip(1).shuffle(150).repeat().batch(32)
        return parse_line(lines.make_one_shot_iterator().get_next())

    config = tf.estimator.RunConfig(tf_random_seed=2)
    classifier = tf.estimator.Estimator(flower_model, str(tmp_path / "model"), config)
    classifier.train(input_fn, steps=200)
    assert classifier.evaluate(input_fn, steps=5)["accuracy"] > 0.9
    assert [len(kept) for kept in classifier._graphs.built["train"].session._prepared.values()][-1] == 1


class StartsIterators(tf.train.SessionRunHook):
    """The hook that programs with placeholders write themselves."""

    def __init__(self):
        self.start = None

    def after_create_session(self, session, coord):
        self.start(session)


def test_placeholders_fed_by_a_hook(tmp_path):
    hook = StartsIterators()

    def input_fn():
        features, labels = tf.placeholder(tf.float32, [None, 64]), tf.placeholder(tf.int32, [None])
        iterator = tf.data.Dataset.from_tensor_slices(({"x": features}, labels)).batch(50).make_initializable_iterator()
        feeds = {features: TRAIN.features[:120], labels: TRAIN.labels[:120]}
        hook.start = lambda session: session.run(iterator.initializer, feed_dict=feeds)
        return iterator.get_next()

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path), params={})
    for expected in (3, 6):
        estimator.train(input_fn, hooks=[hook])
        assert step(estimator) == expected


def test_initializers_among_those_of_tables(estimator):
    def input_fn():
        data = tf.data.Dataset.from_tensor_slices(({"x": TEST.features}, TEST.labels)).batch(100)
        iterator = data.make_initializable_iterator()
        tf.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
        return iterator.get_next()

    before = step(estimator)
    assert estimator.evaluate(input_fn)["accuracy"] == estimator.evaluate(test_input)["accuracy"]
    estimator.train(input_fn)
    assert step(estimator) == before + -(-len(TEST.labels) // 100)


def test_records_of_examples(tmp_path):
    path = str(tmp_path / "digits.tfrecord")
    digits = load_digits().test
    with tf.python_io.TFRecordWriter(path) as writer:
        for image, label in zip(digits.features[:40], digits.labels[:40], strict=True):
            raw = tf.train.Feature(bytes_list=tf.train.BytesList(value=[np.float32(image).tobytes()]))
            number = tf.train.Feature(int64_list=tf.train.Int64List(value=[int(label)]))
            features = tf.train.Features(feature={"image_raw": raw, "label": number})
            writer.write(tf.train.Example(features=features).SerializeToString())

    def parse(serialized):
        wanted = {"image_raw": tf.FixedLenFeature([], tf.string), "label": tf.FixedLenFeature([], tf.int64)}
        found = tf.parse_single_example(serialized, features=wanted)
        image = tf.decode_raw(found["image_raw"], tf.float32)
        image.set_shape([64])
        return image, found["label"]

    with tf.Graph().as_default(), tf.Session() as session:
        dataset = tf.data.TFRecordDataset(path).map(parse).batch(40)
        assert repr(dataset) == "<DatasetV1Adapter shapes: ((?, 64), (?,)), types: (tf.float32, tf.int64)>"
        images, labels = session.run(dataset.make_one_shot_iterator().get_next())
    assert (images == np.float32(digits.features[:40])).all()
    assert (labels == digits.labels[:40]).all()
