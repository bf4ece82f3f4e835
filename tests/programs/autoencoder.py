"""An autoencoder with dictionaries of weights, trained by RMSProp."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(24)
num_input, num_hidden_1, num_hidden_2 = 16, 8, 3
codes = rng.rand(64, 2)
pictures = 1 / (1 + np.exp(-codes.dot(rng.randn(2, num_input)) * 2))

X = tf.placeholder("float", [None, num_input])


def normal(*shape):
    return tf.Variable(0.5 * rng.randn(*shape).astype("float32"))


weights = {
    "encoder_h1": normal(num_input, num_hidden_1),
    "encoder_h2": normal(num_hidden_1, num_hidden_2),
    "decoder_h1": normal(num_hidden_2, num_hidden_1),
    "decoder_h2": normal(num_hidden_1, num_input),
}
biases = {
    "encoder_b1": normal(num_hidden_1),
    "encoder_b2": normal(num_hidden_2),
    "decoder_b1": normal(num_hidden_1),
    "decoder_b2": normal(num_input),
}


def encoder(x):
    layer_1 = tf.nn.sigmoid(tf.add(tf.matmul(x, weights["encoder_h1"]), biases["encoder_b1"]))
    return tf.nn.sigmoid(tf.add(tf.matmul(layer_1, weights["encoder_h2"]), biases["encoder_b2"]))


def decoder(x):
    layer_1 = tf.nn.sigmoid(tf.add(tf.matmul(x, weights["decoder_h1"]), biases["decoder_b1"]))
    return tf.nn.sigmoid(tf.add(tf.matmul(layer_1, weights["decoder_h2"]), biases["decoder_b2"]))


encoder_op = encoder(X)
decoder_op = decoder(encoder_op)
y_pred, y_true = decoder_op, X
loss = tf.reduce_mean(tf.pow(y_true - y_pred, 2))
optimizer = tf.train.RMSPropOptimizer(0.01).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(1, 101):
        batch_x = pictures[i * 16 % 64 : i * 16 % 64 + 16]
        _, l = sess.run([optimizer, loss], feed_dict={X: batch_x})
        if i % 25 == 0:
            print("Step %i: Minibatch Loss: %f" % (i, l))
    code, picture = sess.run([encoder_op, decoder_op], feed_dict={X: pictures[:2]})
    print("code", np.round(code[0], 5), "sum of the picture %.4f" % picture[0].sum())
    noisy = np.empty((2, num_input))
    noisy[0] = sess.run(decoder_op, feed_dict={encoder_op: np.zeros((1, num_hidden_2))})
    noisy[1] = sess.run(decoder_op, feed_dict={encoder_op: np.ones((1, num_hidden_2))})
    print("decoded from fed codes: %.5f %.5f" % tuple(noisy.mean(axis=1)))
