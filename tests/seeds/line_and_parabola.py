"""y = 3 x + 10 found by gradient descent, and the exercise, y = 6 x^2 - 4 x + 1: a Chinese course's first lecture.

The lecture shows the data as a picture only.
"""

import numpy as np

import estimators.compat.v1 as tf

x_in = np.random.RandomState(0).rand(100).astype("float32")
y_true = x_in * 3 + 10

# step 1
inputs = tf.placeholder(dtype=tf.float32, shape=[100], name="X")
y_label = tf.placeholder(dtype=tf.float32, shape=[100], name="label")

w1 = tf.Variable([0.5], dtype=tf.float32, name="weight")
b1 = tf.Variable([0.0], dtype=tf.float32, name="bias")
y_pred = tf.add(tf.multiply(w1, inputs), b1, name="y_pred")

# step 2
loss = tf.reduce_mean(tf.square(y_pred - y_label), name="mse")

# step 3
optim = tf.train.GradientDescentOptimizer(learning_rate=0.1)
train_ops = optim.minimize(loss)
init = tf.global_variables_initializer()

# step 4
sess = tf.Session()
sess.run(init)

for step in np.arange(500):
    sess.run(train_ops, feed_dict={inputs: x_in, y_label: y_true})
print("%.5f %.5f" % (sess.run(w1)[0], sess.run(b1)[0]))
sess.close()

# The exercise.
y_true = 6 * x_in**2 - 4 * x_in + 1

graph = tf.Graph()
with graph.as_default():
    inputs = tf.placeholder(dtype=tf.float32, shape=[100], name="X")
    y_label = tf.placeholder(dtype=tf.float32, shape=[100], name="label")
    w2 = tf.Variable([0.5], dtype=tf.float32, name="weight2")
    w1 = tf.Variable([0.5], dtype=tf.float32, name="weight1")
    b1 = tf.Variable([0.0], dtype=tf.float32, name="bias")
    y_pred = tf.add(w2 * tf.square(inputs) + w1 * inputs, b1, name="y_pred")
    loss = tf.reduce_mean(tf.square(y_pred - y_label), name="mse")
    train_ops = tf.train.AdamOptimizer(learning_rate=0.1).minimize(loss)
    init = tf.global_variables_initializer()

with tf.Session(graph=graph) as sess:
    sess.run(init)
    for step in np.arange(1000):
        sess.run(train_ops, feed_dict={inputs: x_in, y_label: y_true})
    print("%.3f %.3f %.3f" % tuple(value[0] for value in sess.run([w2, w1, b1])))
