"""tf.keras.layers inside a model function: names, shapes and values as of TensorFlow 1.15."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_names_are_tensorflows():
    x = tf.placeholder(tf.float32, [None, 28, 28, 1])
    h = tf.keras.layers.Conv2D(4, 3, activation="relu", padding="same")(x)
    h = tf.keras.layers.MaxPooling2D(2)(h)
    h = tf.keras.layers.Flatten()(h)
    h = tf.keras.layers.Dropout(0.4)(h, training=True)
    h = tf.keras.layers.Dense(3, activation=tf.nn.softmax)(h)
    h = tf.keras.layers.Dense(3, activation="relu")(h)
    h = tf.keras.layers.Reshape((3, 1))(h)
    h = tf.keras.layers.Activation("relu")(h)
    assert h.name == "activation/Relu:0" and h.shape.as_list() == [None, 3, 1]
    assert [variable.name for variable in tf.global_variables()] == [
        *("conv2d/kernel:0", "conv2d/bias:0", "dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0")
    ]
    kinds = ("Relu", "Softmax", "MaxPool", "BiasAdd", "Reshape")
    named = [op.name for op in tf.get_default_graph().get_operations() if op.type in kinds]
    assert named == [
        *(
            "conv2d/BiasAdd",
            "conv2d/Relu",
            "max_pooling2d/MaxPool",
            "flatten/Reshape",
            "dense/BiasAdd",
            "dense/Softmax",
        ),
        *("dense_1/BiasAdd", "dense_1/Relu", "reshape/Reshape", "activation/Relu"),
    ]


def test_values():
    x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    ones = tf.ones_initializer()
    pooled = tf.keras.layers.AveragePooling2D()(tf.constant(x))
    largest = tf.keras.layers.MaxPool2D((2, 2), strides=1)(tf.constant(x))
    convolved = tf.keras.layers.Conv2D(1, 2, kernel_initializer=ones, bias_initializer="ones")(tf.constant(x))
    kept = tf.keras.layers.Dropout(0.5)(tf.constant(x))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(session.run(pooled)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]])
        np.testing.assert_array_equal(session.run(largest)[0, :, :, 0], x[0, 1:, 1:, 0])
        np.testing.assert_array_equal(session.run(convolved)[0, 0, :, 0], [11, 15, 19])
        np.testing.assert_array_equal(session.run(kept), x)


def test_what_is_not_there_says_so():
    with pytest.raises(AttributeError, match=r"tf\.keras\.layers.*LSTM"):
        _ = tf.keras.layers.LSTM
