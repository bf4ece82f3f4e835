"""Variables saved and brought back: by a Saver, by its meta graph, by a MonitoredTrainingSession."""

import os
import tempfile

import numpy as np
import tensorflow as tf

folder = tempfile.mkdtemp()
path = os.path.join(folder, "model.ckpt")


def build():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", initializer=tf.constant([[0.5], [-0.25]]))
    y = tf.matmul(x, w, name="y")
    loss = tf.reduce_mean(tf.square(y - 1.0), name="loss")
    global_step = tf.train.get_or_create_global_step()
    train_op = tf.train.AdamOptimizer(0.1).minimize(loss, global_step=global_step)
    return x, w, loss, train_op, global_step


data = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]], np.float32)
with tf.Graph().as_default():
    x, w, loss, train_op, global_step = build()
    tf.add_to_collection("to_train", train_op)
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(6):
            sess.run(train_op, {x: data})
            if step % 2:
                saved = saver.save(sess, path, global_step=global_step)
        print(os.path.basename(saved), [os.path.basename(p) for p in saver.last_checkpoints])
        print("loss before: %.7f" % sess.run(loss, {x: data}))

with tf.Graph().as_default() as graph, tf.Session() as sess:
    restored = tf.train.import_meta_graph(saved + ".meta")
    restored.restore(sess, tf.train.latest_checkpoint(folder))
    feeds = {"x:0": data}
    print("loss after: %.7f" % sess.run("loss:0", feeds), graph.get_tensor_by_name("w:0").eval().ravel())
    sess.run(tf.get_collection("to_train")[0], feeds)
    print("one step on: %.7f, step %d" % (sess.run("loss:0", feeds), sess.run(tf.train.get_global_step(graph))))

with tf.Graph().as_default(), tf.Session() as sess:
    twice = tf.get_variable("twice", [2, 1])
    tf.train.Saver({"w": twice}).restore(sess, saved)
    print("under another name:", sess.run(2 * twice).ravel())
    other = tf.get_variable("other", [3])
    try:
        sess.run(other)
    except tf.errors.FailedPreconditionError:
        print("other has no value")

directory = os.path.join(folder, "monitored")
for last_step in (5, 8):
    with tf.Graph().as_default():
        x, w, loss, train_op, global_step = build()
        hooks = [tf.train.StopAtStepHook(last_step=last_step)]
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=directory, hooks=hooks, save_checkpoint_secs=60
        ) as session:
            print("starts at", session.run_step_fn(lambda step_context: step_context.session.run(global_step)))
            while not session.should_stop():
                value, _ = session.run([loss, train_op], feed_dict={x: data})
        print("ends with %.7f" % value, os.path.basename(tf.train.latest_checkpoint(directory)))
