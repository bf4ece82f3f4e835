"""pandas_input_fn: TensorFlow 1.15's batches and messages. What is marked so in a comment was run there."""

from __future__ import annotations

import numpy as np
import pytest

from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from estimators.session import Session
from input_fns.numpy_input import numpy_input_fn
from input_fns.pandas_input import pandas_input_fn
from model_fns import layers, losses
from model_fns.errors import OutOfRangeError
from model_fns.estimator_spec import EstimatorSpec
from model_fns.global_step import get_global_step
from model_fns.graph.graph import Graph
from model_fns.optimizers import GradientDescentOptimizer

pandas = pytest.importorskip("pandas")

FRAME = pandas.DataFrame({"b": [1, 2, 3, 4, 5], "a": [1.0, 2.0, 3.0, 4.0, 5.0], "s": list("vwxyz")})
SERIES = pandas.Series([0, 1, 0, 1, 0], name="whatever")
TARGETS = pandas.DataFrame({"a": [0, 1, 0, 1, 0], "q": [1.0, 2.0, 3.0, 4.0, 5.0]})


def batches(input_fn, most=10):
    """What the input function yields, arrays as lists."""
    with Graph().as_default():
        session = Session()
        wanted, found = input_fn(), []
        try:
            for _ in range(most):
                found.append(listed(session.run(wanted)))
        except OutOfRangeError:
            pass
        return found


def listed(value):
    if isinstance(value, tuple):
        return tuple(map(listed, value))
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    return value.tolist()


def test_batches_cross_epochs_in_the_order_of_the_columns():  # as run on TensorFlow
    found = batches(pandas_input_fn(FRAME, SERIES, batch_size=4, num_epochs=2, shuffle=False))
    assert found == [
        ({"b": [1, 2, 3, 4], "a": [1, 2, 3, 4], "s": [b"v", b"w", b"x", b"y"]}, [0, 1, 0, 1]),
        ({"b": [5, 1, 2, 3], "a": [5, 1, 2, 3], "s": [b"z", b"v", b"w", b"x"]}, [0, 0, 1, 0]),
        ({"b": [4, 5], "a": [4, 5], "s": [b"y", b"z"]}, [1, 0]),
    ]
    assert list(found[0][0]) == ["b", "a", "s"]


def test_a_frame_of_targets_may_share_names_with_the_features():  # as run on TensorFlow
    found = batches(pandas_input_fn(FRAME, TARGETS, batch_size=4, shuffle=False))
    assert [labels for _, labels in found] == [{"a": [0, 1, 0, 1], "q": [1, 2, 3, 4]}, {"a": [0], "q": [5]}]
    assert found[1][0] == {"b": [5], "a": [5], "s": [b"z"]}


def test_without_targets_there_are_features_only_and_without_epochs_no_end():  # as run on TensorFlow
    found = batches(pandas_input_fn(FRAME[["b"]], batch_size=4, num_epochs=None, shuffle=False), most=3)
    assert found == [{"b": [1, 2, 3, 4]}, {"b": [5, 1, 2, 3]}, {"b": [4, 5, 1, 2]}]


@pytest.mark.parametrize(("num_epochs", "rows"), [(1, None), (None, 4)])
def test_types_and_sizes(num_epochs, rows):  # as run on TensorFlow
    frame = FRAME.assign(t=[True, False] * 2 + [True])
    with Graph().as_default():
        features = pandas_input_fn(frame, batch_size=4, num_epochs=num_epochs, shuffle=False)()
    kinds = {name: (tensor.dtype.name, tensor.shape.as_list()) for name, tensor in features.items()}
    assert kinds == {"b": ("int64", [rows]), "a": ("float64", [rows]), "s": ("string", [rows]), "t": ("bool", [rows])}


def test_shuffled_epochs_are_permutations_that_keep_rows_together():
    found = batches(pandas_input_fn(FRAME, TARGETS["q"], batch_size=5, num_epochs=20, shuffle=True), most=20)
    orders = {tuple(features["b"]) for features, _ in found}
    assert all(sorted(order) == [1, 2, 3, 4, 5] for order in orders) and len(orders) > 5
    assert all(features["b"] == features["a"] == labels for features, labels in found)


def test_later_changes_to_the_frame_do_not_matter():
    frame = FRAME.copy()
    input_fn = pandas_input_fn(frame, shuffle=False)
    frame["b"] = 0
    frame.loc[0, "a"] = 7.0
    assert batches(input_fn) == [{"b": [1, 2, 3, 4, 5], "a": [1, 2, 3, 4, 5], "s": [b"v", b"w", b"x", b"y", b"z"]}]


@pytest.mark.parametrize(
    ("column", "dtype", "values"),
    [
        (pandas.Series(["u", "v"], dtype="category"), "string", [b"u", b"v"]),
        (pandas.Series([3, 4], dtype="category"), "int64", [3, 4]),
        (pandas.Series([3, 4], dtype="Int64"), "int64", [3, 4]),
        (pandas.Series([True, False], dtype="boolean"), "bool", [True, False]),
        (pandas.Series([1.5, np.nan], dtype="float32"), "float32", [1.5, np.nan]),
        (pandas.Series([b"u", "v"], dtype=object), "string", [b"u", b"v"]),
        (pandas.Series([1, 2], dtype=">i4"), "int32", [1, 2]),
    ],
)
def test_kinds_of_columns(column, dtype, values):
    with Graph().as_default():
        tensor = pandas_input_fn(pandas.DataFrame({"c": column}), shuffle=False)()["c"]
        assert tensor.dtype.name == dtype
        np.testing.assert_array_equal(Session().run(tensor), np.array(values, tensor.dtype.as_numpy_dtype))


def renamed(**names):
    return FRAME.rename(columns=names)


TAKEN = "Cannot use name {} for target column: DataFrame already has a column with that name: {}"
MISSING = (
    "x['c'] is a column of {}, whose values must all be text, but at index 1 is {}. Fill in what is missing (fillna), "
    "leave it out (dropna), or give the column a type of numbers (astype)."
)


@pytest.mark.parametrize(
    ("arguments", "error_type", "message"),
    [
        (
            {"x": FRAME, "shuffle": None},
            ValueError,
            "shuffle must be provided and explicitly set as boolean (it is recommended to set it as True for "
            "training); got None",
        ),
        ({"x": FRAME, "target_column": 3}, TypeError, "target_column must be a string type"),
        (
            {"x": renamed(b="target"), "y": SERIES},
            ValueError,
            TAKEN.format("target", renamed(b="target").columns),
        ),
        ({"x": FRAME, "y": TARGETS, "target_column": "s"}, ValueError, TAKEN.format("s", FRAME.columns)),
        (
            {"x": FRAME, "y": SERIES[1:]},
            ValueError,
            "Index for x and y are mismatched.\nIndex for x: RangeIndex(start=0, stop=5, step=1)\n"
            "Index for y: RangeIndex(start=1, stop=5, step=1)\n",
        ),
        # Where TensorFlow 1 fails on an attribute, divides by zero or goes on in silence, the sentences are ours.
        (
            {"x": {"a": np.ones(2)}},
            TypeError,
            "x must be a DataFrame; got dict. For arrays there is numpy_input_fn.",
        ),
        (
            {"x": FRAME, "y": np.zeros(5)},
            TypeError,
            "y must be a Series or a DataFrame; got ndarray. Try pandas.Series(y, x.index).",
        ),
        ({"x": FRAME[:0]}, ValueError, "x cannot be an empty DataFrame; it has 0 rows and 3 columns"),
        ({"x": FRAME[[]]}, ValueError, "x cannot be an empty DataFrame; it has 5 rows and 0 columns"),
        (
            {"x": FRAME, "y": pandas.DataFrame(index=range(5))},
            ValueError,
            "y cannot be an empty DataFrame; it has 5 rows and 0 columns",
        ),
        (
            {"x": renamed(b="a")},
            ValueError,
            "the columns of x must have different names; more than one is called 'a'.",
        ),
        (
            {"x": pandas.DataFrame({"c": ["u", None]}, dtype=object)},
            TypeError,
            MISSING.format("object", "None"),
        ),
        ({"x": pandas.DataFrame({"c": ["u", 3]}, dtype=object)}, TypeError, MISSING.format("object", "3")),
        (
            {"x": FRAME, "y": pandas.Series(pandas.to_datetime(["2020-01-01"] * 5).astype("datetime64[ns]"))},
            TypeError,
            "y is a column of datetime64[ns], which no tensor can hold. Turn it into numbers or text (astype).",
        ),
    ],
)
def test_messages(arguments, error_type, message):
    with pytest.raises(error_type) as caught:
        pandas_input_fn(**{"shuffle": False, **arguments})
    assert str(caught.value) == message


def model_fn(features, labels, mode):
    inputs = layers.dense(features["x"][:, None], 1)
    if mode == "infer":
        return EstimatorSpec(mode, predictions={"y": inputs, "name": features["name"]})
    loss = losses.mean_squared_error(labels[:, None], inputs)
    train_op = GradientDescentOptimizer(0.1).minimize(loss, get_global_step())
    return EstimatorSpec(mode, loss=loss, train_op=train_op)


def test_an_estimator_learns_from_a_frame_as_from_arrays(tmp_path):
    """Also with a column of text beside the numbers, which the machine code does not gather."""
    x = np.linspace(-1, 1, 20, dtype=np.float32)
    frame, target = pandas.DataFrame({"x": x, "name": [f"row {i}" for i in range(20)]}), pandas.Series(3 * x + 10)
    arrays = {"x": x, "name": frame["name"].to_numpy(object)}
    losses_seen = []
    for name, input_fn in [
        ("pandas", lambda **how: pandas_input_fn(frame, target, batch_size=5, **how)),
        ("numpy", lambda **how: numpy_input_fn(arrays, 3 * x + 10, batch_size=5, **how)),
    ]:
        estimator = Estimator(model_fn, tmp_path / name, RunConfig(tf_random_seed=1))
        estimator.train(input_fn(num_epochs=None, shuffle=True), steps=100)
        losses_seen.append(estimator.evaluate(input_fn(shuffle=False))["loss"])
        predictions = list(estimator.predict(input_fn(shuffle=False)))
        assert [prediction["name"].decode() for prediction in predictions] == list(frame["name"])
        assert predictions[0]["y"] == pytest.approx(7, abs=0.1)
    assert losses_seen[0] == losses_seen[1] < 1e-3
