"""Numeric ops against TensorFlow 1.15 (golden/numeric_cases.py), and what changes variables by index."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from model_fns.autodiff import gradients
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import Graph
from model_fns.saved_graph import restored, saved
from tests.golden import numeric_cases, op_cases

CASES = numeric_cases.CASES


@cache
def golden() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "golden" / "numeric.json").read_text())  # type: ignore[no-any-return]


def test_every_case_has_its_golden_numbers():
    assert set(golden()) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_tensorflows(name: str):
    build, given = CASES[name]
    wanted = golden()[name]
    with Graph().as_default():
        arrays = [op_cases.array(kind, shape, number, "float64") for number, (kind, shape) in enumerate(given)]
        tensors = [tf.placeholder(array.dtype, array.shape) for array in arrays]
        feeds = dict(zip(tensors, arrays, strict=True))
        output = build(tf, *tensors)
        assert output.dtype.name == wanted["dtype"]
        assert output.shape.is_compatible_with(wanted["shape"])
        (value,) = evaluate([output], feeds)
        close(value, wanted["value"], output.dtype)
        if not output.dtype.is_floating:
            return
        weights = np.cos(np.arange(np.size(value))).reshape(np.shape(value))
        found = gradients(tf.reduce_sum(output * weights), [t for t in tensors if t.dtype.is_floating])
        for gradient, expected in zip(found, wanted["gradients"], strict=True):
            if expected is not None:
                assert gradient is not None
                close(evaluate([convert_to_tensor(gradient)], feeds)[0], expected, output.dtype)


def close(value: Any, wanted: list[float], dtype: Any) -> None:
    exact = 1e-8 if dtype != tf.float32 else 2e-5
    np.testing.assert_allclose(np.ravel(value), wanted, exact, 0.1 * exact * max(np.abs(wanted).max(initial=0), 1))


def runs(*steps: Any) -> list[Any]:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [session.run(step).tolist() for step in steps]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("scatter_mul", [[2, 8], [3, 4], [30, 48]]),
        ("scatter_div", [[0.5, 0.5], [3, 4], [5 / 6, 0.75]]),
        ("scatter_min", [[1, 2], [3, 4], [5, 6]]),
        ("scatter_max", [[2, 4], [3, 4], [6, 8]]),
    ],
)
def test_rows_are_changed_once_for_each_index(name: str, changed: list[Any]):
    with Graph().as_default():
        variable = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        change = getattr(tf, name)(variable, [0, 2], [[2.0, 4.0], [6.0, 8.0]])
        made, after = runs(change, variable)
        np.testing.assert_allclose(made, changed, rtol=1e-6)
        assert after == made


def test_several_changes_of_one_row_all_count():
    with Graph().as_default():
        variable = tf.Variable([1, 2])
        assert runs(tf.scatter_mul(variable, [1, 1], [3, 5]), variable) == [[1, 30], [1, 30]]


def test_slices_at_index_vectors_are_changed():
    with Graph().as_default():
        variable = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
        update = tf.scatter_nd_update(variable, [[0, 1]], [9.0])
        add = variable.scatter_nd_add([[1]], [[10.0, 20.0]])
        sub = tf.scatter_nd_sub(variable, [[1, 0], [1, 0]], [1.0, 2.0])
        assert runs(update, add, sub)[-1] == [[1, 9], [10, 24]]


@pytest.mark.parametrize("name", ["scatter_mul", "scatter_max", "scatter_nd_add"])
def test_an_index_out_of_range_changes_nothing(name: str):
    with Graph().as_default():
        variable = tf.Variable([1.0, 2.0])
        places = [[0], [7]] if "nd" in name else [0, 7]
        change = getattr(tf, name)(variable, places, [5.0, 6.0])
        with tf.Session() as session:
            session.run(variable.initializer)
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[1\] = \[?7\]? "):
                session.run(change)
            assert session.run(variable).tolist() == [1, 2]


def test_counting_stops_at_the_limit():
    with Graph().as_default():
        variable = tf.Variable(0)
        count = variable.count_up_to(2)
        assert runs(count, variable) == [0, 1]
        with tf.Session() as session:
            session.run(variable.initializer)
            assert [int(session.run(count)) for _ in range(2)] == [0, 1]
            with pytest.raises(tf.errors.OutOfRangeError, match="Reached limit of 2"):
                session.run(count)
            assert session.run(variable) == 2


@pytest.mark.parametrize("dtype", ["int32", "int64", "float16", "uint8"])
def test_products_and_loops_of_every_type_run(dtype: str):
    """Machine code multiplies float32 and float64 alone, and knows no float16: the rest is left to the host."""
    with Graph().as_default():
        a = tf.placeholder(dtype, [2, 3])
        product = tf.matmul(a, a, transpose_b=True) if dtype != "uint8" else a * a
        numbers = np.arange(6).reshape(2, 3).astype(dtype)
        with tf.Session() as session:
            made, doubled = session.run([product, a + a], {a: numbers})
        assert made.dtype == doubled.dtype == dtype
        assert made.tolist() == (numbers @ numbers.T if dtype != "uint8" else numbers * numbers).tolist()
        assert doubled.tolist() == (numbers + numbers).tolist()


def test_a_variable_of_float16_is_trained():
    with Graph().as_default():
        variable = tf.Variable(np.ones(3), dtype=tf.float16)
        step = tf.train.GradientDescentOptimizer(np.float16(0.5)).minimize(tf.reduce_sum(variable * variable))
        with tf.Session() as session:
            session.run(variable.initializer)
            session.run(step)
            assert session.run(variable).tolist() == [0, 0, 0]


def test_means_of_integers_are_cut_towards_zero():
    with Graph().as_default():
        x = tf.placeholder(tf.int32, [3])
        with tf.Session() as session:
            assert session.run(tf.reduce_mean(x), {x: [-1, -2, -2]}) == -1
            assert session.run(tf.reduce_mean(tf.constant([[-7, 0], [4, 3]]), 1)).tolist() == [-3, 3]


@pytest.mark.parametrize("axis", [None, 0, -1, [0, 2], [-1, -3], [0, -1]])
def test_a_reduction_of_unknown_rank_has_its_gradient(axis: Any):
    with Graph().as_default():
        x = tf.placeholder(tf.float32)
        total = tf.reduce_sum(x * x, axis)
        assert (total.shape.ndims == 0) == (axis is None)
        (slope,) = tf.gradients(total, x)
        given = np.arange(24.0, dtype="float32").reshape(2, 3, 4)
        with tf.Session() as session:
            np.testing.assert_allclose(session.run(slope, {x: given}), 2 * given)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: tf.sqrt(tf.constant([1])),
            TypeError,
            "'x' has DataType int32 not in list of allowed values",
        ),
        (
            lambda: tf.constant([1.0]) * tf.constant([1]),
            TypeError,
            "'y' of 'Mul' Op has type int32 that does not",
        ),
        (lambda: tf.constant([1]) & tf.constant([1]), TypeError, "'x' of 'LogicalAnd' Op has type int32"),
        (lambda: tf.reduce_sum([1.0], axis=0, reduction_indices=0), ValueError, "both 'reduction_indices' and 'axis'"),
        (lambda: tf.expand_dims([1.0]), ValueError, "Must specify an axis argument"),
        (lambda: tf.expand_dims([1.0], 0, dim=0), ValueError, "Cannot specify both 'dim' and 'axis'"),
        (lambda: tf.squeeze([[1.0]], [2]), ValueError, r"squeeze_dims\[0\] not in \[-2,2\)"),
        (lambda: tf.reverse([[1.0]], [3]), ValueError, r"'axis'\[0\] = 3 is out of valid range \[0, 1\]"),
        (lambda: tf.reverse([[1.0]], [0, -2]), ValueError, "axis 0 specified more than once"),
        (lambda: tf.split([1.0], 0), ValueError, "passed 0 less than minimum 1"),
        (lambda: tf.split([1.0], tf.constant(1)), ValueError, "Rank-0 tensors are not supported"),
        (lambda: tf.unstack([1.0], axis=1), ValueError, r"axis = 1 not in \[-1, 1\)"),
        (lambda: tf.range(5, 0, 1), ValueError, "Requires start <= limit when delta > 0: 5/0"),
        (lambda: tf.range(0, 5, 0), ValueError, "Requires delta != 0"),
        (
            lambda: tf.one_hot([1], 2, on_value=1, dtype=tf.float32),
            TypeError,
            "of on_value does not match dtype param",
        ),
        (lambda: tf.one_hot([1], 2, 1.0, 0), TypeError, "of on_value does not match dtype .* of off_value"),
        (lambda: tf.pad([1.0], [[1, 1]], "AROUND"), ValueError, "Unknown padding mode: AROUND"),
        (lambda: tf.fill([-1], 0), ValueError, "Fill dimensions must be >= 0"),
        (lambda: tf.convert_to_tensor(tf.TensorShape([1, None])), ValueError, "partially known TensorShape"),
        (lambda: tf.gradients(tf.constant(1.0), [], aggregation_method=7), ValueError, "Invalid aggregation_method"),
        (lambda: tf.space_to_batch_nd(np.zeros((1, 3, 1)), [2], [[0, 0]]), ValueError, r"=3 is not divisible by"),
        (lambda: tf.cross(np.zeros((2, 2)), np.zeros((2, 2))), ValueError, "Dimension must be 3 but is 2"),
        (lambda: tf.nn.pool(np.zeros((1, 4, 4, 1)), [2, 2], "SUM", "SAME"), ValueError, "must be 'MAX' or 'AVG'"),
    ],
)
def test_a_mistake_is_an_error_of_tensorflows_kind(build: Any, error: type[Exception], message: str):
    with Graph().as_default(), pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: tf.segment_sum([1.0, 2.0], [1, 0]), "segment ids are not increasing"),
        (lambda: tf.segment_max([1.0, 2.0], [-1, 0]), "segment ids must be >= 0"),
        (lambda: tf.segment_mean([1.0, 2.0], [0]), "segment_ids should be the same size as dimension 0"),
        (lambda: tf.dynamic_partition([1, 2], [0, 5], 2)[0], r"partitions\[1\] = 5 is not in \[0, 2\)"),
        (lambda: tf.pad([1.0], [[2, 0]], "REFLECT"), "paddings must be less than the dimension size: 2, 0"),
    ],
)
def test_a_mistake_in_what_is_given_fails_the_run(build: Any, message: str):
    with Graph().as_default(), tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=message):
        session.run(build())


def test_a_shape_that_is_ensured_is_looked_at_again_when_it_is_known():
    with Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32)
        ensured = tf.ensure_shape(x, [None, 2])
        assert ensured.shape.as_list() == [None, 2]
        assert session.run(ensured, {x: [[1, 2]]}).tolist() == [[1, 2]]
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not compatible with expected shape \[\?,2\]"):
            session.run(ensured, {x: [[1, 2, 3]]})
        with pytest.raises(ValueError, match="not compatible with expected shape"):
            tf.ensure_shape(tf.constant([1, 2]), [3])


def test_checks_of_python_values_are_tensorflows():
    with Graph().as_default():
        assert tf.is_numeric_tensor(tf.constant(1)) and not tf.is_numeric_tensor(tf.constant("a"))
        assert tf.assert_same_float_dtype([tf.constant(1.0), None], tf.float32) == tf.float32
        with pytest.raises(ValueError, match="Expected floating point type, got"):
            tf.assert_same_float_dtype([tf.constant(1)])
        with pytest.raises(TypeError, match="to be a 'proper' iterable"):
            tf.assert_proper_iterable("text")
        with pytest.raises(ValueError, match="must return 1 gradients"):
            one = tf.constant(1.0)
            tf.gradients(tf.custom_gradient(lambda x: (x, lambda dy: (dy, dy)))(one), one)


def test_small_things_are_tensorflows():
    with Graph().as_default(), tf.Session() as session:
        assert session.run(tf.split(np.eye(2), 1)[0]).shape == (2, 2)
        assert session.run(tf.constant([], tf.int32)).dtype == np.int32
        assert session.run(tf.range(3.0)).dtype == np.float32
        assert session.run(tf.reverse([1, 2], tf.constant([0]))).tolist() == [2, 1]
        assert session.run(tf.one_hot([1], 2, on_value=3)).tolist() == [[0, 3]]
        assert session.run(tf.pad(["a"], [[1, 0]], constant_values="b")).tolist() == [b"b", b"a"]
        assert session.run(tf.zeros([1], tf.string)).tolist() == [b""]
        assert session.run(tf.gather_nd([[1, 2]], np.zeros((1, 0), np.int32))).tolist() == [[[1, 2]]]
        assert session.run(tf.broadcast_dynamic_shape([2, 1], [3])).tolist() == [2, 3]
        assert tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([None])).as_list() == [2, None]
        assert session.run(tf.bitcast(np.array([1.0], "float32"), tf.int32)).tolist() == [1065353216]
        assert session.run(tf.bitcast(np.array([[1, 0]], "int32"), tf.int64)).tolist() == [1]
        padded = tf.required_space_to_batch_paddings([3, 4], [2, 2])
        assert session.run(list(padded))[0].tolist() == [[0, 1], [0, 0]]
        zero = tf.gradients(tf.constant(1.0), [tf.constant([1.0, 2.0])], unconnected_gradients="zero")
        assert session.run(zero[0]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"precision": 2}, [b"1.50", b"-20.25"]),
        ({"scientific": True, "precision": 1}, [b"1.5e+00", b"-2.0e+01"]),
        ({"shortest": True}, [b"1.5", b"-20.25"]),
        ({"width": 9, "fill": "0", "precision": 1}, [b"0000001.5", b"-000020.2"]),
    ],
)
def test_numbers_are_written_as_asked(options: dict[str, Any], texts: list[bytes]):
    with Graph().as_default(), tf.Session() as session:
        assert session.run(tf.as_string([1.5, -20.25], **options)).tolist() == texts


def test_a_way_of_writing_that_there_is_not_is_refused():
    with Graph().as_default():
        with pytest.raises(tf.errors.InvalidArgumentError, match="are of floats, not int32"):
            tf.as_string([1], precision=2)
        with pytest.raises(tf.errors.InvalidArgumentError, match="both scientific and shortest"):
            tf.as_string([1.0], scientific=True, shortest=True)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Fill string must be one of"):
            tf.as_string([1.0], width=5, fill="xx")


def test_a_variable_of_strings_holds_them():
    with Graph().as_default():
        variable = tf.get_variable("words", [2], tf.string)
        given = tf.Variable(["a", "b"])
        assert runs(variable, given, given.assign(["c", "longer"]), given) == [
            [b"", b""],
            [b"a", b"b"],
            [b"c", b"longer"],
            [b"c", b"longer"],
        ]


def test_images_of_float16_are_normalized_by_float32():
    with Graph().as_default(), tf.Session() as session:
        images = np.arange(16.0).reshape(2, 2, 2, 2).astype("float16")
        scale, offset = tf.constant([1.0, 2.0]), tf.constant([0.5, 0.0])
        made, mean, _ = tf.nn.fused_batch_norm(tf.constant(images), scale, offset)
        assert (made.dtype, mean.dtype) == (tf.float16, tf.float32)
        wanted = (images - images.mean((0, 1, 2))) / images.astype("float64").std((0, 1, 2)) * [1, 2] + [0.5, 0]
        np.testing.assert_allclose(session.run(made), wanted, rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize(
    ("padding", "strides", "message"),
    [
        ([[0, 0], [1, 1], [1, 1]], 1, "must be a list of four pairs"),
        ([[1, 0], [1, 1], [1, 1], [0, 0]], 1, "in the batch or depth dimensions is not supported"),
        ("SAME", [1, 0, 1, 1], "Stride must be > 0, but got 0"),
        ("AROUND", 1, 'must be one of "VALID", "SAME"'),
    ],
)
def test_a_window_that_cannot_move_is_refused(padding: Any, strides: Any, message: str):
    with Graph().as_default(), pytest.raises(ValueError, match=message):
        tf.nn.conv2d(np.zeros((1, 4, 4, 1), "float32"), np.zeros((2, 2, 1, 1), "float32"), strides, padding)


def test_a_graph_with_a_custom_gradient_is_saved_without_it():
    with Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [], "x")
        tf.identity(tf.custom_gradient(lambda x: (x * x, lambda dy: dy))(x), "y")
    again = Graph()
    restored(json.loads(json.dumps(saved(graph))), again)
    with again.as_default(), tf.Session() as session:
        assert session.run("y:0", {"x:0": 3.0}) == 9
        with pytest.raises(LookupError, match="not saved with a graph"):
            tf.gradients(again.get_tensor_by_name("y:0"), again.get_tensor_by_name("x:0"))
