"""TensorShape, Dimension and DType where they say no, and constant_value: as TensorFlow 1.15.5 has them."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf
from model_fns.graph.constant_value import constant_value, constant_value_as_shape
from model_fns.graph.graph import Graph
from model_fns.graph.shapes import Dimension, TensorShape
from model_fns.protos.tensor import make_ndarray, make_tensor_proto

NAMES = {"tf": tf, "Dimension": Dimension, "TensorShape": TensorShape, "make_tensor_proto": make_tensor_proto}


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default():
        yield


@pytest.mark.parametrize(
    ("expression", "kind", "said"),
    [
        ("Dimension(7) / 2", TypeError, "for /: 'Dimension' and 'int', please use // instead"),
        ("2 / Dimension(7)", TypeError, "for /: 'int' and 'Dimension', please use // instead"),
        ("Dimension(1.5)", ValueError, "Ambiguous dimension: 1.5"),
        ("Dimension(2).assert_is_compatible_with(3)", ValueError, "Dimensions 2 and 3 are not compatible"),
        ("TensorShape('12')", TypeError, "ambiguous TensorShape, please wrap in a list or convert to an int: 12"),
        ("TensorShape([1, 2]).with_rank_at_most(1)", ValueError, "Shape (1, 2) must have rank at most 1"),
        ("TensorShape([1]).assert_same_rank([2, 3])", ValueError, "Shapes (1,) and (2, 3) must have the same rank"),
        ("TensorShape([1]).assert_is_compatible_with([2])", ValueError, "Shapes (1,) and [2] are incompatible"),
        ("TensorShape(None)[::2]", ValueError, "Steps are not yet handled"),
        ("len(TensorShape(None))", ValueError, "Cannot take the length of shape with unknown rank."),
        ("tf.as_dtype(None)", TypeError, "Cannot convert value None to a TensorFlow DType."),
        ("tf.string.max", TypeError, "Cannot find maximum value of <dtype: 'string'>."),
        ("tf.bool.min", TypeError, "Cannot find minimum value of <dtype: 'bool'>."),
        ("tf.constant([[1, 2], [3]])", ValueError, "dense tensor: [[1, 2], [3]] - got shape [2], but wanted [2, 2]."),
        ("tf.constant(tf.constant(1))", TypeError, "List of Tensors when single Tensor expected"),
        (
            "tf.convert_to_tensor(tf.constant(1), tf.float32)",
            ValueError,
            "with dtype int32: <tf.Tensor 'Const:0' shape=() dtype=int32>",
        ),
        (
            "tf.placeholder(tf.float32, [2]).set_shape([3])",
            ValueError,
            "must be equal, but are 2 and 3. Shapes are [2] and [3].",
        ),
        (
            "tf.placeholder(tf.float32, [2]).set_shape([2, 3])",
            ValueError,
            "must be equal rank, but are 1 and 2. Shapes are [2] and [2,3].",
        ),
        (
            "tf.Variable([1, 2]).assign([1, 2, 3])",
            ValueError,
            "Dimension 0 in both shapes must be equal, but are 2 and 3.",
        ),
        ("tf.Variable(1, collections='x')", ValueError, "must be a list, tuple, or set. Got x of type <class 'str'>"),
        ("tf.constant(1).op.get_attr('zz')", ValueError, "Operation 'Const' has no attr named 'zz'."),
        (
            "tf.get_variable('v', initializer=0, dtype=tf.float32)",
            ValueError,
            "type '<dtype: 'int32'>' and explicit dtype '<dtype: 'float32'>' don't match.",
        ),
        (
            "make_tensor_proto([1, 2, 3], shape=[2])",
            ValueError,
            "Too many elements provided. Needed at most 2, but received 3",
        ),
        ("make_tensor_proto(1.5, dtype=tf.int32)", TypeError, "Expected int32, got 1.5 of type 'float' instead."),
        ("make_tensor_proto(None)", ValueError, "None values not supported."),
    ],
)
def test_what_is_refused(expression, kind, said):
    with pytest.raises(kind) as caught:
        eval(expression, NAMES)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("12 // Dimension(5), 12 % Dimension(5)", "(Dimension(2), Dimension(2))"),
        ("TensorShape([None, 3]) + [4]", "TensorShape([Dimension(None), Dimension(3), Dimension(4)])"),
        ("[4] + TensorShape([3])", "TensorShape([Dimension(4), Dimension(3)])"),
        ("TensorShape(None)[1:3]", "TensorShape([Dimension(None), Dimension(None)])"),
        ("TensorShape(None)[1:], TensorShape(None)[-2:4]", "(TensorShape(None), TensorShape(None))"),
        ("TensorShape([1, 2]).most_specific_compatible_shape([1, 3])", "TensorShape([Dimension(1), Dimension(None)])"),
        ("TensorShape([1]).most_specific_compatible_shape([1, 3])", "TensorShape(None)"),
        ("TensorShape(TensorShape([None, 3]).as_proto())", "TensorShape([Dimension(None), Dimension(3)])"),
        ("TensorShape(TensorShape(None).as_proto())", "TensorShape(None)"),
        ("tf.compat.dimension_value(TensorShape([1, None])[1]), tf.compat.dimension_value(7)", "(None, 7)"),
        ("tf.float32.limits, tf.uint8.limits, tf.int32.is_quantized", "((0, 1), (0, 255), False)"),
        ("tf.constant(1).op.get_attr('dtype'), tf.constant(1.).op.node_def.op", "(tf.int32, 'Const')"),
        (
            "tf.get_variable('v', initializer=0).dtype, tf.get_variable('w', initializer=[1.]).dtype",
            "(tf.int32, tf.float32)",
        ),
    ],
)
def test_what_is_found(expression, value):
    assert repr(eval(expression, NAMES)) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("tf.constant([1, 2])", np.array([1, 2], np.int32)),
        ("tf.constant(1.5)", np.float32(1.5)),
        ("tf.shape(tf.placeholder(tf.float32, [2, 3]))", np.array([2, 3], np.int32)),
        ("tf.size(tf.placeholder(tf.float32, [2, 3]))", np.int32(6)),
        ("tf.rank(tf.placeholder(tf.float32, [None, 3]))", np.int32(2)),
        ("tf.range(1, 4)", np.array([1, 2, 3], np.int32)),
        ("tf.cast(tf.constant([1]), tf.float32)", np.array([1], np.float32)),
        ("tf.concat([[1], [2]], 0)", np.array([1, 2], np.int32)),
        ("tf.stack([1, 2])", np.array([1, 2], np.int32)),
        ("tf.fill([2], 7)", np.array([7, 7], np.int32)),
        ("tf.equal(tf.constant(1), tf.constant(1))", np.True_),
    ],
)
def test_a_value_that_the_graph_tells(expression, value):
    found = constant_value(eval(expression, NAMES))
    assert found.dtype == value.dtype
    np.testing.assert_array_equal(found, value)


@pytest.mark.parametrize(
    "expression",
    [
        "tf.placeholder(tf.float32)",
        "tf.shape(tf.placeholder(tf.float32, [None]))",
        "tf.rank(tf.placeholder(tf.float32))",
        "tf.add(1, 2)",
        "tf.identity(tf.constant(1))",
        "tf.Variable(1)",
        "tf.stack([tf.placeholder(tf.int32, []), 2])",
    ],
)
def test_a_value_that_is_not_known(expression):
    assert constant_value(eval(expression, NAMES)) is None


def test_a_stack_in_part():
    parts = constant_value(tf.stack([tf.placeholder(tf.int32, []), 2]), partial=True)
    assert parts[0] is None and parts[1] == 2


def test_a_constant_that_was_looked_at_cannot_be_fed():
    size = tf.constant(2)
    constant_value(size)
    with tf.Session() as session, pytest.raises(ValueError, match="may not be fed"):
        session.run(size, {size: 3})


def test_a_value_as_a_shape():
    partly = tf.concat([tf.shape(tf.placeholder(tf.float32, [None, 3])), [4]], 0)
    assert constant_value_as_shape(partly).as_list() == [None, 3, 4]
    assert constant_value_as_shape(tf.constant([1, -1])).as_list() == [1, None]
    assert constant_value_as_shape(tf.placeholder(tf.int32, [2])).as_list() == [None, None]


@pytest.mark.parametrize(
    ("message", "text", "array"),
    [
        (lambda: make_tensor_proto(10, shape=[2, 3]), "int_val: 10\n", np.full((2, 3), 10, np.int32)),
        (lambda: make_tensor_proto([1, 2], shape=[4]), "int_val: 1\nint_val: 2\n", np.array([1, 2, 2, 2], np.int32)),
        (lambda: make_tensor_proto(np.float16(3)), "half_val: 16896\n", np.float16(3)),
        (lambda: make_tensor_proto([True, False]), "bool_val: true\nbool_val: false\n", np.array([True, False])),
        (lambda: make_tensor_proto(2**40), "int64_val: 1099511627776\n", np.int64(2**40)),
        (lambda: make_tensor_proto([b"a", "b"]), 'string_val: "a"\nstring_val: "b"\n', np.array([b"a", b"b"], object)),
    ],
)
def test_a_message_of_an_array(message, text, array):
    made = message()
    assert str(made).endswith(text)
    np.testing.assert_array_equal(make_ndarray(made), array)
    assert make_tensor_proto(made) is made
