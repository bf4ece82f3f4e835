"""Summaries of large variables are made when they are due, and are no part of a step."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators import reports
from estimators.reports import found_before_the_step, numbers_shown, seen_by_report

FEATURES = {"a": np.array([1, 2, 2, 7])}
LABELS = np.array([0.0, 1, 1, 0], np.float32)


@pytest.fixture(autouse=True)
def sixteen_is_large(monkeypatch):
    monkeypatch.setattr(reports, "_LARGE", 16)


def test_what_follows_from_large_variables_is_found_before_the_step():
    table = tf.get_variable("table", [20])
    small = tf.get_variable("small", [4])
    fed = tf.placeholder(tf.float32, [])
    with tf.control_dependencies([tf.assign(small, small)]):
        late = tf.reduce_sum(table)
    of_table, mixed = tf.reduce_sum(table) * 2.0, tf.reduce_sum(table) + fed
    shown = [of_table, mixed, tf.reduce_sum(small), late, tf.random_uniform([20])[0] + table[0]]
    scalars = [tf.summary.scalar(f"number_{i}", number) for i, number in enumerate(shown)]
    merged = tf.summary.merge(scalars)
    assert found_before_the_step(merged) == [of_table]
    assert set(seen_by_report(merged) or ()) == set(shown) - {of_table}
    assert numbers_shown([merged]) is None
    assert numbers_shown(scalars[1:3]) == {"number_1": shown[1], "number_2": shown[2]}


def test_the_share_of_zeros_of_a_table_is_that_before_the_step(tmp_path):
    """...and the step does not look at the table."""
    column = tf.feature_column.categorical_column_with_identity("a", 20)
    config = tf.estimator.RunConfig(save_summary_steps=2)
    estimator = tf.estimator.LinearRegressor([column], str(tmp_path), config=config)
    inputs = tf.estimator.inputs.numpy_input_fn(FEATURES, LABELS, 2, num_epochs=2, shuffle=False)
    estimator.train(inputs)
    assert "zero_fraction" not in estimator.compiled_source()
    found = {}
    for path in tmp_path.glob("events*"):
        for event in tf.train.summary_iterator(str(path)):
            found |= {(event.step, v.tag): v.simple_value for v in event.summary.value if "zero" in v.tag}
    tag = "linear/fraction_of_zero_weights"
    assert found == {(1, tag): 1.0, (3, tag): pytest.approx(18 / 20)}  # the first row has met no error yet
