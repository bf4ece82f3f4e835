"""Softmax regression in mini-batches, with its accuracy."""

import numpy as np
import tensorflow as tf

CLASSES, PIXELS, BATCH = 4, 9, 20
rng = np.random.RandomState(1)
centres = rng.randn(CLASSES, PIXELS)
labels = rng.randint(0, CLASSES, 200)
images = (centres[labels] + 0.7 * rng.randn(200, PIXELS)).astype(np.float32)
one_hot = np.eye(CLASSES, dtype=np.float32)[labels]

x = tf.placeholder(tf.float32, [None, PIXELS])
y = tf.placeholder(tf.float32, [None, CLASSES])
W = tf.Variable(tf.zeros([PIXELS, CLASSES]))
b = tf.Variable(tf.zeros([CLASSES]))

pred = tf.nn.softmax(tf.matmul(x, W) + b)
cost = tf.reduce_mean(-tf.reduce_sum(y * tf.log(pred), reduction_indices=1))
train_step = tf.train.GradientDescentOptimizer(0.1).minimize(cost)
correct_prediction = tf.equal(tf.argmax(pred, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(5):
        average = 0.0
        for start in range(0, len(images), BATCH):
            rows = slice(start, start + BATCH)
            _, c = sess.run([train_step, cost], feed_dict={x: images[rows], y: one_hot[rows]})
            average += c * BATCH / len(images)
        print("Epoch: %d cost=%.6f" % (epoch + 1, average))
    print("Accuracy:", accuracy.eval({x: images, y: one_hot}))
    print("Biases:", " ".join("%.5f" % value for value in sess.run(b)))
    feeds = {x: images[:8]}
    print("Classes:", tf.argmax(pred, 1).eval(feeds), [variable.name for variable in tf.trainable_variables()])
