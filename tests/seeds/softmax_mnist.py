"""Softmax regression on MNIST by gradient descent: an English introduction to TensorFlow.

`batch_size`, `session`, the calls and the seed are not in the lecture, nor is the line that makes `mnist.test.cls`.
"""

import numpy as np

import estimators.compat.v1 as tf
from estimators.compat.v1.examples.tutorials.mnist import input_data

tf.set_random_seed(0)
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
mnist.test.cls = np.argmax(mnist.test.labels, axis=1)
batch_size = 100

img_size = 28
img_size_flat = img_size * img_size
img_shape = (img_size, img_size)
num_classes = 10

x = tf.placeholder(tf.float32, [None, img_size_flat])
y_true = tf.placeholder(tf.float32, [None, num_classes])
y_true_cls = tf.placeholder(tf.int64, [None])

weights = tf.Variable(tf.zeros([img_size_flat, num_classes]))
biases = tf.Variable(tf.zeros([num_classes]))

logits = tf.matmul(x, weights) + biases
y_pred = tf.nn.softmax(logits)
y_pred_cls = tf.argmax(y_pred, axis=1)

cross_entropy = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y_true)
cost = tf.reduce_mean(cross_entropy)
optimizer = tf.train.GradientDescentOptimizer(learning_rate=0.5).minimize(cost)
correct_prediction = tf.equal(y_pred_cls, y_true_cls)
accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))


def optimize(num_iterations):
    for i in range(num_iterations):
        x_batch, y_true_batch = mnist.train.next_batch(batch_size)
        feed_dict_train = {x: x_batch, y_true: y_true_batch}
        session.run(optimizer, feed_dict=feed_dict_train)


feed_dict_test = {x: mnist.test.images, y_true: mnist.test.labels, y_true_cls: mnist.test.cls}


def print_accuracy():
    # Use TensorFlow to compute the accuracy.
    acc = session.run(accuracy, feed_dict=feed_dict_test)
    # Print the accuracy.
    print("Accuracy on test-set: {0:.1%}".format(acc))


session = tf.Session()
session.run(tf.global_variables_initializer())
print_accuracy()
for num_iterations in (1, 9, 90):
    optimize(num_iterations)
    print_accuracy()
print("Cost on test-set: {0:.6f}".format(session.run(cost, feed_dict=feed_dict_test)))
