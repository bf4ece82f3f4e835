"""Batch normalization with its update ops, dropout switched by a fed flag, a network built twice."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(38)
images = (3 + 2 * rng.randn(40, 6, 6, 2)).astype(np.float32)
labels = (images[:, :3].mean(axis=(1, 2, 3)) > images[:, 3:].mean(axis=(1, 2, 3))).astype(np.int32)

x = tf.placeholder(tf.float32, [None, 6, 6, 2], name="images")
y = tf.placeholder(tf.int32, [None], name="labels")
is_training = tf.placeholder(tf.bool, [], name="is_training")


def normal(*shape):
    return tf.constant_initializer(0.3 * np.random.RandomState(len(shape)).randn(*shape))


with tf.variable_scope("net"):
    net = tf.layers.conv2d(x, 4, 3, padding="same", use_bias=False, kernel_initializer=normal(3, 3, 2, 4))
    net = tf.layers.batch_normalization(net, training=is_training, momentum=0.9)
    net = tf.nn.relu(net)
    net = tf.layers.average_pooling2d(net, 2, 2)
    net = tf.layers.flatten(net)
    net = tf.layers.dense(net, 5, use_bias=False, kernel_initializer=normal(36, 5))
    net = tf.layers.batch_normalization(net, training=is_training, momentum=0.9, fused=False, name="norm")
    logits = tf.layers.dense(tf.nn.relu6(net), 2, kernel_initializer=normal(5, 2))
    dropped = tf.layers.dropout(logits, 0.5, training=is_training)

loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
accuracy = tf.reduce_mean(tf.to_float(tf.nn.in_top_k(logits, y, 1)))
update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
print("updates:", len(update_ops), [op.name for op in update_ops][:2])
with tf.control_dependencies(update_ops):
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(20):
        rows = slice(step % 2 * 20, step % 2 * 20 + 20)
        _, value = sess.run([train_op, loss], {x: images[rows], y: labels[rows], is_training: True})
        if step % 5 == 4:
            held, right = sess.run([loss, accuracy], {x: images, y: labels, is_training: False})
            print("step %d: training %.5f, moving averages %.5f, accuracy %.3f" % (step, value, held, right))
    for variable in tf.global_variables(scope="net/"):
        if "moving" in variable.name:
            print(variable.name, np.round(sess.run(variable), 4), variable in tf.trainable_variables())
    feeds = {x: images, is_training: False}
    print("no dropout:", np.array_equal(*sess.run([dropped, logits], feeds)))
    feeds[is_training] = True
    zeros = np.mean([np.mean(sess.run(dropped, feeds) == 0) for _ in range(20)])
    print("about half dropped:", 0.4 < zeros < 0.6)
