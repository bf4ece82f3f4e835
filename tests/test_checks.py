"""Assertions, tf.Print and tf.py_func: as steps of a compiled run, and where they are known when the graph is built."""

from __future__ import annotations

import re

import numpy as np
import pytest

import estimators.compat.v1 as tf
from model_fns.ops.summarized import summarized

X, Y = [1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0, 6.0]


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


def told(error: type[Exception], function, *arguments, **keywords) -> str:
    with pytest.raises(error) as caught:
        function(*arguments, **keywords)
    return str(caught.value)


# What TensorFlow 1.15.5 prints of an array with summarize=3, 1 and -1.
@pytest.mark.parametrize(
    ("array", "three", "one", "everything"),
    [
        (np.arange(8).reshape(4, 2), "[0 1][2...]...", "[0...]...", "[0 1][2 3][4 5][6 7]"),
        (np.arange(8).reshape(2, 2, 2), "[[0 1][2...]]...", "[[0...]]...", "[[0 1][2 3]][[4 5][6 7]]"),
        (np.zeros([2, 0]), "", "", ""),
        (np.float64([0.1, 1 / 3]), "0.1 0.33333333333333331", "0.1...", "0.1 0.33333333333333331"),
        (np.float32([0.1, 1 / 3, 1e-5, 123456.7]), "0.1 0.333333343 1e-05...", "0.1...", None),
        (np.array([b"abc", b"d"], object), "abc d", "abc...", "abc d"),
        (np.array([True, False]), "1 0", "1...", "1 0"),
        (np.float32(np.nan), "nan", "nan", "nan"),
    ],
)
def test_an_array_is_summarized_as_in_tensorflow(array, three, one, everything):
    everything = "0.1 0.333333343 1e-05 123456.703" if everything is None else everything
    assert [summarized(array, most) for most in (3, 1, -1)] == [three, one, everything]


# -- assertions -------------------------------------------------------------------------------------------------------

# TensorFlow 1.15.5's sentences for constants.
AT_ONCE = [
    ("assert_equal", ([1], [2]), "Condition x == y did not hold element-wise:\nx (assert_equal/x:0) = \n[1]\ny (asse"),
    ("assert_none_equal", ([1], [1]), "Condition x != y did not hold element-wise:\nx (assert_none_equal/x:0) = \n[1]"),
    ("assert_less", (3, 2), "Condition x < y did not hold element-wise:\nx (assert_less/x:0) = \n3\ny (assert_less/y"),
    ("assert_less_equal", (3, 2), "Condition x <= y did not hold element-wise:"),
    ("assert_greater", (2, 2), "Condition x > y did not hold element-wise:"),
    ("assert_greater_equal", (1, 2), "Condition x >= y did not hold element-wise:"),
    ("assert_positive", ([-1],), "Condition x > 0 did not hold element-wise:\nx (assert_positive/x:0) = \n[-1]"),
    ("assert_negative", ([1],), "Condition x < 0 did not hold element-wise:\nx (assert_negative/x:0) = \n[1]"),
    ("assert_non_negative", ([-1],), "Condition x >= 0 did not hold element-wise:"),
    ("assert_non_positive", ([1],), "Condition x <= 0 did not hold element-wise:"),
]


@pytest.mark.parametrize(("name", "arguments", "sentence"), AT_ONCE, ids=[row[0] for row in AT_ONCE])
def test_constants_are_compared_at_once(name, arguments, sentence):
    assert told(tf.errors.InvalidArgumentError, getattr(tf, name), *arguments).startswith(sentence)
    assert told(tf.errors.InvalidArgumentError, getattr(tf.debugging, name), *arguments, message="why").startswith(
        "why\n"
    )


def test_a_constant_that_passes_makes_an_operation_that_does_nothing():
    assert tf.assert_less(1, 2).type == "NoOp"
    assert tf.assert_equal([1, 1], 1).type == "NoOp"


FORMS = [
    (TypeError, lambda x: tf.assert_type(x, tf.int32, "m"), "m  x:0 must be of type "),
    (TypeError, lambda x: tf.assert_integer(x), '  Expected "x" to be integer type.  Found: x:0 of dtype '),
    (ValueError, lambda x: tf.assert_scalar(x), "Expected scalar shape for x:0, saw shape: (?,)."),
    (ValueError, lambda x: tf.assert_rank(x, 2), ".  Tensor x:0 must have rank 2.  Received rank 1, shape (?,)"),
    (
        ValueError,
        lambda x: tf.assert_rank_at_least(x, 2),
        ".  Tensor x:0 must have rank at least 2.  Received rank 1, ",
    ),
    (ValueError, lambda x: tf.assert_rank_in(x, [2, 3]), ".  Tensor x:0 must have rank in (2, 3).  Received rank 1, "),
]


@pytest.mark.parametrize(("error", "check", "sentence"), FORMS)
def test_types_and_ranks_are_looked_at_at_once(error, check, sentence):
    assert told(error, check, tf.placeholder(tf.float32, [None], "x")).startswith(sentence)


def test_types_and_ranks_that_are_right():
    x = tf.placeholder(tf.float32, [None, 2])
    checks = [tf.assert_type(x, tf.float32), tf.assert_rank(x, 2), tf.assert_rank_at_least(x, 1)]
    checks += [tf.assert_rank_in(x, [1, 2]), tf.assert_integer(tf.constant(1))]
    assert {check.type for check in checks} == {"NoOp"}
    number = tf.constant(1.0)
    assert tf.assert_scalar(number) is number


def test_assertions_of_a_run():
    """One program for all: a run ends with the sentence of the first that does not hold."""
    x, y = (tf.placeholder(tf.float32, [None], name) for name in "xy")
    unknown = tf.placeholder(tf.float32, None, "u")
    kept = [
        tf.assert_equal(x, y, message="boo"),
        tf.assert_near(x, y),
        tf.assert_rank(unknown, 2),
        tf.Assert(tf.reduce_all(x > 0), ["not above", x, "zero", y], summarize=2),
    ]
    guarded = []
    for check in kept:
        with tf.control_dependencies([check]):
            guarded.append(tf.identity(x))
    fine = {x: X, y: X, unknown: [[1.0]]}
    sentences = [
        "assertion failed: [boo] [Condition x == y did not hold element-wise:] [x (x:0) = ] "
        "[1 2 3...] [y (y:0) = ] [1 2 3...]",
        'assertion failed: [] [x and y not equal to tolerance rtol = Tensor("assert_near/rtol:0", shape=(), dtype',
        "assertion failed: [] [Tensor u:0 must have rank] [2] [Received shape: ] [1]",
        "assertion failed: [not above] [-1 -1...] [zero] [-1 -1...]",
    ]
    with tf.Session() as session:
        total = tf.add_n(guarded)
        assert session.run(total, fine).tolist() == [4 * value for value in X]
        for tensor, changed, sentence in zip(
            guarded, [{y: Y}, {y: Y}, {unknown: [1.0]}, {x: [-1.0] * 5, y: [-1.0] * 5}], sentences, strict=True
        ):
            with pytest.raises(tf.errors.InvalidArgumentError, match=re.escape(sentence)):
                session.run(tensor, fine | changed)
        assert session.run(guarded[1], fine | {y: [value + 1e-7 for value in X]}).tolist() == X


# -- printing ---------------------------------------------------------------------------------------------------------


def test_print_prints_what_tensorflow_prints(capfd):
    x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    printed = tf.Print(x, [x, y, tf.constant("abc"), tf.shape(x)], "msg: ", first_n=2, summarize=2)
    matrix = tf.Print(x, [tf.constant([[1, 2], [3, 4]]), tf.constant([True, False]), tf.reduce_sum(x)])
    with tf.Session() as session:
        for _ in range(3):
            made = session.run([printed, matrix], {x: [1.0, 2.0, 3.5], y: [1e-7]})
            assert [item.tolist() for item in made] == [[1.0, 2.0, 3.5]] * 2
    lines = capfd.readouterr().err.splitlines()
    assert lines.count("msg: [1 2...][1e-07][abc][3]") == 2
    assert lines.count("[[1 2][3...]...][1 0][6.5]") == 3
    assert len(lines) == 5


def test_print_passes_the_gradient_on():
    x = tf.placeholder(tf.float32, [2])
    (gradient,) = tf.gradients(tf.Print(x * x, [x]), x)
    with tf.Session() as session:
        assert session.run(gradient, {x: [1.0, 3.0]}).tolist() == [2.0, 6.0]


# -- py_func ----------------------------------------------------------------------------------------------------------


def test_py_func_in_a_compiled_step():
    """...after and before machine code, with a shape given where it depends on a variable."""
    seen = []

    def function(a, b):
        seen.append((type(a), a.dtype, b.dtype))
        a[...] = -a  # its own copy
        return -a @ b, np.float64(3)

    x, weights = tf.placeholder(tf.float32, [None, 2]), tf.get_variable("w", [2, 2], initializer=tf.ones_initializer())
    product, three = tf.py_func(function, [x * 2, weights], [tf.float32, tf.float64])
    assert product.shape.ndims is None
    product.set_shape([1, 2])
    three.set_shape([])
    result = tf.square(product) + tf.cast(three, tf.float32)
    assert tf.gradients(result, x) == [None]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(result, {x: [[1.0, 2.0]]}).tolist() == [[39.0, 39.0]]
    assert seen == [(np.ndarray, np.float32, np.float32)]


def test_py_func_of_texts_and_without_outputs():
    calls = []
    name = tf.py_func(lambda text, number: text + b"!" * int(number), [tf.constant("a"), tf.constant(2)], tf.string)
    done = tf.py_func(calls.append, [tf.constant([1, 2])], [])
    with tf.Session() as session:
        assert session.run(name) == b"a!!"
        assert session.run(done) is None
    assert [call.tolist() for call in calls] == [[1, 2]]


def fails(error: Exception):
    def function(x):
        raise error

    return function


def test_a_shape_that_was_promised_is_kept():
    made = tf.py_func(lambda: np.float32([1.0, 2.0]), [], tf.float32)
    made.set_shape([3])
    sentence = "0-th value returned by <lambda> has shape (2,), but set_shape() said (3,) of PyFunc:0."
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=re.escape(sentence)):
        session.run(made)


WRONG = [
    (
        lambda x: x.astype("f8"),
        tf.float32,
        "InvalidArgumentError",
        "0-th value returned by <lambda> is double, but expects float",
    ),
    (lambda x: 3, tf.int32, "InvalidArgumentError", "0-th value returned by <lambda> is int64, but expects int32"),
    (lambda x: (x, x), [tf.float32], "InvalidArgumentError", "<lambda> returns 2 values, but expects to see 1 values."),
    (lambda x: None, tf.float32, "InvalidArgumentError", "<lambda> returns 0 values, but expects to see 1 values."),
    (fails(ZeroDivisionError("oh")), tf.float32, "UnknownError", "ZeroDivisionError: oh"),
    (fails(ValueError("no good")), tf.float32, "InvalidArgumentError", "ValueError: no good"),
    (fails(StopIteration("end")), tf.float32, "OutOfRangeError", "StopIteration: end"),
]


@pytest.mark.parametrize(("function", "types", "error", "sentence"), WRONG)
def test_what_a_function_does_wrong_is_told(function, types, error, sentence):
    made = tf.py_func(function, [tf.constant([1.0])], types)
    with tf.Session() as session, pytest.raises(getattr(tf.errors, error), match=re.escape(sentence)):
        session.run(made)


def test_only_functions_can_be_called():
    assert (
        told(ValueError, tf.py_func, 3, [1], tf.int32) == "Expected func to be callable, got func of type <class 'int'>"
    )
