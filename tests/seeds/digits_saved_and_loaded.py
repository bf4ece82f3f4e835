"""The digits by tf.layers, with the wrong loss and the right one; then saved, and loaded in two ways: a Chinese course.

The training is not in the lecture. Of its two names for the output's scope, this is the one that TensorFlow allows.
"""

import numpy as np
from sklearn.datasets import load_digits

import estimators.compat.v1 as tf

tf.set_random_seed(1)
digits = load_digits()
x_train, y_train = digits.data / 16, np.eye(10)[digits.target]


def network():
    with tf.name_scope("input"):
        x_input = tf.placeholder(shape=(None, x_train.shape[1]), name="x_input", dtype=tf.float32)
        y_out = tf.placeholder(shape=(None, y_train.shape[1]), name="y_label", dtype=tf.float32)

    with tf.variable_scope("hidden_layer"):
        x_h1 = tf.layers.dense(inputs=x_input, units=25, activation=tf.nn.relu)

    with tf.variable_scope("output_layer"):
        output = tf.layers.dense(x_h1, 10, name="output")
    return x_input, y_out, x_h1, output


x_input, y_out, x_h1, output = network()
wrong = tf.layers.dense(x_h1, 10, name="output", activation=tf.nn.softmax)
wrong_loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=wrong, labels=y_out))
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=output, labels=y_out))
train_step = tf.train.AdamOptimizer(learning_rate=0.01).minimize(loss)
print(*tf.global_variables(), loss, wrong_loss, sep="\n")

saver = tf.train.Saver()
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for _ in range(100):
    sess.run(train_step, feed_dict={x_input: x_train, y_out: y_train})
trained = sess.run([output, loss, wrong_loss], feed_dict={x_input: x_train, y_out: y_train})
print(saver.save(sess, "./save_model/checkpoint_weight.ckpt"))
sess.close()

# The weights alone: the graph is written once more.
tf.reset_default_graph()
x_input, y_out, x_h1, output = network()
saver = tf.train.Saver()
sess = tf.Session()
saver.restore(sess, "./save_model/checkpoint_weight.ckpt")
weights_loaded = sess.run(output, feed_dict={x_input: x_train})
sess.close()

# The graph too, in which tensors are found by their names.
tf.reset_default_graph()
sess = tf.Session()
filename = "./save_model/checkpoint_weight.ckpt"
loader = tf.train.import_meta_graph(filename + ".meta")
loader.restore(sess, filename)
x_input = sess.graph.get_tensor_by_name("input/x_input:0")
output = sess.graph.get_tensor_by_name("output_layer/output/BiasAdd:0")
print(x_input, output, sep="\n")
graph_loaded = sess.run(output, feed_dict={x_input: x_train})
sess.close()
