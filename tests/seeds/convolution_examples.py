"""tf.nn.conv2d on a picture of five rows, and the exercise, on one of seven: a Japanese course's sixth lecture."""

import numpy as np

import estimators.compat.v1 as tf

tf.reset_default_graph()

# 入力 (4次元)
x = tf.placeholder(tf.float32)

# サンプル画像
sample_image = (
    np.array(
        [
            [1, 1, 1, 0, 0],
            [0, 1, 1, 1, 0],
            [0, 0, 1, 1, 1],
            [0, 0, 1, 1, 0],
            [0, 1, 1, 0, 0],
        ]
    )
    .astype("float32")
    .reshape(1, 5, 5, 1)
)  # バッチサイズ x 高さ x 幅 x チャンネル数

# フィルタ
W = (
    np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]]).astype("float32").reshape(3, 3, 1, 1)
)  # 高さ x 幅 x 入力チャンネル数 x 出力チャンネル数

# 畳み込み1
convoluted_image = tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="VALID")  # strides: [1, 高さ, 幅, 1]

with tf.Session() as sess:
    print(sess.run(convoluted_image, feed_dict={x: sample_image}).reshape(3, 3))

# 畳み込み2
convoluted_image = tf.nn.conv2d(x, W, strides=[1, 2, 2, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(convoluted_image, feed_dict={x: sample_image}).reshape(2, 2))

# 畳み込み3
convoluted_image = tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")

with tf.Session() as sess:
    print(sess.run(convoluted_image, feed_dict={x: sample_image}).reshape(5, 5))

# 畳み込みの演習
tf.reset_default_graph()

# 入力 (4次元)
x = tf.placeholder(tf.float32)

# サンプル画像
sample_image = (
    np.array(
        [
            [1, 1, 1, 0, 0, 1, 0],
            [0, 1, 0, 1, 0, 1, 1],
            [1, 0, 1, 1, 1, 0, 1],
            [0, 0, 1, 1, 0, 1, 1],
            [1, 1, 1, 1, 0, 0, 1],
            [0, 1, 1, 1, 1, 1, 1],
            [0, 1, 1, 0, 0, 1, 0],
        ]
    )
    .astype("float32")
    .reshape(1, 7, 7, 1)
)

# フィルタ
W = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]]).astype("float32").reshape(3, 3, 1, 1)

# 畳み込み1
convoluted_image = tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(convoluted_image, feed_dict={x: sample_image}).reshape(5, 5))

# 畳み込み2
convoluted_image = tf.nn.conv2d(x, W, strides=[1, 2, 2, 1], padding="VALID")

with tf.Session() as sess:
    print(sess.run(convoluted_image, feed_dict={x: sample_image}).reshape(3, 3))

# 畳み込み3
convoluted_image = tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding="SAME")

with tf.Session() as sess:
    print(sess.run(convoluted_image, feed_dict={x: sample_image}).reshape(7, 7))
