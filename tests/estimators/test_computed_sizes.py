"""Tensors whose sizes only computed values tell: runs are cut there, and come to what TensorFlow 1.15 comes to."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.session import Prepared
from estimators.staged_run import StagedRun
from tests.golden.computed_size_cases import BATCHES, CASES, W, X

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "computed_sizes.json").read_text())


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def built() -> tuple[Any, Any, Any]:
    x, w = tf.placeholder(tf.float32, [None, 2], "x"), tf.get_variable("w", initializer=W)
    return x, w, tf.matmul(x, w, name="h")


def started() -> Any:
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return session


@pytest.mark.parametrize("name", CASES)
def test_runs_are_tensorflows(name: str):
    x, w, h = built()
    fetches = CASES[name](tf, x, w, h)
    with started() as session:
        for rows, expected in zip(BATCHES, GOLDEN[name], strict=True):
            values = session.run(fetches, {x: X[:rows]})
            for value, (shape, items) in zip(values, expected, strict=True):
                assert list(np.shape(value)) == shape
                if np.asarray(value).dtype == object:
                    assert [word.decode() for word in value] == items
                    continue
                np.testing.assert_allclose(np.ravel(value), items, rtol=2e-5, atol=1e-5)


def test_what_follows_is_compiled_for_few_ways_in_which_sizes_coincide():
    x, _, h = built()
    first, second = tf.boolean_mask(h, h[:, 0] > 0), tf.boolean_mask(h, h[:, 1] > 0)
    total = tf.reduce_sum(first) * tf.reduce_sum(second)
    with started() as session:
        for rows in range(1, 7):
            for start in range(6):
                session.run(total, {x: np.roll(X, start, 0)[:rows]})
        staged = session.last_prepared
        assert isinstance(staged, StagedRun)
        assert 1 < len(staged._first.following) <= 3
        assert staged._first.following[0].following == []
        session.run(tf.reduce_sum(h), {x: X})
        assert isinstance(session.last_prepared, Prepared)  # other runs are in one piece


def test_each_operation_is_done_once():
    x, _, h = built()
    calls: list[int] = []
    seen = tf.py_func(lambda value: calls.append(1) or value, [h], tf.float32)
    seen.set_shape([None, 2])
    kept = tf.boolean_mask(seen, seen[:, 0] > 0)
    element = tf.data.Dataset.range(3).make_one_shot_iterator().get_next()
    with started() as session:
        for number in range(3):
            fetched = session.run([element, kept, seen * 2, tf.size(kept)], {x: X})
            assert (fetched[0], len(calls)) == (number, number + 1)
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run([element, kept], {x: X})
        assert len(calls) == 3


def test_a_run_that_fails_leaves_variables_as_they_were():
    x, _, h = built()
    counter = tf.get_variable("counter", initializer=0.0)
    counted = tf.assign_add(counter, 1.0)
    kept = tf.boolean_mask(h, h[:, 0] > 0)
    badly = tf.reshape(kept, [tf.size(kept) + 1, 1])
    out_of_range = tf.gather(kept, [100])
    with started() as session:
        for bad in (badly, out_of_range):
            with pytest.raises(tf.errors.InvalidArgumentError):
                session.run([counted, bad], {x: X})
            assert session.run(counter) == 0
        assert session.run([counted, tf.size(kept)], {x: X}) == [1, 6]


def test_what_is_fed_in_place_of_such_a_tensor_is_taken():
    x, _, h = built()
    kept = tf.boolean_mask(h, h[:, 0] > 0)
    total = tf.reduce_sum(kept)
    with started() as session:
        assert session.run(total, {kept: np.ones((3, 2))}) == 6
        assert isinstance(session.last_prepared, Prepared)


# -- estimators --------------------------------------------------------------------------------------------------------

POINTS = np.random.RandomState(0).randn(64, 4).astype("float32")
CLASSES = (POINTS[:, 0] > 0).astype("int32")


def model_fn(features: Any, labels: Any, mode: str, params: dict[str, Any]) -> Any:
    """Learns of those rows only that it does not know well yet: left out, or with a weight of 0."""
    logits = tf.layers.dense(tf.layers.dense(features["x"], 8, tf.nn.relu), 2)
    classes = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        ones = tf.fill([tf.shape(logits)[0]], tf.size(tf.boolean_mask(classes, classes > 0)))
        return tf.estimator.EstimatorSpec(mode, predictions={"class": classes, "ones": ones})
    hard = tf.reduce_max(tf.nn.softmax(logits), 1) < tf.random_uniform(tf.shape(logits)[:1], 0.8, 1.2, seed=3)
    entropy = tf.losses.sparse_softmax_cross_entropy
    if params["left_out"]:
        loss = entropy(tf.boolean_mask(labels, hard), tf.boolean_mask(logits, hard))
    else:
        loss = entropy(labels, logits, tf.cast(hard, tf.float32))
    if mode == tf.estimator.ModeKeys.EVAL:
        accuracy = tf.metrics.accuracy(tf.boolean_mask(labels, hard), tf.boolean_mask(classes, hard))
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops={"hard": accuracy})
    train_op = tf.train.AdamOptimizer(0.05).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def input_fn(rows: int, **options: Any) -> Any:
    return tf.estimator.inputs.numpy_input_fn({"x": POINTS[:rows]}, CLASSES[:rows], **options)


def test_rows_left_out_are_rows_of_weight_0(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    found: list[Any] = []
    for left_out in (True, False):
        config = tf.estimator.RunConfig(tf_random_seed=1, save_summary_steps=10, log_step_count_steps=10)
        model = tf.estimator.Estimator(model_fn, str(tmp_path / str(left_out)), config, {"left_out": left_out})
        with caplog.at_level(logging.DEBUG, logger="tensorflow"):
            model.train(input_fn(64, batch_size=16, num_epochs=None, shuffle=True), steps=25)
        told = [record.message for record in caplog.records if "the run is cut there" in record.message]
        assert [" (Where)" in line for line in told] == [True] * left_out  # once
        caplog.clear()
        assert ("== the host, whose results tell" in model.explain()) == left_out
        assert model.compiled_source().count("def run(") == 1 + left_out
        weights = {name: model.get_variable_value(name).tolist() for name in model.get_variable_names()}
        metrics = model.evaluate(input_fn(64, batch_size=10, shuffle=False))
        predicted = [(p["class"], p["ones"]) for p in model.predict(input_fn(7, batch_size=3, shuffle=False))]
        found.append([weights, metrics, predicted])
    assert found[0][0].keys() == found[1][0].keys()
    for name, values in found[0][0].items():
        np.testing.assert_allclose(values, found[1][0][name], rtol=1e-4, atol=1e-6)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-4)
    assert found[0][2] == found[1][2]
    sizes = [sum(int(c) for c, _ in found[0][2][start : start + 3]) for start in (0, 3, 6)]
    assert [int(ones) for _, ones in found[0][2]] == [sizes[0]] * 3 + [sizes[1]] * 3 + [sizes[2]]


def test_a_mean_of_nothing_ends_the_training(tmp_path: Path):
    def runs_dry(features: Any, labels: Any, mode: str) -> Any:
        w = tf.get_variable("w", initializer=3.0)
        step = tf.train.get_global_step()
        loss = tf.reduce_mean(tf.boolean_mask(features["x"] * w, features["x"][:, 0] < w))
        train_op = tf.group(tf.assign_sub(w, 1.0 + 0 * loss), tf.assign_add(step, 1))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    model = tf.estimator.Estimator(runs_dry, str(tmp_path))
    ones = tf.estimator.inputs.numpy_input_fn({"x": np.ones((4, 1), "float32")}, None, 2, num_epochs=None, shuffle=True)
    with pytest.raises(tf.train.NanLossDuringTrainingError):
        model.train(ones, steps=10)
