"""Kernel ridge regression by random Fourier features: solved at once, and by steps with momentum."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(2)
inputs = np.linspace(-2.0, 2.0, 60).reshape(-1, 1).astype(np.float32)
targets = np.sin(2.5 * inputs) + 0.05 * rng.randn(60, 1).astype(np.float32)
FEATURES = 24

x = tf.constant(inputs, name="x")
y = tf.constant(targets, name="y")
omega = tf.constant(1.5 * rng.randn(1, FEATURES), dtype=tf.float32)
phase = tf.constant(rng.uniform(0, 2 * np.pi, FEATURES), dtype=tf.float32)
features = np.sqrt(2.0 / FEATURES) * tf.cos(tf.matmul(x, omega) + phase)

gram = tf.matmul(features, features, transpose_a=True) + 0.1 * tf.eye(FEATURES)
solved = tf.matrix_solve(gram, tf.matmul(tf.transpose(features), y))
solved_error = tf.reduce_mean(tf.squared_difference(tf.matmul(features, solved), y))

weights = tf.get_variable("weights", [FEATURES, 1], initializer=tf.zeros_initializer())
residual = tf.matmul(features, weights) - y
loss = tf.nn.l2_loss(residual) + 0.1 * tf.nn.l2_loss(weights)
step = tf.train.MomentumOptimizer(0.01, momentum=0.9).minimize(loss, var_list=[weights])
distance = tf.norm(weights - solved) / tf.norm(solved)

with tf.Session() as sess:
    tf.global_variables_initializer().run()
    print("solved: error %.6f, first weights %.5f" % (sess.run(solved_error), sess.run(tf.norm(solved[:3]))))
    for i in range(121):
        if i % 30 == 0:
            print("step %d loss %.6f distance %.5f" % ((i,) + tuple(sess.run([loss, distance]))))
        step.run()
    kernel = tf.matmul(features, features, transpose_b=True)
    print("kernel trace %.5f mean %.6f" % (sess.run(tf.trace(kernel)), sess.run(tf.reduce_mean(kernel))))
