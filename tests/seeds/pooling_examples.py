"""tf.nn.max_pool and avg_pool on a picture of five rows, and the exercise, on one of seven: a Japanese course."""

import numpy as np

import estimators.compat.v1 as tf

tf.reset_default_graph()

# 入力
x = tf.placeholder(tf.float32)

sample_image = (
    np.array(
        [
            [77, 80, 82, 78, 70],
            [83, 78, 80, 83, 82],
            [87, 82, 81, 80, 74],
            [87, 87, 85, 77, 66],
            [84, 79, 77, 78, 76],
        ]
    )
    .astype("float32")
    .reshape(1, 5, 5, 1)
)  # バッチサイズ x 高さ x 幅 x チャンネル数

# プーリング1
pooled_image = tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(pooled_image, feed_dict={x: sample_image}).reshape(2, 2))

# プーリング2
pooled_image = tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(pooled_image, feed_dict={x: sample_image}).reshape(4, 4))

# プーリング3
pooled_image = tf.nn.avg_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(pooled_image, feed_dict={x: sample_image}).reshape(2, 2))

# プーリングの演習
tf.reset_default_graph()

# 入力
x = tf.placeholder(tf.float32)

sample_image = (
    np.array(
        [
            [77, 80, 82, 78, 70, 76, 75],
            [83, 78, 78, 73, 82, 82, 85],
            [87, 82, 81, 80, 74, 88, 70],
            [87, 87, 85, 77, 66, 83, 87],
            [81, 83, 77, 79, 66, 83, 87],
            [87, 87, 83, 70, 66, 83, 87],
            [84, 79, 77, 78, 76, 75, 80],
        ]
    )
    .astype("float32")
    .reshape(1, 7, 7, 1)
)

# プーリング1
pooled_image = tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(pooled_image, feed_dict={x: sample_image}).reshape(3, 3))

# プーリング2
pooled_image = tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(pooled_image, feed_dict={x: sample_image}).reshape(6, 6))

# プーリング3
pooled_image = tf.nn.avg_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(pooled_image, feed_dict={x: sample_image}).reshape(3, 3))
