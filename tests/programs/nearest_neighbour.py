"""The nearest neighbour, and k-means by hand: no variables trained, only assignments and reductions."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(43)
centres = np.array([[0.0, 0.0], [3.0, 1.0], [1.0, 4.0]])
labels = rng.randint(0, 3, 90)
points = (centres[labels] + 0.6 * rng.randn(90, 2)).astype(np.float32)
Xtr, Ytr, Xte, Yte = points[:70], np.eye(3)[labels[:70]], points[70:], np.eye(3)[labels[70:]]

xtr = tf.placeholder("float", [None, 2])
xte = tf.placeholder("float", [2])
distance = tf.reduce_sum(tf.abs(tf.add(xtr, tf.negative(xte))), reduction_indices=1)
pred = tf.arg_min(distance, 0)
closest, rows = tf.nn.top_k(-distance, k=3)

with tf.Session() as sess:
    accuracy = 0.0
    for i in range(len(Xte)):
        nn_index = sess.run(pred, feed_dict={xtr: Xtr, xte: Xte[i, :]})
        accuracy += (np.argmax(Ytr[nn_index]) == np.argmax(Yte[i])) / len(Xte)
    print("Accuracy: %.3f" % accuracy, sess.run([closest, rows], {xtr: Xtr, xte: Xte[0]}))

X = tf.constant(points)
means = tf.Variable(points[:3], name="means")
squares = tf.reduce_sum(tf.square(tf.expand_dims(X, 1) - tf.expand_dims(means, 0)), 2)
nearest = tf.argmin(squares, 1)
counts = tf.unsorted_segment_sum(tf.ones_like(X[:, 0]), nearest, 3)
sums = tf.unsorted_segment_sum(X, nearest, 3)
moved = sums / tf.maximum(counts, 1.0)[:, tf.newaxis]
spread = tf.reduce_mean(tf.reduce_min(squares, axis=1))
update = tf.assign(means, moved)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(6):
        print("step %d: spread %.5f" % (step, sess.run(spread)), sess.run(counts))
        sess.run(update)
    found = sess.run(tf.gather(means, tf.argsort(means[:, 0])))
    print(np.round(found, 4).tolist())
    print(tf.cast(nearest, tf.int32).eval()[:12], tf.confusion_matrix(labels, nearest, 3).eval().tolist())
