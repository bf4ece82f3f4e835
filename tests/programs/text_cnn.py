"""A convolutional network over word ids: an embedding, filters of several widths, the maximum over time."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(22)
WORDS, LENGTH, SIZE, FILTERS = 30, 12, 6, 4
ids = rng.randint(3, WORDS, (64, LENGTH))
labels = rng.randint(0, 2, 64)
ids[labels == 1, 4:6] = [1, 2]  # the phrase that tells


class TextCNN(object):
    """Embedding, convolution, max-pooling and softmax."""

    def __init__(self, filter_sizes, l2_reg_lambda=0.01):
        self.input_x = tf.placeholder(tf.int32, [None, LENGTH], name="input_x")
        self.input_y = tf.placeholder(tf.float32, [None, 2], name="input_y")
        with tf.device("/cpu:0"), tf.name_scope("embedding"):
            self.W = tf.Variable(rng.uniform(-1.0, 1.0, [WORDS, SIZE]).astype(np.float32), name="W")
            self.embedded_chars = tf.nn.embedding_lookup(self.W, self.input_x)
            self.embedded_chars_expanded = tf.expand_dims(self.embedded_chars, -1)
        pooled_outputs = []
        for filter_size in filter_sizes:
            with tf.name_scope("conv-maxpool-%s" % filter_size):
                W = tf.Variable(0.3 * rng.randn(filter_size, SIZE, 1, FILTERS), dtype=tf.float32, name="W")
                b = tf.Variable(tf.constant(0.1, shape=[FILTERS]), name="b")
                conv = tf.nn.conv2d(self.embedded_chars_expanded, W, [1, 1, 1, 1], padding="VALID", name="conv")
                h = tf.nn.relu(tf.nn.bias_add(conv, b), name="relu")
                ksize = [1, LENGTH - filter_size + 1, 1, 1]
                pooled_outputs.append(tf.nn.max_pool(h, ksize, [1, 1, 1, 1], padding="VALID", name="pool"))
        total = FILTERS * len(filter_sizes)
        self.h_pool_flat = tf.reshape(tf.concat(pooled_outputs, 3), [-1, total])
        with tf.name_scope("output"):
            W = tf.get_variable("W", initializer=tf.constant(0.3 * rng.randn(total, 2), tf.float32))
            b = tf.Variable(tf.constant(0.1, shape=[2]), name="b")
            self.scores = tf.nn.xw_plus_b(self.h_pool_flat, W, b, name="scores")
            self.predictions = tf.argmax(self.scores, 1, name="predictions")
            l2_loss = tf.nn.l2_loss(W) + tf.nn.l2_loss(b)
        with tf.name_scope("loss"):
            losses = tf.nn.softmax_cross_entropy_with_logits(logits=self.scores, labels=self.input_y)
            self.loss = tf.reduce_mean(losses) + l2_reg_lambda * l2_loss
        with tf.name_scope("accuracy"):
            correct = tf.equal(self.predictions, tf.argmax(self.input_y, 1))
            self.accuracy = tf.reduce_mean(tf.cast(correct, "float"), name="accuracy")


with tf.Graph().as_default():
    sess = tf.Session(config=tf.ConfigProto(allow_soft_placement=True, log_device_placement=False))
    with sess.as_default():
        cnn = TextCNN([2, 3])
        global_step = tf.Variable(0, name="global_step", trainable=False)
        optimizer = tf.train.AdamOptimizer(5e-2)
        grads_and_vars = optimizer.compute_gradients(cnn.loss)
        train_op = optimizer.apply_gradients(grads_and_vars, global_step=global_step)
        sess.run(tf.global_variables_initializer())
        feeds = {cnn.input_x: ids, cnn.input_y: np.eye(2)[labels]}
        for _ in range(4):
            for _ in range(5):
                _, loss = sess.run([train_op, cnn.loss], feeds)
            step = tf.train.global_step(sess, global_step)
            print("step {}, loss {:g}, acc {:g}".format(step, loss, cnn.accuracy.eval(feeds)))
        print([v.name for v in tf.global_variables()][:6], len(grads_and_vars))
        print(cnn.predictions.name, cnn.loss.name, cnn.accuracy.op.name)
