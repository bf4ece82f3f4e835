"""8x8 digits, 64-25-10, the matrices made by hand, and the exercise, three hidden layers: a Chinese course's lecture.

How the data are read, the sizes of a step and the accuracy are not in the lecture; its progress bar is tqdm's own.
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.utils import shuffle
from tqdm import tqdm as tqdm_notebook

import estimators.compat.v1 as tf

tf.set_random_seed(1)
digits = load_digits()
x_train, y_train = digits.data / 16, np.eye(10)[digits.target]
epochs, batch_size = 10, 32


def hidden_layer(name, inputs, size):
    with tf.variable_scope(name):
        initial = tf.truncated_normal(shape=[int(inputs.shape[1]), size], stddev=0.1)
        w = tf.Variable(initial, name="weight", dtype=tf.float32)
        b = tf.Variable(tf.constant(0.0, shape=[size]), name="bias", dtype=tf.float32)
        return tf.nn.relu(tf.add(tf.matmul(inputs, w), b), name="out")


def network(more_hidden_layers):
    with tf.name_scope("input"):
        x_input = tf.placeholder(shape=(None, x_train.shape[1]), name="x_input", dtype=tf.float32)
        y_out = tf.placeholder(shape=(None, y_train.shape[1]), name="y_label", dtype=tf.float32)

    with tf.variable_scope("hidden_layer"):
        w1 = tf.Variable(
            tf.truncated_normal(shape=[x_train.shape[1], 25], stddev=0.1), name="weight1", dtype=tf.float32
        )
        b1 = tf.Variable(tf.constant(0.0, shape=[25]), name="bias1", dtype=tf.float32)

        z1 = tf.add(tf.matmul(x_input, w1), b1)  # (None, 64) × (64, 25) + (None, 25) = (None, 25)
        a1 = tf.nn.relu(z1, name="h1_out")

    for number in range(more_hidden_layers):
        a1 = hidden_layer("hidden_layer_%d" % (number + 2), a1, 25)

    with tf.variable_scope("output_layer"):
        w2 = tf.Variable(
            tf.truncated_normal(shape=[25, y_train.shape[1]], stddev=0.1), name="weight2", dtype=tf.float32
        )
        b2 = tf.Variable(tf.constant(0.0, shape=[y_train.shape[1]]), name="bias2", dtype=tf.float32)

        output = tf.add(tf.matmul(a1, w2), b2, name="output")
    return x_input, y_out, output


def train(more_hidden_layers):
    global x_train, y_train
    x_input, y_out, output = network(more_hidden_layers)
    print(*tf.trainable_variables(), output, sep="\n")
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=output, labels=y_out))
    compute_acc = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(output, 1), tf.argmax(y_out, 1)), tf.float32))
    train_step = tf.train.AdamOptimizer(learning_rate=0.01).minimize(loss)

    sess = tf.Session()

    sess.run(tf.global_variables_initializer())

    for i in tqdm_notebook(range(epochs)):
        total_batch = len(x_train) // batch_size

        for j in range(total_batch):
            batch_idx_start = j * batch_size
            batch_idx_stop = (j + 1) * batch_size

            x_batch = x_train[batch_idx_start:batch_idx_stop]
            y_batch = y_train[batch_idx_start:batch_idx_stop]

            this_loss, this_acc, _ = sess.run(
                [loss, compute_acc, train_step], feed_dict={x_input: x_batch, y_out: y_batch}
            )

        x_train, y_train = shuffle(x_train, y_train)
    return sess.run(compute_acc, feed_dict={x_input: x_train, y_out: y_train})


accuracies = [train(0)]
tf.reset_default_graph()
accuracies.append(train(2))
print(accuracies)
