"""A convolutional network of layer classes, their weights from NumPy's generator: a Japanese course's sixth lecture.

As it is there, its exercises solved in it, but for the number of epochs (10). MNIST is the sample that comes with the
package where nothing else is found; the lecture's own figures are those of the whole.
"""

import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.utils import shuffle

import estimators.compat.v1 as tf

rng = np.random.RandomState(1234)
random_state = 42

mnist = tf.keras.datasets.mnist

(x_train, t_train), (x_valid, t_valid) = mnist.load_data()

x_train = (x_train.reshape(-1, 28, 28, 1) / 255).astype(np.float32)
x_valid = (x_valid.reshape(-1, 28, 28, 1) / 255).astype(np.float32)

t_train = np.eye(10)[t_train].astype(np.float32)
t_valid = np.eye(10)[t_valid].astype(np.float32)


class Conv:
    def __init__(self, filter_shape, function=lambda x: x, strides=[1, 1, 1, 1], padding="VALID"):
        # Heの初期値
        # filter_shape: (縦の次元数)x(横の次元数)x(入力チャンネル数)x(出力チャンネル数)
        fan_in = np.prod(filter_shape[:3])
        # that is, filter_shape[0]*filter_shape[1]*filter_shape[2]  # WRITE ME
        fan_out = np.prod(filter_shape[:2]) * filter_shape[3]
        # WRITE ME
        self.W = tf.Variable(
            rng.uniform(
                low=-np.sqrt(6 / (fan_in)),  # WRITE ME,
                high=np.sqrt(6 / (fan_in)),  # WRITE ME,
                size=filter_shape,
            ).astype("float32"),
            name="W",
        )
        # バイアスはフィルタごとなので, 出力フィルタ数と同じ次元数
        self.b = tf.Variable(np.zeros((filter_shape[3]), dtype="float32"), name="b")
        self.function = function
        self.strides = strides
        self.padding = padding

    def __call__(self, x):
        u = tf.nn.conv2d(x, self.W, strides=self.strides, padding=self.padding) + self.b
        return self.function(u)


class Pooling:
    def __init__(self, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID"):
        self.ksize = ksize
        self.strides = strides
        self.padding = padding

    def __call__(self, x):
        return tf.nn.max_pool(x, ksize=self.ksize, strides=self.strides, padding=self.padding)
        # WRITE ME (max pooling)


class Flatten:
    def __call__(self, x):
        return tf.reshape(x, (-1, np.prod(x.get_shape().as_list()[1:])))

    # x.get_shape().as_list()[1:] = Width * input_channel のイメージ？


class Dense:
    def __init__(self, in_dim, out_dim, function=lambda x: x):
        # He Initialization
        # in_dim: 入力の次元数、out_dim: 出力の次元数
        self.W = tf.Variable(
            rng.uniform(
                low=-np.sqrt(6 / in_dim),  # WRITE ME,
                high=np.sqrt(6 / in_dim),  # WRITE ME,
                size=(in_dim, out_dim),
            ).astype("float32"),
            name="W",
        )
        self.b = tf.Variable(np.zeros([out_dim]).astype("float32"))
        self.function = function

    def __call__(self, x):
        return self.function(tf.matmul(x, self.W) + self.b)  # maybe self.b is broadcasted

    # WRITE ME


# tf.log(0)によるnanを防ぐ
def tf_log(x):
    return tf.log(tf.clip_by_value(x, 1e-10, x))


tf.reset_default_graph()

x = tf.placeholder(tf.float32, [None, 28, 28, 1])
t = tf.placeholder(tf.float32, [None, 10])

h = Conv((5, 5, 1, 20), tf.nn.relu)(x)
h = Pooling((1, 2, 2, 1))(h)
h = Conv((5, 5, 20, 50), tf.nn.relu)(h)
h = Pooling((1, 2, 2, 1))(h)
h = Flatten()(h)
y = Dense(800, 10, tf.nn.softmax)(h)  # WRITE ME

cost = -tf.reduce_mean(tf.reduce_sum(t * tf_log(y), axis=1))
train = tf.train.GradientDescentOptimizer(0.01).minimize(cost)

n_epochs = 1
batch_size = 100
n_batches = x_train.shape[0] // batch_size

init = tf.global_variables_initializer()
with tf.Session() as sess:
    sess.run(init)
    for epoch in range(n_epochs):
        x_train, t_train = shuffle(x_train, t_train, random_state=random_state)
        for batch in range(n_batches):
            start = batch * batch_size
            end = start + batch_size
            sess.run(train, feed_dict={x: x_train[start:end], t: t_train[start:end]})
        y_pred, cost_valid = sess.run([y, cost], feed_dict={x: x_valid, t: t_valid})
        print(
            "EPOCH: {}, Valid Cost: {:.3f}, Valid Accuracy: {:.3f}".format(
                epoch + 1, cost_valid, accuracy_score(t_valid.argmax(axis=1), y_pred.argmax(axis=1))
            )
        )
