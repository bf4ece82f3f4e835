"""Optimizers of a table of which each step looks up a few rows: the same functions on both sides.

Python 3.7 must be able to read this file.
"""

import numpy as np

START = np.cos(np.arange(10.0)).reshape(5, 2).astype("float32")
BATCHES = ([0, 2, 2], [3, 0, 0], [2, 3, 3], [0, 0, 3])  # rows 1 and 4 are never touched

OPTIMIZERS = {
    "gradient descent": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "Adagrad": lambda tf: tf.train.AdagradOptimizer(0.1),
    "Adagrad, dual averaging": lambda tf: tf.train.AdagradDAOptimizer(
        0.1, tf.train.get_global_step(), l2_regularization_strength=0.1
    ),
    "Adadelta": lambda tf: tf.train.AdadeltaOptimizer(1.0, 0.9, 1e-2),
    "Adam": lambda tf: tf.train.AdamOptimizer(0.1),
    "FTRL": lambda tf: tf.train.FtrlOptimizer(0.1, l2_shrinkage_regularization_strength=0.1),
    "FTRL, penalties": lambda tf: tf.train.FtrlOptimizer(
        0.1, learning_rate_power=-0.4, l1_regularization_strength=0.05, l2_regularization_strength=0.1
    ),
    "lazy Adam": lambda tf: tf.contrib.opt.LazyAdamOptimizer(0.1),
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9),
    "momentum, Nesterov": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "proximal Adagrad": lambda tf: tf.train.ProximalAdagradOptimizer(0.1, l1_regularization_strength=0.05),
    "proximal Adagrad, l2": lambda tf: tf.train.ProximalAdagradOptimizer(0.1, l2_regularization_strength=0.1),
    "proximal gradient descent": lambda tf: tf.train.ProximalGradientDescentOptimizer(
        0.1, l1_regularization_strength=0.05
    ),
    "RMSProp": lambda tf: tf.train.RMSPropOptimizer(0.1, momentum=0.5),
    "RMSProp, centered": lambda tf: tf.train.RMSPropOptimizer(0.1, centered=True),
}


def build(tf, name):
    """(training operation, table, placeholder of row numbers); the table is looked up twice."""
    table = tf.get_variable("table", initializer=START)
    ids = tf.placeholder(tf.int64, [None], name="ids")
    rows, first = tf.nn.embedding_lookup(table, ids), tf.gather(table, ids[:1])
    loss = tf.reduce_sum(tf.square(rows - 0.5)) + tf.reduce_sum(first)
    return OPTIMIZERS[name](tf).minimize(loss, tf.train.get_global_step()), table, ids
