"""A line through noisy points, one example fed at a time."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(0)
train_x = np.linspace(-1.0, 1.0, 40)
train_y = 3.0 * train_x + 0.5 + 0.1 * rng.randn(40)

X = tf.placeholder("float", name="X")
Y = tf.placeholder("float", name="Y")
W = tf.Variable(0.1, name="weight")
b = tf.Variable(-0.2, name="bias")

pred = tf.add(tf.multiply(X, W), b)
cost = tf.reduce_sum(tf.pow(pred - Y, 2)) / (2 * len(train_x))
optimizer = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
init = tf.global_variables_initializer()

with tf.Session() as sess:
    sess.run(init)
    for epoch in range(30):
        for x, y in zip(train_x, train_y):
            sess.run(optimizer, feed_dict={X: x, Y: y})
        if (epoch + 1) % 10 == 0:
            c = sess.run(cost, feed_dict={X: train_x, Y: train_y})
            print("Epoch:", "%04d" % (epoch + 1), "cost=%.8f" % c, "W=%.6f" % sess.run(W), "b=%.6f" % sess.run(b))
    print("Training cost=%.8f" % cost.eval({X: train_x, Y: train_y}))
    print(X.name, W.name, pred.name, cost.name, optimizer.name)
