"""A learning rate that decays, a moving average of the weights, and summaries read back from their file."""

import glob
import os
import tempfile

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(37)
data = rng.randn(32, 3).astype(np.float32)
wanted = data.dot([1.0, -1.0, 2.0]).astype(np.float32)
logdir = tempfile.mkdtemp()

global_step = tf.Variable(0, trainable=False, name="global_step")
rate = tf.train.exponential_decay(0.1, global_step, decay_steps=10, decay_rate=0.5, staircase=True)
cosine = tf.train.cosine_decay(0.1, global_step, 30)
pieces = tf.train.piecewise_constant(global_step, [5, 15], [0.1, 0.05, 0.01])
polynomial = tf.train.polynomial_decay(0.1, global_step, 20, 0.01, power=2.0)
with tf.name_scope("model"):
    weights = tf.Variable(tf.zeros([3]), name="weights")
    output = tf.reduce_sum(data * weights, 1)
    loss = tf.reduce_mean(tf.square(output - wanted))
opt_op = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=global_step)
ema = tf.train.ExponentialMovingAverage(decay=0.9, num_updates=global_step)
with tf.control_dependencies([opt_op]):
    train_op = ema.apply([weights])

tf.summary.scalar("loss", loss)
tf.summary.scalar("rate", rate)
tf.summary.histogram("weights", weights)
merged = tf.summary.merge_all()
with tf.Session() as sess:
    writer = tf.summary.FileWriter(logdir, sess.graph)
    sess.run(tf.global_variables_initializer())
    for step in range(25):
        writer.add_summary(sess.run(merged), step)
        sess.run(train_op)
        if step % 6 == 0:
            print("step %d: %.6f %.6f %.6f %.6f" % ((step,) + tuple(sess.run([rate, cosine, pieces, polynomial]))))
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="by_hand", simple_value=2.5)]), 25)
    writer.close()
    print("loss %.7f" % loss.eval(), "average:", np.round(sess.run(ema.average(weights)), 5))
    print(ema.average_name(weights), merged.dtype, rate.name, loss.op.name)

(events,) = glob.glob(os.path.join(logdir, "events.out.tfevents.*"))
for event in tf.train.summary_iterator(events):
    for value in event.summary.value:
        if event.step % 8 == 0 and value.HasField("simple_value"):
            print(event.step, value.tag, "%.6f" % value.simple_value)
        elif event.step == 24:
            print(value.tag, value.histo.num, "%.5f %.5f %.5f" % (value.histo.min, value.histo.max, value.histo.sum))
        elif event.step == 25:
            print(value.tag, value.simple_value)
