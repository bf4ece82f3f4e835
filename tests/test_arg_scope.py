"""arg_scope: which arguments a function gets, and what is refused, as in TensorFlow 1.15."""

from __future__ import annotations

import pytest

import estimators.compat.v1 as tf

framework = tf.contrib.framework


@framework.add_arg_scope
def order(dish, drink="water", count=1):
    return dish, drink, count


def undecorated():
    return None


def test_arguments_of_a_scope_are_defaults():
    with framework.arg_scope([order], drink="tea") as scope:
        assert order("soup") == ("soup", "tea", 1)
        assert order("soup", drink="milk") == ("soup", "milk", 1)
        with framework.arg_scope([order], count=3):
            assert order("soup") == ("soup", "tea", 3)
            with framework.arg_scope({}):
                assert order("soup") == ("soup", "water", 1)
        assert order("soup") == ("soup", "tea", 1)
        with pytest.raises(TypeError, match="multiple values for argument 'drink'"):
            order("soup", "milk")
    assert order("soup") == ("soup", "water", 1)
    with framework.arg_scope(scope):
        assert order("soup") == ("soup", "tea", 1)


def test_a_scope_ends_where_an_error_leaves_it():
    with pytest.raises(KeyError), framework.arg_scope([order], count=9):
        raise KeyError
    assert order("soup") == ("soup", "water", 1)


def test_what_is_known_of_a_function():
    assert framework.has_arg_scope(order) and not framework.has_arg_scope(undecorated)
    assert framework.arg_scoped_arguments(order) == ("drink", "count")
    assert order.__name__ == "order"


@pytest.mark.parametrize(
    ("scope", "arguments", "error", "sentence"),
    [
        ([undecorated], {"a": 1}, ValueError, "is not decorated with @add_arg_scope"),
        (order, {"count": 1}, TypeError, "must either be a list/tuple or reused scope"),
        ({}, {"count": 1}, ValueError, "kwargs must be empty"),
    ],
)
def test_what_is_refused(scope, arguments, error, sentence):
    with pytest.raises(error, match=sentence), framework.arg_scope(scope, **arguments):
        pass


def test_layers_take_their_arguments_from_a_scope():
    slim = tf.contrib.slim
    with tf.Graph().as_default():
        images = tf.placeholder(tf.float32, [None, 8, 8, 3])
        penalty = slim.l2_regularizer(0.1)
        with (
            slim.arg_scope([slim.conv2d], padding="VALID", weights_regularizer=penalty),
            slim.arg_scope([slim.conv2d, slim.max_pool2d], outputs_collections="ends"),
        ):
            net = slim.conv2d(images, 4, 3, scope="first")
            net = slim.max_pool2d(net, 2, scope="second")
        ends = slim.utils.convert_collection_to_dict("ends")
        assert {name: tensor.shape.as_list()[1:] for name, tensor in ends.items()} == {
            "first": [6, 6, 4],
            "second": [3, 3, 4],
        }
        assert len(tf.losses.get_regularization_losses()) == 1
        assert slim.utils.convert_collection_to_dict("ends", clear_collection=True) == ends
        assert tf.get_collection("ends") == []


def test_sizes():
    utils = tf.contrib.slim.utils
    assert utils.two_element_tuple(3) == (3, 3) and utils.two_element_tuple([1, 2]) == (1, 2)
    assert utils.last_dimension(tf.TensorShape([None, 4])) == 4
    for wrong in (0, [1, 2, 3], "a", None):
        with pytest.raises(ValueError, match="Expected 2 positive integers"):
            utils.two_element_tuple(wrong)
    with pytest.raises(ValueError, match="rank of shape must be at least 3 not: 2"):
        utils.last_dimension(tf.TensorShape([None, 4]), min_rank=3)
